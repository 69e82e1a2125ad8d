"""The second pass over a payload that strict validation refused: it keeps all sound parts and lists the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, NamedTuple, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..bases.findings import MAX_VIOLATIONS, Findings, Violation, keep_findings
from ..bases.model import Model
from ..bases.types import TextIdBeside
from ..bases.unions import OpenUnion, ParentUnion, UnknownObject

__all__ = ["salvage"]

M = TypeVar("M", bound=Model)

_ABSENT: Final = object()
_NONE: Final[dict[str, Any]] = {}
# Far deeper than any structure of Discord's, far below Python's recursion limit.
_MAX_DEPTH = 64


def salvage(model: type[M], data: dict[str, Any]) -> M:
    """Return a ``model`` made from decoded values that break its rules, without the broken parts.

    Broken fields are absent: reading one raises `FieldAbsent`. Broken items are left out of their list or map. The
    ``violations`` of each object around a broken part list it, up to `MAX_VIOLATIONS` in all.
    """
    return _Pass().build(model, data)


class _Pass:
    """One walk over one payload.

    It looks at each value a bounded number of times and keeps a bounded number of findings, so that few hostile bytes
    cannot cost much time or memory.
    """

    def __init__(self) -> None:
        self.found: list[Violation] = []
        self.count = 0
        self.path: list[str | int] = []
        self.models = 0  # how many models surround the value in hand

    def build(self, model: type[M], data: dict[str, Any], certain: tuple[str, ...] | None = None) -> M:
        """Return the object. ``certain`` names the only fields that are required here; None: those of the model."""
        first, before = len(self.found), self.count
        self.models += 1
        values: dict[str, Any] = {}
        present: set[str] = set()
        for name, (key, shape, required, default) in _fields(model).items():
            if key in data:
                value = self.at(key, shape, data[key], values, _certain(model, name, data))
                if value is not _ABSENT:
                    values[name] = value
                    present.add(name)
            elif not required:
                values[name] = default
            elif certain is None or name in certain:
                self.report("missing", "Field required", None, key)
            elif shape.nullable:
                values[name] = None
        self.models -= 1
        broken = self.count - before
        findings = Findings(tuple(self.found[first:]), len(self.path), broken) if broken else None
        made = model.__new__(model)
        for slot, content in (
            ("__dict__", values),
            ("__pydantic_fields_set__", present),
            ("__pydantic_extra__", None),
        ):
            object.__setattr__(made, slot, content)
        keep_findings(made, findings)
        return made

    def at(
        self,
        key: str | int,
        shape: _Shape,
        raw: Any,
        siblings: dict[str, Any] = _NONE,
        certain: tuple[str, ...] | None = None,
    ) -> Any:
        """Return the value for a key or an index, or report it as broken and return ``_ABSENT``."""
        if raw is None and shape.nullable:
            return None
        self.path.append(key)
        value = shape.read(self, shape.of, raw, siblings, certain)
        self.path.pop()
        return value

    # A reader for each kind of shape. It takes `_Shape.of`, the raw value, the values of the fields before it, and the
    # fields that are required in it.

    def read_model(
        self, model: type[Model], raw: Any, siblings: dict[str, Any], certain: tuple[str, ...] | None
    ) -> Any:
        too_deep = len(self.path) > _MAX_DEPTH
        # Strict validation is faster, and takes a sound object whole. But to try it at each level would look at a deep
        # value once for each level above it. At levels 1, 2, 4, 8 and so on, it is a handful of times.
        if too_deep or self.models.bit_count() == 1 or not isinstance(raw, dict):
            try:
                return model.__pydantic_validator__.validate_python(raw)
            except ValidationError as error:
                if not isinstance(raw, dict):
                    return self.report_error(error, raw)
        if too_deep:
            return self.report("recursion_loop", f"broken, and nested deeper than {_MAX_DEPTH} levels", raw)
        return self.build(model, raw, certain)

    def read_union(self, union: OpenUnion | ParentUnion, raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        chosen = union.choose(raw, siblings)
        if not isinstance(raw, dict):
            return self.report("dict_type", "Input should be an object", raw)
        if chosen is None:
            return self.report("union_tag_not_found", f"no usable {union.key} says what kind it is", raw)
        if chosen is UnknownObject:
            return UnknownObject(raw)
        return self.read_model(chosen, raw, _NONE, None)

    def read_list(self, item: _Shape, raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        if not isinstance(raw, list):
            return self.report("list_type", "Input should be a list", raw)
        read = (self.at(index, item, one) for index, one in enumerate(raw))
        return [one for one in read if one is not _ABSENT]

    def read_map(self, kinds: tuple[_Shape, _Shape], raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        if not isinstance(raw, dict):
            return self.report("dict_type", "Input should be an object", raw)
        result = {}
        for key, one in raw.items():
            name = self.at(key, kinds[0], key)
            value = self.at(key, kinds[1], one) if name is not _ABSENT else _ABSENT
            if value is not _ABSENT:
                result[name] = value
        return result

    def read_leaf(self, validate: Callable[[Any], Any], raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        try:
            return validate(raw)
        except ValidationError as error:
            return self.report_error(error, raw)

    def read_beside(
        self, of: tuple[TextIdBeside, Callable[[Any], Any]], raw: Any, siblings: dict[str, Any], certain: None
    ) -> Any:
        mark, validate = of
        return mark.settle(self.read_leaf(validate, raw, siblings, certain), siblings)

    # Findings

    def report(self, kind: str, message: str, value: Any, *key: str) -> Any:
        """Note that the value at the present path, or at a key below it, is broken. Return ``_ABSENT``."""
        self.count += 1
        if len(self.found) < MAX_VIOLATIONS:
            self.found.append(Violation((*self.path, *key), kind, message, value))
        return _ABSENT

    def report_error(self, error: ValidationError, value: Any) -> Any:
        if len(self.found) >= MAX_VIOLATIONS:  # to count an error is much cheaper than to read what it says
            return self.report("", "", None)
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return self.report(first["type"], first["msg"], value)


def _certain(model: type[Model], name: str, data: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the only fields that a field's object must have, if a key beside it says so; None if all are required.

    So it is with ``author`` beside ``webhook_id``: a webhook is an author with fewer fields.
    """
    for key, names in model._guaranteed_when.get(name, {}).items():
        if data.get(key) is not None:
            return names
    return None


