"""Reads op, s and t, and finds ``d`` without decoding it."""

from __future__ import annotations

import re
import sys
from struct import Struct
from typing import Any

from ...compression.bounds import too_many_values
from ...errors import DecodeError
from . import tags as tag
from .decoder import CUT_SHORT, read_key, read_term
from .skipping import skip

__all__ = ["Envelope", "peek"]

Envelope = tuple[int, int | None, str | None, int, int]
"""op, s, t, and where ``d`` starts and ends; both are 0 if there is no ``d``."""

_u32 = Struct(">I").unpack_from
_i32 = Struct(">i").unpack_from

# Discord writes the envelope as a map with the atoms d, op, s and t as keys, in this order. So all but d is at the end.
_HEAD = b"\x83t\0\0\0\x04d\0\x01d"
_TAIL = re.compile(
    rb"d\0\x02opa(.)"
    rb"d\0\x01s(?:a(.)|b(....)|d\0\x03nil)"
    # Lengths of names (1 to 47) are never characters of names, so this can match at one place only.
    rb"d\0\x01t(?:d\0([\x01-\x2f])([A-Z0-9_]+)|d\0\x03nil)\Z",
    re.DOTALL,
)
_LONGEST_TAIL = 71

# The tag of op, s and t is checked before they are read: a list could have any number of elements.
_SCALARS = {tag.SMALL_INTEGER, tag.INTEGER, tag.SMALL_BIG, tag.LARGE_BIG, tag.BINARY}
_SCALARS |= {tag.ATOM, tag.SMALL_ATOM, tag.ATOM_UTF8, tag.SMALL_ATOM_UTF8}


def peek(data: bytes | bytearray | memoryview, most: int = sys.maxsize, /) -> Envelope:
    """Return the envelope of a whole message. Raises `DecodeError`.

    With the keys in Discord's order the cost does not depend on the size of ``d``, which is not read. In any other
    order, this goes through the tags and lengths in ``d``, and raises `MessageTooLarge` if ``d`` holds more than
    ``most`` values. It checks nothing else in ``d``.
    """
    message = bytes(data)
    return _peek_tail(message) or _walk(message, most)


def _peek_tail(message: bytes) -> Envelope | None:
    if not message.startswith(_HEAD):
        return None
    found = _TAIL.search(message, max(len(_HEAD) + 1, len(message) - _LONGEST_TAIL))
    if found is None:
        return None
    op, small, number, length, name = found.groups()
    s = small[0] if small is not None else None if number is None else _i32(number)[0]
    if name is not None and length[0] != len(name):
        return None
    return op[0], s, None if name is None else name.decode(), len(_HEAD), found.start()


def _walk(message: bytes, most: int) -> Envelope:
    try:
        if message[0] != tag.VERSION:
            raise DecodeError(f"the message begins with byte {message[0]}, not with version {tag.VERSION}")
        if message[1] == tag.COMPRESSED:
            raise DecodeError("the message is a compressed term, which no gateway sends")
        if message[1] != tag.MAP:
            raise DecodeError(f"the message is not a map, it has tag {message[1]}")
        values, d_start, d_end, end = _read_pairs(message, most)
    except CUT_SHORT:
        raise DecodeError(f"the message is cut short at byte {len(message)}") from None
    if end != len(message):
        raise DecodeError(f"{len(message) - end} bytes follow the message, from byte {end} on")
    op, s, t = values.get("op"), values.get("s"), values.get("t")
    # By exact type, as True is an int too.
    if type(op) is not int:
        raise DecodeError("op is missing or no integer")
    if s is not None and type(s) is not int:
        raise DecodeError("s is neither an integer nor nil")
    if t is not None and type(t) is not str:
        raise DecodeError("t is neither text nor nil")
    return op, s, t, d_start, d_end


def _read_pairs(message: bytes, most: int) -> tuple[dict[str, Any], int, int, int]:
    """Return the values of all keys but ``d``, where ``d`` starts and ends, and where the map ends."""
    values: dict[str, Any] = {}
    d_start = d_end = 0
    (arity,) = _u32(message, 2)
    position = 6
    if 2 * arity > len(message) - position:
        raise IndexError
    if arity > most:
        raise too_many_values(most)
    for _ in range(arity):
        key_position = position
        key, position = read_key(message, position)
        if key in values:
            raise DecodeError(f"the envelope has the key at byte {key_position} twice")
        if key in ("op", "s", "t"):
            if message[position] not in _SCALARS:
                raise DecodeError(f"{key} has tag {message[position]}, which is neither an integer nor a text")
            values[key], position = read_term(message, position, 0)
            continue
        start, position = position, skip(message, position, most)
        if key == "d":
            values["d"], d_start, d_end = None, start, position
    return values, d_start, d_end, position
