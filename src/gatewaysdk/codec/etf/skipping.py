"""Goes over terms without building anything, to find where they end and how many values they hold."""

from __future__ import annotations

from struct import Struct

from ...compression.bounds import too_many_values
from ...errors import DecodeError
from . import tags as tag

__all__ = ["skip", "step"]

_u16 = Struct(">H").unpack_from
_u32 = Struct(">I").unpack_from

_FIXED_SIZES = {tag.NEW_FLOAT: 8, tag.SMALL_INTEGER: 1, tag.INTEGER: 4, tag.FLOAT: 31, tag.NIL: 0}
# For tags with a length of 1, 2 or 4 bytes: how many bytes a term has besides its length and content.
_LENGTHS_8 = {tag.SMALL_BIG: 1, tag.SMALL_ATOM: 0, tag.SMALL_ATOM_UTF8: 0}
_LENGTHS_16 = {tag.ATOM, tag.STRING, tag.ATOM_UTF8}
_LENGTHS_32 = {tag.BINARY: 0, tag.LARGE_BIG: 1}


def skip(data: bytes, position: int, most: int) -> int:
    """Return where the term at ``position`` ends. Raises `DecodeError`, or one of `CUT_SHORT` if the data ends early.

    It checks tags, lengths, depth, and that containers have as many terms as they say, but not texts, numbers, keys and
    tails of lists. Raises `MessageTooLarge` for more than ``most`` values: elements, map entries, and one for each
    empty container.
    """
    # A loop with a stack of its own, so that deep nesting costs no Python frames.
    values = 0
    terms = 1  # still to come in the innermost container
    outer: list[int] = []  # the same for the containers around it
    size = len(data)
    while True:
        if not terms:
            if not outer:
                return position
            terms = outer.pop()
            continue
        terms -= 1
        kind, start = data[position], position + 1
        inside, position = step(data, start, kind)
        if position > size:
            raise IndexError
        if inside >= 0:
            if inside - (kind == tag.LIST) > size - position:  # a list's tail may be missing here, as it is found later
                raise IndexError
            if len(outer) >= tag.MAX_DEPTH:
                raise DecodeError(f"the container before byte {position} is nested in {tag.MAX_DEPTH} others")
            values += _values(kind, inside)
        elif kind == tag.NIL:
            values += 1
        elif kind == tag.STRING:
            values += position - start - 2
        if values > most:
            raise too_many_values(most)
        if inside >= 0:
            outer.append(terms)
            terms = inside


def _values(kind: int, terms: int) -> int:
    if kind == tag.LIST:
        return max(terms - 2, 0)  # without the tail, for which NIL counts one more
    return (terms // 2 if kind == tag.MAP else terms) or 1


def step(data: bytes, position: int, kind: int) -> tuple[int, int]:
    """Step over a leaf or into a container. Return the container's number of terms, -1 for a leaf, and the position."""
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
    raise DecodeError(f"tag {kind} at byte {position - 1} is not used in gateway messages")
