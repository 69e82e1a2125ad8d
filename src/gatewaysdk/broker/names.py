"""Which names all engines take."""

from __future__ import annotations

import re

from ..errors import ConfigurationError

__all__ = ["check_name"]

_WORD = re.compile(r"[A-Za-z0-9_-]{1,64}")


def check_name(what: str, name: str) -> str:
    """Return a name. Raises `ConfigurationError` for one that cannot be part of a key or a subject."""
    if not isinstance(name, str) or not _WORD.fullmatch(name):
        raise ConfigurationError(f"the {what} is {name!r}; it takes 1 to 64 letters, digits, _ and -")
    return name
