"""The external term format in numbers (erlang.org, erts, "External Term Format"), and the bounds of all backends."""

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
"""How many maps, lists and tuples may stand one inside the other."""

MAX_ATOM = 255
"""Characters of an atom: Erlang has no longer ones."""

MAX_BIG = 1785
"""Bytes of an integer's magnitude, which are 4,299 digits. Of more than 4,300 Python makes no text, nor reads them."""

MAX_BIG_KEY = 255
"""Bytes of the magnitude of an integer that is a map key: turning integers into text is quadratic."""
