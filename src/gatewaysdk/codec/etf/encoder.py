"""Encodes plain Python values as a message for the gateway."""

from __future__ import annotations

from math import isfinite
from struct import Struct
from typing import Any

from ...errors import EncodeError
from . import tags as tag

__all__ = ["encode", "put_atom", "put_integer", "put_text", "put_value"]

_put_length = Struct(">BI").pack
_put_integer = Struct(">Bi").pack
_put_float = Struct(">Bd").pack


def encode(value: Any, /) -> bytes:
    """Return a message with its version byte. Raises `EncodeError` unless ``value`` holds plain values only.

    Keys and texts become binaries, as Discord demands (events/gateway#using-etf). The only atoms are true, false, nil.
    """
    out = bytearray((tag.VERSION,))
    try:
        put_value(out, value, 0)
    except RecursionError:
        raise EncodeError("values are nested too deep for the stack that is left") from None
    return bytes(out)


def put_value(out: bytearray, value: Any, depth: int) -> None:
    """Append a value that is nested in ``depth`` others."""
    if value is None:
        put_atom(out, "nil")
    elif value is True:
        put_atom(out, "true")
    elif value is False:
        put_atom(out, "false")
    elif isinstance(value, str):
        put_text(out, value)
    elif isinstance(value, int):
        put_integer(out, value)
    elif isinstance(value, float):
        if not isfinite(value):
            raise EncodeError("a float is NaN or infinite; send a finite number")
        out += _put_float(tag.NEW_FLOAT, value)
    elif isinstance(value, (dict, list, tuple)):
        if depth >= tag.MAX_DEPTH:
            raise EncodeError(f"values are nested more than {tag.MAX_DEPTH} deep")
        if isinstance(value, dict):
            _put_map(out, value, depth + 1)
        else:
            _put_list(out, value, depth + 1)
    else:
        raise EncodeError(f"a value of type {type(value).__name__} cannot be sent as ETF; use plain values")


def _put_map(out: bytearray, pairs: dict[Any, Any], depth: int) -> None:
    out += _put_length(tag.MAP, len(pairs))
    for key, value in pairs.items():
        if not isinstance(key, str):
            raise EncodeError(f"a key of type {type(key).__name__} cannot be sent; keys are strings")
        put_text(out, key)
        put_value(out, value, depth)


def _put_list(out: bytearray, items: list[Any] | tuple[Any, ...], depth: int) -> None:
    if items:
        out += _put_length(tag.LIST, len(items))
        for item in items:
            put_value(out, item, depth)
    out.append(tag.NIL)


def put_text(out: bytearray, text: str) -> None:
    """Append a text, as a binary."""
    try:
        # str's own method: a subclass may have an encode() that returns something else.
        encoded = str.encode(text)
    except UnicodeEncodeError:
        raise EncodeError("a string holds a lone surrogate, which UTF-8 cannot express") from None
    out += _put_length(tag.BINARY, len(encoded))
    out += encoded


def put_atom(out: bytearray, name: str) -> None:
    """Append an atom, with the tag that Discord itself uses."""
    if len(name) > tag.MAX_ATOM:
        raise EncodeError(f"an atom has {len(name)} characters, {tag.MAX_ATOM} are the most")
    try:
        encoded = name.encode("latin-1")
    except UnicodeEncodeError:
        raise EncodeError("an atom has characters that are not in Latin-1") from None
    out.append(tag.ATOM)
    out += len(encoded).to_bytes(2, "big")
    out += encoded


def put_integer(out: bytearray, number: int) -> None:
    """Append an integer in its shortest form. Raises `EncodeError` above 255 bytes."""
    number = int.__index__(number)
    if 0 <= number <= 255:
        out.append(tag.SMALL_INTEGER)
        out.append(number)
    elif -(1 << 31) <= number < 1 << 31:
        out += _put_integer(tag.INTEGER, number)
    else:
        size = (number.bit_length() + 7) // 8
        if size > 255:
            raise EncodeError(f"an integer has {size} bytes; 255 can be sent at most")
        out += bytes((tag.SMALL_BIG, size, number < 0))
        out += abs(number).to_bytes(size, "little")
