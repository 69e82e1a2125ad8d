"""What all errors of the package have, and a URL that is safe to show."""

from __future__ import annotations

import re

__all__ = ["GatewayError", "plain_url", "reduce_error"]


def _remake(kind: type[Exception], args: tuple[object, ...], attributes: dict[str, object]) -> Exception:
    error = kind.__new__(kind)
    error.args = args
    vars(error).update(attributes)
    return error


def reduce_error(self: Exception) -> tuple[object, ...]:
    """Tell pickle and copy how to rebuild an error: from its attributes, as ``__init__`` does not take its text."""
    return _remake, (type(self), self.args, vars(self))


class GatewayError(Exception):
    """Base of every error of this package. It can be pickled and copied."""

    __reduce__ = reduce_error


def plain_url(url: str) -> str:
    """Return ``url`` without user, password and query, any of which may be secret: safe to show."""
    # Not parsed, as it may be no URL at all, and an error that says so shows it. Cut up to the last @: a password may
    # hold one, or a slash.
    return re.sub(r"^([^/?#@]*//)?[^?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
