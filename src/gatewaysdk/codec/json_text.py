"""JSON text to plain values: by orjson, and what orjson refuses or reads inexactly, by pydantic's slower parser.

Raw data and models must agree, and the parser behind models accepts more than orjson. So integers of up to 4,300 digits
are exact, NaN and Infinity are floats, and a float too large for 64 bits is infinite. Half a surrogate pair becomes
U+FFFD, as browsers show it, because a string that holds one cannot be encoded as UTF-8.
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
    """The text is not JSON. The message says why and shows none of the text."""


_ALIKE = bytes.maketrans(b"0123456789", b"0" * 10)
_LONG, _LONG_NEGATIVE = b"0" * 20, b"-" + b"0" * 19


def has_long_number(text: bytes, /) -> bool:
    """Return whether a text may hold an integer of more than 64 bits, which orjson would turn into a float."""
    # All digits become 0, so that one search finds any 20 of them in a row: no loop in Python, no regular expression.
    text = text.translate(_ALIKE)
    return _LONG in text or _LONG_NEGATIVE in text


_loads = orjson.loads
quick_has_long_number: Callable[[bytes], bool] = has_long_number
with suppress(ImportError):  # the same in C, if that was built; `gatewaysdk doctor` says whether
    quick_has_long_number = import_module("._json_native", __package__).has_long_number

# Matches every escape, so that no match begins in the middle of one. The group matches half a surrogate pair.
_ESCAPE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(u[dD][89a-fA-F][0-9a-fA-F]{2})|.)", re.DOTALL
)


def read(text: bytes) -> Any:
    """Return the value of a JSON text. Raises `NotJsonError` if it is not JSON, or nested too deep."""
    problem = ""
    exact = not quick_has_long_number(text)
    if exact:
        try:
            return _loads(text)
        except orjson.JSONDecodeError as error:
            problem = error.msg
    mended = _ESCAPE.sub(_mend, text) if b"\\u" in text else text
    # orjson first where it reads exactly, as it takes 1024 levels of nesting, pydantic's parser 200.
    for parser in (_loads, from_json) if exact and mended != text else (from_json,):
        try:
            return parser(mended)
        except ValueError as error:
            problem = problem or str(error)
    raise NotJsonError(problem)


def _mend(found: re.Match[bytes]) -> bytes:
    return found[0] if found[1] is None else b"\\ufffd"
