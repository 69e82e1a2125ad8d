"""The second pass for structs: like that for models, it keeps all sound parts of a payload and lists the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from types import NoneType, UnionType
from typing import Annotated, Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

import msgspec

from ..bases.struct import Struct
from ..bases.struct_fields import defaults, restored
from ..bases.struct_names import resolve
from ..bases.struct_types import TextIdMark, wire_types
from ..bases.unions import OpenUnion, ParentUnion
from .walk import ABSENT, MAX_DEPTH, Shape, Walk, certain_fields

__all__ = ["fields_of", "is_list", "is_map", "is_object", "is_text_id", "is_union", "salvage_struct"]

S = TypeVar("S", bound=Struct)

# Kinds of violations have the names that pydantic gives them in models.
_KINDS = {
    "int": "int_type", "str": "string_type", "bool": "bool_type", "float": "float_type", "array": "list_type",
    "object": "dict_type", "datetime": "datetime_type",
}  # fmt: skip


def salvage_struct(kind: type[S], data: dict[str, Any]) -> S:
    """Return a struct made from decoded values that break its rules, without the broken parts; see `salvage`."""
    resolve(kind)
    return _StructPass().build(kind, data)


class _StructPass(Walk):
    """The walk over a payload that becomes a struct."""

    def build(self, kind: type[S], data: dict[str, Any], certain: tuple[str, ...] | None = None) -> S:
        """Return the object. ``certain`` names the only fields that are required here; None: those of the struct."""
        first, before = len(self.found), self.count
        self.models += 1
        values: dict[str, Any] = {}
        for name, (key, shape, default) in fields_of(kind).items():
            if key in data:
                value = self.at(key, shape, data[key], values, certain_fields(kind, name, data))
                if value is not ABSENT:
                    values[name] = value
            elif default is not msgspec.NODEFAULT:
                values[name] = default
            elif certain is None or name in certain:
                self.report("missing", "Field required", None, key)
            elif shape.nullable:
                values[name] = None
        self.models -= 1
        return restored(kind, values | {"_findings": self.findings_since(first, before)})

    def read_object(
        self, kind: type[Struct], raw: Any, siblings: dict[str, Any], certain: tuple[str, ...] | None, /
    ) -> Any:
        too_deep = len(self.path) > MAX_DEPTH
        # Strict decoding is faster, and takes a sound object whole; at few levels, as for models.
        if too_deep or self.models.bit_count() == 1 or not isinstance(raw, dict):
            try:
                return _convert(raw, kind)
            except (ValueError, RecursionError):
                if not isinstance(raw, dict):
                    return self.report("dict_type", "Input should be an object", raw)
        if too_deep:
            return self.report("recursion_loop", f"broken, and nested deeper than {MAX_DEPTH} levels", raw)
        return self.build(kind, raw, certain)

    def read_leaf(self, convert: Callable[[Any], Any], raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        try:
            return convert(raw)
        except (ValueError, TypeError, RecursionError) as error:
            message = str(error)
            expected = message.removeprefix("Expected `").partition("`")[0].partition(" | ")[0]
            return self.report(_KINDS.get(expected, "value_error"), message, raw)


def _convert(raw: Any, annotation: Any) -> Any:
    return msgspec.convert(raw, annotation, strict=False, dec_hook=wire_types)


class _Field(NamedTuple):
    key: str
    shape: Shape
    default: Any


@cache
def fields_of(kind: type[Struct]) -> dict[str, _Field]:
    """Return, for each field, its key on the wire, its shape, and its default."""
    hints, keys = get_type_hints(kind, include_extras=True), kind.__struct_encode_fields__
    return {
        name: _Field(key, _shape(hints[name]), default)
        for (name, default), key in zip(defaults(kind).items(), keys, strict=True)
        if name != "_findings"
    }


@cache
def _shape(annotation: Any) -> Shape:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        others = [one for one in arguments if one not in (NoneType, msgspec.UnsetType)]
        if len(others) == 1:
            # None is what an optional field that Discord does not document as nullable is for null, too.
            return _shape(others[0])._replace(nullable=NoneType in arguments)
        return Shape(_StructPass.read_leaf, partial(_convert, annotation=annotation), NoneType in arguments)
    if origin is Annotated and isinstance(arguments[1], OpenUnion | ParentUnion):
        return Shape(_StructPass.read_union, arguments[1], False)
    if origin is Annotated and arguments[0] is datetime:
        return Shape(_StructPass.read_leaf, _timestamp, False)
    if origin is Annotated and arguments[1] is TextIdMark:
        return Shape(_StructPass.read_leaf, _text_id, False)
    if origin is list:
        return Shape(_StructPass.read_list, _shape(arguments[0]), False)
    if origin is dict:
        return Shape(_StructPass.read_map, (_shape(arguments[0]), _shape(arguments[1])), False)
    if isinstance(annotation, type) and issubclass(annotation, Struct):
        return Shape(_StructPass.read_object, annotation, False)
    return Shape(_StructPass.read_leaf, partial(_convert, annotation=annotation), False)


def is_object(shape: Shape) -> bool:
    """Whether a shape is that of a struct, ``shape.of``."""
    return shape.read is _StructPass.read_object


def is_list(shape: Shape) -> bool:
    """Whether it is that of a list of ``shape.of``."""
    return shape.read is _StructPass.read_list


def is_map(shape: Shape) -> bool:
    """Whether it is that of a map with the shapes ``shape.of`` of keys and values."""
    return shape.read is _StructPass.read_map


def is_union(shape: Shape) -> bool:
    """Whether it is that of a union with the marker ``shape.of``."""
    return shape.read is _StructPass.read_union


def is_text_id(shape: Shape) -> bool:
    """Whether it is that of an id that is text."""
    return shape.of is _text_id


def _timestamp(raw: Any) -> datetime:
    moment: datetime = msgspec.convert(raw, datetime)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _text_id(raw: Any) -> str:
    text: str = _convert(str(raw) if type(raw) is int else raw, str)
    return text
