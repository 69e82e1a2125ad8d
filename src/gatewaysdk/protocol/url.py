"""The URL of the gateway: a base, or the one that READY gave, and the query that both share."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from ..errors import ConfigurationError

__all__ = ["check_url", "is_gateway_url", "with_query"]


def is_gateway_url(url: Any, *, secure: bool) -> bool:
    """Whether ``url`` is a WebSocket URL with a host, and an encrypted one when it must be ``secure``."""
    if not isinstance(url, str):
        return False
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        return False
    return usable and (parts.scheme == "wss" or (parts.scheme == "ws" and not secure))


def check_url(url: str) -> None:
    """Raise ``ConfigurationError`` unless ``url`` can be connected to."""
    if not is_gateway_url(url, secure=False):
        raise ConfigurationError(f"{url!r} is no gateway URL; it looks like wss://gateway.discord.gg")


def with_query(url: str, query: str) -> str:
    """Return ``url`` with ``query`` in place of its own parameters of the same names, and with a path."""
    parts = urlsplit(url)
    ours = {pair.partition("=")[0] for pair in query.split("&")}
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in ours]
    return parts._replace(path=parts.path or "/", query="&".join(filter(None, [*kept, query])), fragment="").geturl()
