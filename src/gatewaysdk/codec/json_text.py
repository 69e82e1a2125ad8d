"""JSON text to plain values: by orjson, and more slowly by pydantic's parser, what orjson refuses or reads inexactly.

Raw data and models must agree, and the parser behind models takes more than orjson. So numbers are what Python makes of
them: integers of up to 4,300 digits exactly, NaN and Infinity as floats, and infinite what is too large for one. Half a
surrogate pair, which no text may hold that is to be written anywhere, becomes U+FFFD, as browsers show it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from typing import Any

import orjson
from pydantic_core import from_json

__all__ = ["NotJsonError", "has_long_number", "quick_has_long_number", "read"]


class NotJsonError(ValueError):
    """The text is none; the message says why, and shows nothing of it."""


_ALIKE = bytes.maketrans(b"0123456789", b"0" * 10)
_LONG, _LONG_NEGATIVE = b"0" * 20, b"-" + b"0" * 19


def has_long_number(text: bytes, /) -> bool:
    """Return whether any digits in a text may be an integer of more than 64 bits, which orjson makes a float."""
    text = text.translate(_ALIKE)
    return _LONG in text or _LONG_NEGATIVE in text


_loads = orjson.loads
quick_has_long_number: Callable[[bytes], bool] = has_long_number
with suppress(ImportError):  # the same in C, where it was built; `gatewaysdk doctor` tells
    quick_has_long_number = import_module("._json_native", __package__).has_long_number

# Every escape, so that none is looked at from its middle; the group is half a surrogate pair.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def read(text: bytes) -> Any:
    """Return the value of a JSON text; raises `NotJsonError` for what is none, or nested too deep."""
    problem = ""
    exact = not quick_has_long_number(text)
    if exact:
        try:
            return _loads(text)
        except orjson.JSONDecodeError as error:
            problem = error.msg
    mended = _ESCAPE.sub(_mend, text) if b"\\u" in text else text
    # Pydantic's takes 200 levels, orjson 1024.
    for parser in (_loads, from_json) if exact and mended != text else (from_json,):
        try:
            return parser(mended)
        except ValueError as error:
            problem = problem or str(error)
    raise NotJsonError(problem)


def _mend(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] is None else b"\\ufffd"
