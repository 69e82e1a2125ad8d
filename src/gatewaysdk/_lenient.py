"""The second pass over a payload that strict validation refused: everything sound is kept, the rest is listed."""

from __future__ import annotations

from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ._base import Model, Violation
from ._unions import OpenUnion, ParentUnion, UnknownObject

__all__ = ["salvage"]

M = TypeVar("M", bound=Model)
Path = tuple[str | int, ...]

_ABSENT: Final = object()
# Well past any structure of Discord's, well before Python's recursion limit.
_MAX_DEPTH = 64


def salvage(model: type[M], data: dict[str, Any]) -> M:
    """Build ``model`` from decoded values that break its rules, leaving out just the broken parts.

    Broken fields are absent (reading one raises `FieldAbsent`), broken items are left out of their list or map, and
    ``violations`` of the object and of each object within names them all.
    """
    return _Pass().build(model, data, ())


class _Pass:
    """One walk over one payload; ``found`` grows as the walk goes."""

    def __init__(self) -> None:
        self.found: list[Violation] = []

    def build(self, model: type[M], data: dict[str, Any], path: Path, certain: tuple[str, ...] | None = None) -> M:
        """Return the object; ``certain`` names the fields that are required here, None when all of them are."""
        first = len(self.found)
        values: dict[str, Any] = {}
        present: set[str] = set()
        for name, (key, annotation, required, default) in _fields(model).items():
            if key not in data:
                if not required:
                    values[name] = default
                elif certain is None or name in certain:
                    self.report((*path, key), "missing", "Field required", None)
                elif NoneType in get_args(annotation):
                    values[name] = None
                continue
            value = self.read(annotation, data[key], (*path, key), values, _certain(model, name, data))
            if value is not _ABSENT:
                values[name] = value
                present.add(name)
        here = tuple(Violation(one.path[len(path) :], one.kind, one.message, one.value) for one in self.found[first:])
        made = model.__new__(model)
        for slot, content in (
            ("__dict__", values),
            ("__pydantic_fields_set__", present),
            ("__pydantic_extra__", None),
            ("__pydantic_private__", {"violations": here} if here else None),
        ):
            object.__setattr__(made, slot, content)
        return made

    def read(
        self,
        annotation: Any,
        raw: Any,
        path: Path,
        siblings: dict[str, Any],
        certain: tuple[str, ...] | None = None,
    ) -> Any:
        """Return a field's value, or ``_ABSENT`` after reporting why there is none."""
        origin = get_origin(annotation)
        arguments = get_args(annotation)
        if origin in (Union, UnionType) and NoneType in arguments:
            if raw is None:
                return None
            arguments = tuple(one for one in arguments if one is not NoneType)
            if len(arguments) == 1:
                return self.read(arguments[0], raw, path, siblings, certain)
        if origin is Annotated and isinstance(arguments[1], OpenUnion | ParentUnion):
            return self.read_union(arguments[1], raw, path, siblings)
        if origin is list:
            return self.read_list(arguments[0], raw, path)
        if origin is dict:
            return self.read_map(arguments, raw, path)
        if isinstance(annotation, type) and issubclass(annotation, Model):
            return self.read_model(annotation, raw, path, certain)
        return self.read_leaf(annotation, raw, path)

    def read_model(self, model: type[Model], raw: Any, path: Path, certain: tuple[str, ...] | None = None) -> Any:
        try:
            return model.__pydantic_validator__.validate_python(raw)
        except ValidationError as error:
            if not isinstance(raw, dict):
                return self.report_error(path, error, raw)
        if len(path) > _MAX_DEPTH:
            return self.report(path, "recursion_loop", f"broken, and nested deeper than {_MAX_DEPTH} levels", raw)
        return self.build(model, raw, path, certain)

    def read_union(self, union: OpenUnion | ParentUnion, raw: Any, path: Path, siblings: dict[str, Any]) -> Any:
        chosen = union.choose(raw, siblings)
        if not isinstance(raw, dict):
            return self.report(path, "dict_type", "Input should be an object", raw)
        if chosen is None:
            return self.report(path, "union_tag_not_found", f"no usable {union.key} tells what it is", raw)
        if chosen is UnknownObject:
            return UnknownObject(raw)
        return self.read_model(chosen, raw, path)

    def read_list(self, item: Any, raw: Any, path: Path) -> Any:
        if not isinstance(raw, list):
            return self.report(path, "list_type", "Input should be a list", raw)
        read = (self.read(item, one, (*path, index), {}) for index, one in enumerate(raw))
        return [one for one in read if one is not _ABSENT]

    def read_map(self, kinds: tuple[Any, ...], raw: Any, path: Path) -> Any:
        if not isinstance(raw, dict):
            return self.report(path, "dict_type", "Input should be an object", raw)
        result = {}
        for key, one in raw.items():
            name = self.read(kinds[0], key, (*path, key), {})
            value = self.read(kinds[1], one, (*path, key), {}) if name is not _ABSENT else _ABSENT
            if value is not _ABSENT:
                result[name] = value
        return result

    def read_leaf(self, annotation: Any, raw: Any, path: Path) -> Any:
        try:
            return _adapter(annotation).validate_python(raw)
        except ValidationError as error:
            return self.report_error(path, error, raw)

    def report(self, path: Path, kind: str, message: str, value: Any) -> Any:
        self.found.append(Violation(path, kind, message, value))
        return _ABSENT

    def report_error(self, path: Path, error: ValidationError, value: Any) -> Any:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return self.report(path, first["type"], first["msg"], value)


def _certain(model: type[Model], name: str, data: dict[str, Any]) -> tuple[str, ...] | None:
    """Return what a field's object must hold when a key beside it changes that: a webhook is an author with less."""
    for key, names in model._guaranteed_when.get(name, {}).items():
        if data.get(key) is not None:
            return names
    return None


@cache
def _fields(model: type[Model]) -> dict[str, tuple[str, Any, bool, Any]]:
    """Return key on the wire, annotation, whether required, and default of each field."""
    model.model_rebuild()
    found = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for mark in info.metadata:
            annotation = Annotated[annotation, mark]
        found[name] = (info.alias or name, annotation, info.is_required(), info.default)
    return found


@cache
def _adapter(annotation: Any) -> TypeAdapter[Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False))
