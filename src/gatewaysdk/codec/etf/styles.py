"""Encodes whole envelopes as real gateways do, for the simulator.

Discord's gateway is written in Elixir. Keys and texts are atoms in data that the gateway made itself, and binaries in
data from Discord's API; ids are integers; lists of small integers have the form of Erlang's strings. Gateways that use
erlpack, such as Spacebar's, write binaries everywhere and ids as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from struct import Struct
from typing import Any

from ...errors import EncodeError
from ...frame import Frame
from . import tags as tag
from .encoder import put_atom, put_integer, put_text, put_value

__all__ = ["STYLES", "encode_as_discord"]

STYLES = ("discord", "erlpack")

# Dispatches whose data the gateway makes itself; it also makes all messages without a name.
_MADE_BY_GATEWAY = {None, "READY", "RESUMED", "PRESENCE_UPDATE"}
_ATOM_VALUES = {"status", "desktop", "mobile", "web"}

_ID_KEY = re.compile(r"id|.*_ids?|.*roles|applied_tags")
_TEXT_IDS = {"custom_id", "session_id"}
_ID = re.compile(r"[1-9][0-9]{16,19}", re.ASCII)

_put_length = Struct(">BI").pack
_put_short_length = Struct(">BH").pack
_LONGEST_STRING = 65_535

_Put = Callable[[bytearray, str], None]


def encode_as_discord(frame: Frame) -> bytes:
    """Return an envelope encoded as Discord does, ``d`` first. Raises `EncodeError` unless ``d`` holds plain values."""
    own = frame.t in _MADE_BY_GATEWAY
    out = bytearray((tag.VERSION,))
    out += _put_length(tag.MAP, 4)
    put_atom(out, "d")
    _put(out, frame.d, "", put_atom if own else put_text, 0)
    put_atom(out, "op")
    put_integer(out, frame.op)
    put_atom(out, "s")
    put_value(out, frame.s, 0)
    put_atom(out, "t")
    put_atom(out, "nil" if frame.t is None else frame.t)
    return bytes(out)


def _put(out: bytearray, value: Any, key: str, put_key: _Put, depth: int) -> None:
    """Append the value of ``key``, or an item of that value."""
    if isinstance(value, dict) and depth < tag.MAX_DEPTH:
        out += _put_length(tag.MAP, len(value))
        for name, item in value.items():
            if not isinstance(name, str):
                raise EncodeError(f"a key of type {type(name).__name__} cannot be sent; keys are strings")
            put_key(out, name)
            _put(out, item, name, put_key, depth + 1)
    elif isinstance(value, (list, tuple)) and value and depth < tag.MAX_DEPTH:
        if len(value) <= _LONGEST_STRING and all(type(item) is int and 0 <= item <= 255 for item in value):
            out += _put_short_length(tag.STRING, len(value))
            out += bytes(value)
            return
        out += _put_length(tag.LIST, len(value))
        for item in value:
            _put(out, item, key, put_key, depth + 1)
        out.append(tag.NIL)
    elif isinstance(value, str) and _is_id(key, value):
        put_integer(out, int(value))
    elif isinstance(value, str) and put_key is put_atom and key in _ATOM_VALUES:
        put_atom(out, value)
    else:
        put_value(out, value, depth)


def _is_id(key: str, text: str) -> bool:
    looks_so = key not in _TEXT_IDS and _ID_KEY.fullmatch(key) is not None and _ID.fullmatch(text) is not None
    return looks_so and int(text) < 2**64
