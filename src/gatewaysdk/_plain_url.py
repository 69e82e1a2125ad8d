"""A URL as it may be shown."""

from __future__ import annotations

import re

__all__ = ["plain_url"]


def plain_url(url: str) -> str:
    """Return ``url`` without the user, the password and the query, any of which may be secret."""
    # Not parsed: it may be no URL at all, and is shown in the error that says so. Up to the last @, as a password may
    # hold one, or a slash.
    return re.sub(r"^([^/?#@]*//)?[^?#]*@", r"\1", re.split(r"[?#]", url, maxsplit=1)[0])
