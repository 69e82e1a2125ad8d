"""Makes payloads that break the documentation, or go beyond it, out of those that keep to it."""

from __future__ import annotations

from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from ...bases.enums import Flags
from ...bases.model import Model
from ...bases.unions import OpenUnion, ParentUnion
from ..payloads import model_fields

__all__ = ["of_another_type", "with_unknown_keys", "with_unknown_values"]

_NEW_KEY, _NEW_NUMBER, _NEW_TEXT, _NEW_FLAG = "key_of_tomorrow", 9999, "value_of_tomorrow", 1 << 50


def with_unknown_keys(value: Any) -> Any:
    """Return JSON with a further key in each object."""
    if isinstance(value, dict):
        return {**{key: with_unknown_keys(one) for key, one in value.items()}, _NEW_KEY: {"nested": [1, None, "x"]}}
    return [with_unknown_keys(one) for one in value] if isinstance(value, list) else value


def of_another_type(value: Any) -> Any:
    """Return a value of a type that the field of ``value`` does not have."""
    match value:
        case bool() | None:
            return "maybe"
        case int() | float():
            return {"number": value}
        case str():
            return [value]
        case list():
            return 7
    return [7]


def with_unknown_values(model: type[Model], payload: dict[str, Any]) -> dict[str, Any]:
    """Return a payload with unknown values in all fields of enums and flags, nested objects included."""
    fields = {field.key: field.annotation for field in model_fields(model)}
    return {key: _unknown(fields[key], value) if key in fields else value for key, value in payload.items()}


def _unknown(annotation: Any, value: Any) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if value is None:
        return None
    if origin in (Union, UnionType):
        return _unknown(next(one for one in arguments if one is not NoneType), value)
    if origin is Annotated:
        if isinstance(arguments[1], OpenUnion):
            return {**value, arguments[1].key: _NEW_NUMBER}
        return value if isinstance(arguments[1], ParentUnion) else _unknown(arguments[0], value)
    if origin is list:
        return [_unknown(arguments[0], one) for one in value]
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return with_unknown_values(annotation, value)
    return _unknown_leaf(annotation, value)


def _unknown_leaf(kind: Any, value: Any) -> Any:
    if not isinstance(kind, type) or not issubclass(kind, Enum):
        return value
    if issubclass(kind, Flags):
        flags = int(value) | _NEW_FLAG
        return str(flags) if isinstance(value, str) else flags
    return _NEW_TEXT if isinstance(value, str) else _NEW_NUMBER
