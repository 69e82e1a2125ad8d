"""Converts values on the command line. Each function raises ``ArgumentTypeError`` for a text that does not fit."""

from __future__ import annotations

import re
import shlex
import shutil
from argparse import ArgumentTypeError

__all__ = [
    "count",
    "opcodes",
    "port",
    "positive",
    "program",
    "proxy",
    "seconds",
    "seconds_or_zero",
    "shard",
    "snowflake",
    "speed",
    "variable",
    "words",
]


def port(text: str) -> int:
    """Return a TCP port; 0 means any free one."""
    return _integer(text, 0, 65_535, "a port from 0 to 65535")


def count(text: str) -> int:
    """Return a number from 0 on."""
    return _integer(text, 0, 1_000_000, "a number from 0 on")


def positive(text: str) -> int:
    """Return a number from 1 on."""
    return _integer(text, 1, 1_000_000_000, "a number from 1 on")


def seconds_or_zero(text: str) -> float:
    """Return seconds, 0 or more."""
    return _duration(text, 0.0, "seconds, 0 or more")


def seconds(text: str) -> float:
    """Return seconds above 0."""
    return _duration(text, 0.001, "seconds above 0")


def variable(text: str) -> str:
    """Return the name of an environment variable."""
    if not re.fullmatch(r"[A-Za-z_]\w*", text):
        raise ArgumentTypeError("takes the name of an environment variable, not a token")
    return text


def program(text: str) -> tuple[str, ...]:
    """Return a command as its words; its first word must be a program that exists."""
    try:
        parts = tuple(shlex.split(text))
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is not a command: {error}") from None
    if not parts or shutil.which(parts[0]) is None:
        raise ArgumentTypeError(f"{text!r} does not begin with a program that can be run")
    return parts


def proxy(text: str) -> str:
    """Return the URL of a proxy."""
    # The message does not repeat a wrong URL, because it may hold a password.
    if not re.fullmatch(r"https?://(\S+@)?[^\s/@]+/?", text):
        raise ArgumentTypeError("takes the URL of an HTTP proxy, as http://127.0.0.1:8080")
    return text


def shard(text: str) -> tuple[int, int]:
    """Return shard id and count from a text such as ``0/2``."""
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text)
    if not found or not int(found[1]) < int(found[2]):
        raise ArgumentTypeError(f"{text!r} is not ID/COUNT with an id from 0 to below the count, as 0/2")
    return int(found[1]), int(found[2])


def snowflake(text: str) -> int:
    """Return the id of a guild or a user."""
    if not re.fullmatch(r"[0-9]{1,20}", text):
        raise ArgumentTypeError(f"{text!r} is not an id, a number of up to 20 digits")
    return int(text)


def opcodes(text: str) -> frozenset[int]:
    """Return the opcodes in a text such as ``0,11``."""
    return frozenset(_integer(part, 0, 1_000_000, "an opcode, a number from 0 on") for part in words(text))


def speed(text: str) -> float | None:
    """Return how many times as fast a recording is played; None for ``max``."""
    return None if text == "max" else _duration(text, 0.001, "a number above 0, or max")


def words(text: str) -> tuple[str, ...]:
    """Return the parts of a text such as ``one,two``."""
    parts = tuple(part.strip() for part in text.split(","))
    if not all(parts):
        raise ArgumentTypeError(f"{text!r} has an empty part; separate the parts by single commas")
    return parts


def _integer(text: str, least: int, most: int, rule: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not least <= int(text) <= most:
        raise ArgumentTypeError(f"{text!r} is not {rule}")
    return int(text)


def _duration(text: str, least: float, rule: str) -> float:
    if not re.fullmatch(r"[0-9]{0,6}(\.[0-9]{1,6})?", text) or not text or float(text) < least:
        raise ArgumentTypeError(f"{text!r} is not {rule}")
    return float(text)
