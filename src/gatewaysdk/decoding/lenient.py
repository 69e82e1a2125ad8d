"""The second pass over a payload that strict validation refused: it keeps all sound parts and lists the others."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ConfigDict, TypeAdapter, ValidationError

from ..bases.findings import MAX_VIOLATIONS, keep_findings
from ..bases.model import Model
from ..bases.types import TextIdBeside
from ..bases.unions import OpenUnion, ParentUnion
from .walk import ABSENT, MAX_DEPTH, Shape, Walk, certain_fields

__all__ = ["salvage"]

M = TypeVar("M", bound=Model)


def salvage(model: type[M], data: dict[str, Any]) -> M:
    """Return a ``model`` made from decoded values that break its rules, without the broken parts.

    Broken fields are absent: reading one raises `FieldAbsent`. Broken items are left out of their list or map. The
    ``violations`` of each object around a broken part list it, up to `MAX_VIOLATIONS` in all.
    """
    return _Pass().build(model, data)


class _Pass(Walk):
    """The walk over a payload that becomes a model."""

    def build(self, model: type[M], data: dict[str, Any], certain: tuple[str, ...] | None = None) -> M:
        """Return the object. ``certain`` names the only fields that are required here; None: those of the model."""
        first, before = len(self.found), self.count
        self.models += 1
        values: dict[str, Any] = {}
        present: set[str] = set()
        for name, (key, shape, required, default) in _fields(model).items():
            if key in data:
                value = self.at(key, shape, data[key], values, certain_fields(model, name, data))
                if value is not ABSENT:
                    values[name] = value
                    present.add(name)
            elif not required:
                values[name] = default
            elif certain is None or name in certain:
                self.report("missing", "Field required", None, key)
            elif shape.nullable:
                values[name] = None
        self.models -= 1
        findings = self.findings_since(first, before)
        made = model.__new__(model)
        for slot, content in (
            ("__dict__", values),
            ("__pydantic_fields_set__", present),
            ("__pydantic_extra__", None),
        ):
            object.__setattr__(made, slot, content)
        keep_findings(made, findings)
        return made

    def read_object(
        self, model: type[Model], raw: Any, siblings: dict[str, Any], certain: tuple[str, ...] | None, /
    ) -> Any:
        too_deep = len(self.path) > MAX_DEPTH
        # Strict validation is faster, and takes a sound object whole. But to try it at each level would look at a deep
        # value once for each level above it. At levels 1, 2, 4, 8 and so on, it is a handful of times.
        if too_deep or self.models.bit_count() == 1 or not isinstance(raw, dict):
            try:
                return model.__pydantic_validator__.validate_python(raw)
            except ValidationError as error:
                if not isinstance(raw, dict):
                    return self.report_error(error, raw)
        if too_deep:
            return self.report("recursion_loop", f"broken, and nested deeper than {MAX_DEPTH} levels", raw)
        return self.build(model, raw, certain)

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

    def report_error(self, error: ValidationError, value: Any) -> Any:
        if len(self.found) >= MAX_VIOLATIONS:  # to count an error is much cheaper than to read what it says
            return self.report("", "", None)
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        return self.report(first["type"], first["msg"], value)


@cache
def _shape(annotation: Any) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType) and NoneType in arguments:
        others = [one for one in arguments if one is not NoneType]
        if len(others) == 1:
            return _shape(others[0])._replace(nullable=True)
        return Shape(_Pass.read_leaf, _validator(annotation), True)
    if origin is Annotated and isinstance(arguments[1], OpenUnion | ParentUnion):
        return Shape(_Pass.read_union, arguments[1], False)
    if origin is Annotated and isinstance(arguments[1], TextIdBeside):
        return Shape(_Pass.read_beside, (arguments[1], _validator(arguments[0])), False)
    if origin is list:
        return Shape(_Pass.read_list, _shape(arguments[0]), False)
    if origin is dict:
        return Shape(_Pass.read_map, (_shape(arguments[0]), _shape(arguments[1])), False)
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return Shape(_Pass.read_object, annotation, False)
    return Shape(_Pass.read_leaf, _validator(annotation), False)


def _validator(annotation: Any) -> Callable[[Any], Any]:
    return TypeAdapter(annotation, config=ConfigDict(strict=True, allow_inf_nan=False)).validator.validate_python


@cache
def _fields(model: type[Model]) -> dict[str, tuple[str, Shape, bool, Any]]:
    """Return, for each field, its key on the wire, its shape, whether it is required, and its default."""
    model.model_rebuild()
    found = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for mark in info.metadata:
            annotation = Annotated[annotation, mark]
        found[name] = (info.alias or name, _shape(annotation), info.is_required(), info.default)
    return found
