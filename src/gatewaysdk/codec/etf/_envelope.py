"""Reading op, s and t, and where ``d`` lies, without building what is in ``d``."""

from __future__ import annotations

import re
from struct import Struct
from typing import Any

from ...errors import DecodeError
from . import _tags as tag
from ._decoder import CUT_SHORT, read_key, read_term

__all__ = ["Envelope", "peek", "skip", "step"]

Envelope = tuple[int, int | None, str | None, int, int]
"""op, s, t, and where ``d`` starts and ends; both are 0 when there is no ``d``."""

_u16 = Struct(">H").unpack_from
_u32 = Struct(">I").unpack_from
_i32 = Struct(">i").unpack_from

# Discord writes the envelope as a map of four atoms, in this order. With d first, all else stands at the end.
_HEAD = b"\x83t\0\0\0\x04d\0\x01d"
_TAIL = re.compile(
    rb"d\0\x02opa(.)"
    rb"d\0\x01s(?:a(.)|b(....)|d\0\x03nil)"
    # No length of a name is a character of names, so that there is one way only to read this from its end.
    rb"d\0\x01t(?:d\0([\x01-\x2f])([A-Z0-9_]+)|d\0\x03nil)\Z",
    re.DOTALL,
)
_LONGEST_TAIL = 71

_FIXED_SIZES = {tag.NEW_FLOAT: 8, tag.SMALL_INTEGER: 1, tag.INTEGER: 4, tag.FLOAT: 31, tag.NIL: 0}
# The bytes that a length has, and those beside it and the content.
_LENGTHS_8 = {tag.SMALL_BIG: 1, tag.SMALL_ATOM: 0, tag.SMALL_ATOM_UTF8: 0}
_LENGTHS_16 = {tag.ATOM, tag.STRING, tag.ATOM_UTF8}
_LENGTHS_32 = {tag.BINARY: 0, tag.LARGE_BIG: 1}


def peek(data: bytes | bytearray | memoryview, /) -> Envelope:
    """Read the envelope of a whole message; raises `DecodeError`.

    In Discord's order of keys the cost does not depend on the size of ``d``, which is not looked at. In any other the
    tags and lengths within ``d`` are walked over, and nothing else of it is checked.
    """
    message = bytes(data)
    return _peek_tail(message) or _walk(message)


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


def _walk(message: bytes) -> Envelope:
    try:
        if message[0] != tag.VERSION:
            raise DecodeError(f"the message begins with byte {message[0]}, not with version {tag.VERSION}")
        if message[1] == tag.COMPRESSED:
            raise DecodeError("the message is a compressed term, which no gateway sends")
        if message[1] != tag.MAP:
            raise DecodeError(f"the message is no map, it has tag {message[1]}")
        values, d_start, d_end, end = _read_pairs(message)
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


def _read_pairs(message: bytes) -> tuple[dict[str, Any], int, int, int]:
    """Return the values but for ``d``, where that starts and ends, and where the map ends."""
    values: dict[str, Any] = {}
    d_start = d_end = 0
    (arity,) = _u32(message, 2)
    position = 6
    for _ in range(arity):
        key_position = position
        key, position = read_key(message, position)
        if key in values:
            raise DecodeError(f"the envelope has the key at byte {key_position} twice")
        if key in ("op", "s", "t"):
            values[key], position = read_term(message, position, 0)
            continue
        start, position = position, skip(message, position)
        if key == "d":
            values["d"], d_start, d_end = None, start, position
    return values, d_start, d_end, position


def skip(data: bytes, position: int) -> int:
    """Return where the term at ``position`` ends; raises `DecodeError`, or one of `CUT_SHORT` when the data ends.

    Tags, lengths and depth are checked, and that there are as many terms as said. Texts, numbers, keys and tails of
    lists are not.
    """
    terms = 1  # still to come in the innermost container
    outer: list[int] = []  # the same of those around it
    size = len(data)
    while True:
        if not terms:
            if not outer:
                return position
            terms = outer.pop()
            continue
        terms -= 1
        kind = data[position]
        inside, position = step(data, position + 1, kind)
        if position > size:
            raise IndexError
        if inside >= 0:
            if len(outer) >= tag.MAX_DEPTH:
                raise DecodeError(f"the container before byte {position} is nested in {tag.MAX_DEPTH} others")
            outer.append(terms)
            terms = inside


def step(data: bytes, position: int, kind: int) -> tuple[int, int]:
    """Go behind a leaf, or into a container: return its number of terms, or -1, and the new position."""
    if kind in _FIXED_SIZES:
        return -1, position + _FIXED_SIZES[kind]
    if kind in _LENGTHS_32:
        return -1, position + 4 + _u32(data, position)[0] + _LENGTHS_32[kind]
    if kind in _LENGTHS_8:
        return -1, position + 1 + data[position] + _LENGTHS_8[kind]
    if kind in _LENGTHS_16:
        return -1, position + 2 + _u16(data, position)[0]
    if kind == tag.MAP:
        return 2 * _u32(data, position)[0], position + 4
    if kind == tag.LIST:
        return _u32(data, position)[0] + 1, position + 4
    if kind == tag.SMALL_TUPLE:
        return data[position], position + 1
    if kind == tag.LARGE_TUPLE:
        return _u32(data, position)[0], position + 4
    raise DecodeError(f"tag {kind} at byte {position - 1} is none that a gateway message has")
