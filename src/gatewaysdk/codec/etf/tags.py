"""The tags of the external term format (erlang.org, erts, "External Term Format"), and the bounds of all backends."""

from __future__ import annotations

__all__ = [
    "ATOM",
    "ATOM_UTF8",
    "BINARY",
    "COMPRESSED",
    "FLOAT",
    "INTEGER",
    "LARGE_BIG",
    "LARGE_TUPLE",
    "LIST",
    "MAP",
    "MAX_ATOM",
    "MAX_BIG",
    "MAX_BIG_KEY",
    "MAX_DEPTH",
    "NEW_FLOAT",
    "NIL",
    "SMALL_ATOM",
    "SMALL_ATOM_UTF8",
    "SMALL_BIG",
    "SMALL_INTEGER",
    "SMALL_TUPLE",
    "STRING",
    "VERSION",
]

VERSION = 131

NEW_FLOAT = 70
COMPRESSED = 80
SMALL_INTEGER = 97
INTEGER = 98
FLOAT = 99
ATOM = 100
SMALL_TUPLE = 104
LARGE_TUPLE = 105
NIL = 106
STRING = 107
LIST = 108
BINARY = 109
SMALL_BIG = 110
LARGE_BIG = 111
SMALL_ATOM = 115
MAP = 116
ATOM_UTF8 = 118
SMALL_ATOM_UTF8 = 119

MAX_DEPTH = 256
"""How deep maps, lists and tuples may be nested."""

MAX_ATOM = 255
"""Most characters of an atom, as in Erlang."""

MAX_BIG = 1785
"""Most bytes of an integer: 4,299 digits. Python neither prints nor reads integers of more than 4,300 digits."""

MAX_BIG_KEY = 255
"""Most bytes of an integer that is a map key: it becomes text, and that takes quadratic time."""