class _Shape(NamedTuple):
    """How to read the values of an annotation, worked out once for each annotation."""

    read: Callable[..., Any]
    """The reader: a method of `_Pass`."""
    of: Any
    """The reader's first argument: the model, the shape of the items, a validator, and so on."""
    nullable: bool


@cache
def _shape(annotation: Any) -> _Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType) and NoneType in arguments:
        others = [one for one in arguments if one is not NoneType]
        if len(others) == 1:
            return _shape(others[0])._replace(nullable=True)
        return _Shape(_Pass.read_leaf, _validator(annotation), True)
    if origin is Annotated and isinstance(arguments[1], OpenUnion | ParentUnion):
        return _Shape(_Pass.read_union, arguments[1], False)
    if origin is Annotated and isinstance(arguments[1], TextIdBeside):
        return _Shape(_Pass.read_beside, (arguments[1], _validator(arguments[0])), False)
    if origin is list:
        return _Shape(_Pass.read_list, _shape(arguments[0]), False)
    if origin is dict:
        return _Shape(_Pass.read_map, (_shape(arguments[0]), _shape(arguments[1])), False)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return _Shape(_Pass.read_model, annotation, False)
    return _Shape(_Pass.read_leaf, _validator(annotation), False)


def _validator(annotation: Any) -> Callable[[Any], Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False)).validator.validate_python


@cache
def _fields(model: type[Model]) -> dict[str, tuple[str, _Shape, bool, Any]]:
    """Return, for each field, its key on the wire, its shape, whether it is required, and its default."""
    model.model_rebuild()
    found = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for mark in info.metadata:
            annotation = Annotated[annotation, mark]
        found[name] = (info.alias or name, _shape(annotation), info.is_required(), info.default)
    return found
