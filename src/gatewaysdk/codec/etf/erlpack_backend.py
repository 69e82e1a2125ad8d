"""Discord's own erlpack 1.0.1 as a backend, for those who want it. It is no faster than plain Python.

By itself, erlpack crashes on deep nesting, accepts truncated data and data after the end, inflates compressed terms
without bound, lets the last of two equal keys win, and raises errors of eight kinds. So each message is checked before
erlpack gets it, and erlpack's values are converted to those of the reference, python_backend.py. If either step finds
something that erlpack gets wrong, the reference decodes or refuses the message instead. That concerns

- data that is malformed, nested too deep, or has a tag that no gateway message has,
- floats written as text, on which erlpack fails,
- integers of more than 8 bytes, for which it takes quadratic time,
- maps with integers as keys: keys with equal hashes take quadratic time,
- maps for which it made fewer pairs than were sent, as when a key comes twice.

Its encoder is called without ``encoding=``: a str there leaves it with a dangling pointer. It gets only values of the
exact plain types. The reference encodes tuples, which erlpack would send as tuples, subclasses, and all that erlpack
refuses.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from math import isfinite
from typing import Any

from ...errors import DecodeError
from . import python_backend as _python
from . import tags as tag
from .decoder import CUT_SHORT
from .python_backend import peek
from .skipping import skip, step

__all__ = ["decode", "encode", "name", "peek"]

name = "erlpack"

# Imported by name, as erlpack has no type hints.
_erlpack: Any = import_module("erlpack")

_KEYS = {tag.BINARY, tag.ATOM, tag.SMALL_ATOM, tag.ATOM_UTF8, tag.SMALL_ATOM_UTF8}
_KEY_TEXTS = {True: "true", False: "false", None: "nil"}
_UNFIT = {tag.FLOAT, tag.LARGE_BIG}
_WIDEST_BIG = 8
_LEAST_INTEGER, _MOST_INTEGER = -(2**63) + 1, 2**64 - 1


class _Unfit(Exception):
    """Something that erlpack gets wrong, so that the reference has to do it."""


def decode(data: bytes | bytearray | memoryview, start: int, end: int, most: int = sys.maxsize, /) -> Any:
    """Return the value of the one term in ``data[start:end]``, which has no version byte.

    Raises `DecodeError`, and `MessageTooLarge` for a term that holds more than ``most`` values.
    """
    term = bytes(data[start:end])
    arities: list[int] = []
    try:
        if len(term) > most // 2:
            skip(term, 0, most)
        if _check(term, 0, 0, arities) == len(term):
            return _to_plain(_erlpack.unpack(bytes((tag.VERSION,)) + term), iter(arities))
    except (_Unfit, DecodeError, UnicodeDecodeError, RecursionError, *CUT_SHORT):
        pass  # the reference decodes it, or says what is wrong
    return _python.decode(data, start, end, most)


def encode(value: Any, /) -> bytes:
    """Return a message with its version byte. Raises `EncodeError` unless ``value`` holds plain values only."""
    try:
        if _is_plain(value, 0):
            encoded: bytes = _erlpack.pack(value)
            return encoded
    except (UnicodeEncodeError, RecursionError):
        pass  # the reference raises `EncodeError`
    return _python.encode(value)


def _check(data: bytes, position: int, depth: int, arities: list[int]) -> int:
    """Return where a term ends; append the arities of its maps, in order. Raises `_Unfit` where erlpack would fail."""
    kind = data[position]
    if kind in _UNFIT or (kind == tag.SMALL_BIG and data[position + 1] > _WIDEST_BIG):
        raise _Unfit
    start = position + 1
    inside, position = step(data, start, kind)
    if position > len(data) or (kind in (tag.ATOM, tag.ATOM_UTF8) and position - start - 2 > tag.MAX_ATOM):
        raise _Unfit
    if inside < 0:
        return position
    if depth >= tag.MAX_DEPTH or inside > len(data) - position:
        raise _Unfit
    if kind == tag.MAP:
        arities.append(inside // 2)
    for number in range(inside):
        if kind == tag.MAP and number % 2 == 0 and data[position] not in _KEYS:
            raise _Unfit
        if kind == tag.LIST and number == inside - 1 and data[position] != tag.NIL:
            raise _Unfit
        position = _check(data, position, depth + 1, arities)
    return position


def _to_plain(value: Any, arities: Iterator[int]) -> Any:
    """Convert erlpack's values to those of the reference: text for binaries and atoms, lists for tuples."""
    if isinstance(value, bytes):
        return value.decode()
    if isinstance(value, str):
        return None if value == "null" else str(value)
    if isinstance(value, list | tuple):
        return [_to_plain(item, arities) for item in value]
    if not isinstance(value, dict):
        return value
    arity = next(arities)
    if len(value) != arity:
        raise _Unfit
    pairs = {_to_key(key): _to_plain(item, arities) for key, item in value.items()}
    if len(pairs) != arity:
        raise _Unfit
    pairs.pop("__struct__", None)
    return pairs


def _to_key(key: Any) -> str:
    if isinstance(key, bytes):
        return key.decode()
    return str(key) if isinstance(key, str) else _KEY_TEXTS[key]


def _is_plain(value: Any, depth: int) -> bool:
    """Whether erlpack encodes ``value`` just as the reference does."""
    kind = type(value)
    if value is None or kind is bool or kind is str:
        return True
    if kind is int:
        return bool(_LEAST_INTEGER <= value <= _MOST_INTEGER)
    if kind is float:
        return isfinite(value)
    if depth >= tag.MAX_DEPTH:
        return False
    if kind is list:
        return all(_is_plain(item, depth + 1) for item in value)
    return kind is dict and all(type(key) is str and _is_plain(item, depth + 1) for key, item in value.items())
