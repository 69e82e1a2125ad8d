"""Structs of msgspec for events, with the fields of the generated models: they decode about what those validate.

Ids and flags become plain ints, enums plain ints or strings, and timestamps datetimes. A union of models becomes Any:
msgspec tells structs apart by their tags alone, and refuses a tag that it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, ForwardRef, Literal, Union, get_args, get_origin

import msgspec

from gatewaysdk.bases.model import Model
from gatewaysdk.bases.unions import UnknownObject
from gatewaysdk.decoding.registry import event_class

__all__ = ["Decoder", "decoder", "struct"]

Decoder = msgspec.json.Decoder

# In this order, as a bool is an int.
_PLAIN = (bool, int, float, str, datetime, NoneType)

_made: dict[type[Model], type[msgspec.Struct] | None] = {}


def decoder(name: str) -> Decoder[Any]:
    """Return what decodes the data of an event."""
    model = event_class(name)
    assert model is not None, name
    # Ids are strings on the wire, and not strict is how msgspec makes numbers of them without a call into Python.
    return Decoder(struct(model), strict=False)


def struct(model: type[Model]) -> Any:
    """Return the struct with the fields of a model, made when first asked for; None while it is being made."""
    if model not in _made:
        _made[model] = None
        model.model_rebuild()  # else its annotations are text
        _made[model] = made = msgspec.defstruct(
            model.__name__,
            _fields(model),
            module=__name__,
            rename={key: info.alias for key, info in model.model_fields.items() if info.alias},
            kw_only=True,  # as fields without a default follow some with one
        )
        # Among the names of this module msgspec finds those that other structs refer to, which allows for cycles.
        assert model.__name__ not in globals(), model.__name__
        globals()[model.__name__] = made
    return _made[model]


def _fields(model: type[Model]) -> Iterator[tuple[str, Any] | tuple[str, Any, Any]]:
    for key, info in model.model_fields.items():
        kind = _counterpart(info.annotation)
        if info.is_required():
            yield key, kind
        else:
            # Null is a value of the booleans of a role's tags too, by which the models know that they are true.
            yield key, kind | None, info.default


def _counterpart(kind: Any) -> Any:
    """Return what msgspec is to decode where pydantic validates a type."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _counterpart(args[0])
    if origin is Literal:
        return type(args[0])
    if origin in (Union, UnionType):
        return Any if UnknownObject in args else reduce(or_, map(_counterpart, args))
    if origin is not None:
        return origin[tuple(map(_counterpart, args))]
    if issubclass(kind, Model):
        struct(kind)
        return ForwardRef(kind.__name__)
    return next((plain for plain in _PLAIN if issubclass(kind, plain)), Any)
