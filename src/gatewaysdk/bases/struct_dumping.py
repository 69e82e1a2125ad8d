"""Makes plain values of structs, as Discord writes them in JSON."""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any

import msgspec

from .struct_fields import defaults, stored
from .unions import UnknownObject

__all__ = ["plain"]


def plain(struct: Any) -> dict[str, Any]:
    """Return the fields of a `Struct` that are neither missing nor absent, by their keys on the wire."""
    kind = type(struct)
    config = kind.__struct_config__
    found = {} if config.tag is None else {config.tag_field: config.tag}
    keys = zip(defaults(kind).items(), kind.__struct_encode_fields__, strict=True)
    for (name, default), key in keys:
        if name == "_findings":
            continue
        try:
            value = stored(struct, name)
        except AttributeError:
            continue
        if value is not default:
            found[key] = _plain(value, as_text=name in kind._as_text)
    return found


def _plain(value: Any, *, as_text: bool) -> Any:
    if isinstance(value, msgspec.Struct):
        return plain(value)
    if isinstance(value, list | tuple):
        return [_plain(one, as_text=as_text) for one in value]
    if isinstance(value, dict):
        return {str(_plain(key, as_text=False)): _plain(one, as_text=as_text) for key, one in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UnknownObject):
        return value.raw
    return str(value) if as_text and type(value) is int else value
