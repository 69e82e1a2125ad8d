"""Reads fields of clients' messages, which may hold anything."""

from __future__ import annotations

from typing import Any

from ..tables.close_codes import CLOSE_CODES

__all__ = ["Refusal", "read_field", "read_id"]

_DIGITS = 20


class Refusal(Exception):
    """Raised to close the connection with ``code``; ``reason`` is Discord's name of the code if not given.

    Attributes:
        why: what was wrong, for people; the client is not told.
    """

    def __init__(self, code: int, reason: str = "", *, why: str = "") -> None:
        self.code = code
        self.why = why or reason or CLOSE_CODES[code].description
        self.reason = reason or CLOSE_CODES[code].name.replace("_", " ").capitalize() + "."
        super().__init__(f"{code} {self.reason}")


def read_field(d: Any, key: str, kind: type[Any]) -> Any:
    """Return a field. Raises `Refusal` if it is missing or not of exactly this type."""
    # By exact type, because True is an int, too, but not a sequence number.
    if not isinstance(d, dict) or type(d.get(key)) is not kind:
        raise Refusal(4002, why=f"its {key!r} is missing or of another type than {kind.__name__}")
    return d[key]


def read_id(value: Any) -> str:
    """Return an id as a string; it may come as an integer or a string. Raises `Refusal` if it is not an id."""
    if type(value) is int and value >= 0:
        return str(value)
    if isinstance(value, str) and value.isdecimal() and value.isascii() and len(value) <= _DIGITS:
        return value
    raise Refusal(4002, why="an id in it is not the decimal number that Discord takes")
