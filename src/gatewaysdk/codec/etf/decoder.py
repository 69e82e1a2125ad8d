"""Decodes one term to plain Python values.

A reader takes the data, the position after the tag and how many containers surround the term. It returns the value and
the position after the term. The tables at the end of the file map tags to readers. Where data ends too early, indexing
and `struct` raise by themselves, and `decode` turns that into a `DecodeError`; slices do not raise, so readers that
slice compare lengths.
"""

from __future__ import annotations

import re
import struct
import sys
from collections.abc import Callable
from struct import Struct
from typing import Any, TypeAlias

from ...errors import DecodeError
from . import tags as tag
from .skipping import skip

__all__ = ["CUT_SHORT", "decode", "read_key", "read_term"]

TermReader: TypeAlias = Callable[[bytes, int, int], tuple[Any, int]]
KeyReader: TypeAlias = Callable[[bytes, int], tuple[str, int]]

_u16 = Struct(">H").unpack_from
_u32 = Struct(">I").unpack_from
_i32 = Struct(">i").unpack_from
_f64 = Struct(">d").unpack_from

CUT_SHORT = (IndexError, struct.error)
"""The errors that reading past the end of the data raises."""

_ATOM_VALUES = {b"true": True, b"false": False, b"nil": None, b"null": None}

# Erlang writes "%.20e". Checked because float() would also take "inf", "1_0" and blanks.
_FLOAT_TEXT = re.compile(rb"[+-]?[0-9]+\.[0-9]+(?:[eE][+-]?[0-9]+)?")
_FLOAT_SIZE = 31

# Keys repeat with every event, and one shared string for each saves memory and time. Only ASCII keys are kept, as their
# bytes mean the same in atoms and binaries. A full cache is emptied, so that no peer can fill it for good.
_keys: dict[bytes, str] = {}
_MOST_KEYS = 2048
_LONGEST_KEY = 48


def decode(data: bytes | bytearray | memoryview, start: int, end: int, most: int = sys.maxsize, /) -> Any:
    """Return the value of the one term in ``data[start:end]``, which has no version byte.

    Raises `DecodeError`, and `MessageTooLarge` for a term that holds more than ``most`` values.
    """
    # Cut at the end, so that no reader goes past the term; not at the start, so that positions are those in ``data``.
    term = bytes(data[:end])
    try:
        # A byte is two values at most, an element that is empty. So usual messages need no count.
        if end - start > most // 2:
            skip(term, start, most)
        value, position = read_term(term, start, 0)
    except CUT_SHORT:
        raise DecodeError(f"the term at byte {start} is cut short at byte {end}") from None
    except RecursionError:
        # MAX_DEPTH takes two calls a level, so this happens only to a caller who is deep in the stack already.
        raise DecodeError(f"the term at byte {start} is nested too deep for the stack that is left") from None
    if position != end:
        raise DecodeError(f"{end - position} bytes follow the term, from byte {position} on")
    return value


