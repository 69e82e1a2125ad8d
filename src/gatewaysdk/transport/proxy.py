"""Checks the URL of a proxy when it is set."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from ..errors import ConfigurationError, plain_url

__all__ = ["check_proxy"]


_NO_HOST = "which has no usable host and port; it looks like http://127.0.0.1:8080"


def check_proxy(proxy: object) -> None:
    """Raise `ConfigurationError` unless aiohttp can use ``proxy``. No message shows its user or password."""
    if not isinstance(proxy, str):
        raise ConfigurationError(f"proxy is of type {type(proxy).__name__}; it takes a URL, as http://127.0.0.1:8080")
    problem = _problem(proxy)
    if problem is not None:
        raise ConfigurationError(f"proxy is {plain_url(proxy)!r}, {problem}")


def _problem(proxy: str) -> str | None:
    if not proxy:
        return "which is empty; leave it out, or pass None, for no proxy"
    scheme, separator, _ = proxy.partition("://")
    if not separator:
        return "without a scheme; write http:// before it"
    if scheme.lower().startswith("socks"):
        return (
            "and aiohttp has no SOCKS by itself; install aiohttp-socks and pass "
            "connector=AiohttpConnector(ClientSession(connector=ProxyConnector.from_url(...))); "
            "docs/howto/proxies.md shows how"
        )
    if scheme.lower() not in ("http", "https"):
        return "whose scheme is not http or https"
    try:
        parts = urlsplit(proxy)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return _NO_HOST
    if not usable or re.search(r"[\s\\]", proxy) or not proxy.isprintable():
        return _NO_HOST
    # RFC 7617 leaves the encoding of credentials open; aiohttp uses Latin-1. A colon ends the user's name.
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    if ":" in user or any(ord(each) > 255 for each in user + password):
        return "whose user has a colon, or user or password are not Latin-1; give credentials in proxy_headers= instead"
    return None