def read_term(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    """Read the term at ``position``, nested in ``depth`` containers. Raises one of `CUT_SHORT` if it is cut short."""
    return _READERS[data[position]](data, position + 1, depth)


def read_key(data: bytes, position: int) -> tuple[str, int]:
    """Read a map key: an atom, a binary, or an integer, which becomes its decimal digits."""
    return _KEY_READERS[data[position]](data, position + 1)


def _small_integer(data: bytes, position: int, depth: int) -> tuple[int, int]:
    return data[position], position + 1


def _integer(data: bytes, position: int, depth: int) -> tuple[int, int]:
    return _i32(data, position)[0], position + 4


def _small_big(data: bytes, position: int, depth: int) -> tuple[int, int]:
    return _big(data, position + 1, data[position])


def _large_big(data: bytes, position: int, depth: int) -> tuple[int, int]:
    (size,) = _u32(data, position)
    if size > tag.MAX_BIG:
        raise DecodeError(f"the integer at byte {position - 1} has {size} bytes; {tag.MAX_BIG} are taken at most")
    return _big(data, position + 4, size)


def _big(data: bytes, position: int, size: int) -> tuple[int, int]:
    negative = data[position]
    stop = position + 1 + size
    if stop > len(data):
        raise IndexError
    magnitude = int.from_bytes(data[position + 1 : stop], "little")
    return -magnitude if negative else magnitude, stop


def _new_float(data: bytes, position: int, depth: int) -> tuple[float, int]:
    (value,) = _f64(data, position)
    return value, position + 8  # NaN and infinities too, as from JSON: models refuse them and leave them out


def _float(data: bytes, position: int, depth: int) -> tuple[float, int]:
    stop = position + _FLOAT_SIZE
    if stop > len(data):
        raise IndexError
    text = data[position:stop].partition(b"\0")[0]
    if _FLOAT_TEXT.fullmatch(text) is None:
        raise DecodeError(f"the float at byte {position - 1} is not a number")
    return float(text), stop


def _binary(data: bytes, position: int, depth: int) -> tuple[str, int]:
    (size,) = _u32(data, position)
    stop = position + 4 + size
    if stop > len(data):
        raise IndexError
    try:
        return data[position + 4 : stop].decode(), stop
    except UnicodeDecodeError:
        pass  # raised below: here, its context would be an error that holds the payload
    raise DecodeError(f"the binary at byte {position - 1} is not UTF-8 text")


def _string(data: bytes, position: int, depth: int) -> tuple[list[int], int]:
    (size,) = _u16(data, position)
    stop = position + 2 + size
    if stop > len(data):
        raise IndexError
    return list(data[position + 2 : stop]), stop


def _atom(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    (size,) = _u16(data, position)
    return _atom_value(data, position + 2, size, "latin-1")


def _small_atom(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    return _atom_value(data, position + 1, data[position], "latin-1")


def _atom_utf8(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    (size,) = _u16(data, position)
    return _atom_value(data, position + 2, size, "utf-8")


def _small_atom_utf8(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    return _atom_value(data, position + 1, data[position], "utf-8")


def _atom_value(data: bytes, position: int, size: int, encoding: str) -> tuple[Any, int]:
    stop = position + size
    raw = data[position:stop]
    if raw in _ATOM_VALUES and len(raw) == size:
        return _ATOM_VALUES[raw], stop
    return _atom_text(data, position, size, encoding)


def _atom_text(data: bytes, position: int, size: int, encoding: str) -> tuple[str, int]:
    stop = position + size
    if stop > len(data):
        raise IndexError
    try:
        name: str | None = data[position:stop].decode(encoding)
    except UnicodeDecodeError:
        name = None
    if name is None:
        raise DecodeError(f"the atom whose name begins at byte {position} is not UTF-8 text")
    if len(name) > tag.MAX_ATOM:
        raise DecodeError(f"the atom whose name begins at byte {position} has over {tag.MAX_ATOM} characters")
    return name, stop


def _nil(data: bytes, position: int, depth: int) -> tuple[list[Any], int]:
    return [], position


def _list(data: bytes, position: int, depth: int) -> tuple[list[Any], int]:
    (arity,) = _u32(data, position)
    items, position = _items(data, position + 4, arity, 1, depth)
    if data[position] != tag.NIL:
        raise DecodeError(f"the list that ends at byte {position} has a tail")
    return items, position + 1


def _small_tuple(data: bytes, position: int, depth: int) -> tuple[list[Any], int]:
    return _items(data, position + 1, data[position], 0, depth)


def _large_tuple(data: bytes, position: int, depth: int) -> tuple[list[Any], int]:
    (arity,) = _u32(data, position)
    return _items(data, position + 4, arity, 0, depth)


def _items(data: bytes, position: int, arity: int, more: int, depth: int) -> tuple[list[Any], int]:
    """Read ``arity`` terms, after which at least ``more`` bytes must follow."""
    if arity + more > len(data) - position:
        raise IndexError
    if depth >= tag.MAX_DEPTH:
        raise _too_deep(position)
    depth += 1
    readers = _READERS
    items = []
    for _ in range(arity):
        value, position = readers[data[position]](data, position + 1, depth)
        items.append(value)
    return items, position


def _map(data: bytes, position: int, depth: int) -> tuple[dict[str, Any], int]:
    (arity,) = _u32(data, position)
    position += 4
    start = position
    # Each key and each value has at least one byte. Checked first, so that a false arity costs no work.
    if 2 * arity > len(data) - position:
        raise IndexError
    if depth >= tag.MAX_DEPTH:
        raise _too_deep(position)
    depth += 1
    readers, key_readers, known, binary = _READERS, _KEY_READERS, _keys.get, tag.BINARY
    pairs: dict[str, Any] = {}
    for _ in range(arity):
        kind = data[position]
        if kind == binary:
            # As `_binary_key` does for a known key. Most keys are known, and the call would cost more than the reading.
            (size,) = _u32(data, position + 1)
            stop = position + 5 + size
            key = known(data[position + 5 : stop])
            if key is None:
                key, stop = _binary_key(data, position + 1)
        else:
            key, stop = key_readers[kind](data, position + 1)
        pairs[key], position = readers[data[stop]](data, stop + 1, depth)
    if len(pairs) != arity:
        raise DecodeError(f"the map at byte {start - 5} has a key twice")
    # The key by which Elixir knows structs; it has leaked into payloads.
    pairs.pop("__struct__", None)
    return pairs, position


def _too_deep(position: int) -> DecodeError:
    return DecodeError(f"the container before byte {position} is nested in {tag.MAX_DEPTH} others")


def _unknown(data: bytes, position: int, depth: int) -> tuple[Any, int]:
    raise DecodeError(f"tag {data[position - 1]} at byte {position - 1} is not used in gateway messages")


def _binary_key(data: bytes, position: int) -> tuple[str, int]:
    (size,) = _u32(data, position)
    position += 4
    stop = position + size
    # If the data ends within the key, reading the value after it raises.
    key = _keys.get(data[position:stop])
    if key is None:
        key, _ = _binary(data, position - 4, 0)
        _remember(key)
    return key, stop


def _atom_key(data: bytes, position: int) -> tuple[str, int]:
    (size,) = _u16(data, position)
    return _atom_name(data, position + 2, size, "latin-1")


def _small_atom_key(data: bytes, position: int) -> tuple[str, int]:
    return _atom_name(data, position + 1, data[position], "latin-1")


def _atom_utf8_key(data: bytes, position: int) -> tuple[str, int]:
    (size,) = _u16(data, position)
    return _atom_name(data, position + 2, size, "utf-8")


def _small_atom_utf8_key(data: bytes, position: int) -> tuple[str, int]:
    return _atom_name(data, position + 1, data[position], "utf-8")


def _atom_name(data: bytes, position: int, size: int, encoding: str) -> tuple[str, int]:
    stop = position + size
    key = _keys.get(data[position:stop])
    if key is None:
        key, _ = _atom_text(data, position, size, encoding)
        _remember(key)
    return key, stop


def _remember(key: str) -> None:
    if len(key) <= _LONGEST_KEY and key.isascii():
        if len(_keys) >= _MOST_KEYS:
            _keys.clear()
        _keys[key.encode()] = key


def _integer_key_reader(reader: TermReader) -> KeyReader:
    def read(data: bytes, position: int) -> tuple[str, int]:
        value, stop = reader(data, position, 0)
        if value.bit_length() > 8 * tag.MAX_BIG_KEY:
            raise DecodeError(f"the key at byte {position - 1} has more than {tag.MAX_BIG_KEY} bytes")
        return str(value), stop

    return read


def _unfit_key(data: bytes, position: int) -> tuple[str, int]:
    raise DecodeError(f"tag {data[position - 1]} at byte {position - 1} cannot be a map key")


_READERS: list[TermReader] = [_unknown] * 256
_READERS[tag.NEW_FLOAT] = _new_float
_READERS[tag.SMALL_INTEGER] = _small_integer
_READERS[tag.INTEGER] = _integer
_READERS[tag.FLOAT] = _float
_READERS[tag.ATOM] = _atom
_READERS[tag.SMALL_TUPLE] = _small_tuple
_READERS[tag.LARGE_TUPLE] = _large_tuple
_READERS[tag.NIL] = _nil
_READERS[tag.STRING] = _string
_READERS[tag.LIST] = _list
_READERS[tag.BINARY] = _binary
_READERS[tag.SMALL_BIG] = _small_big
_READERS[tag.LARGE_BIG] = _large_big
_READERS[tag.SMALL_ATOM] = _small_atom
_READERS[tag.MAP] = _map
_READERS[tag.ATOM_UTF8] = _atom_utf8
_READERS[tag.SMALL_ATOM_UTF8] = _small_atom_utf8

_KEY_READERS: list[KeyReader] = [_unfit_key] * 256
_KEY_READERS[tag.BINARY] = _binary_key
_KEY_READERS[tag.ATOM] = _atom_key
_KEY_READERS[tag.SMALL_ATOM] = _small_atom_key
_KEY_READERS[tag.ATOM_UTF8] = _atom_utf8_key
_KEY_READERS[tag.SMALL_ATOM_UTF8] = _small_atom_utf8_key
for _tag in (tag.SMALL_INTEGER, tag.INTEGER, tag.SMALL_BIG, tag.LARGE_BIG):
    _KEY_READERS[_tag] = _integer_key_reader(_READERS[_tag])
