"""The URL to connect to: the base URL or READY's ``resume_gateway_url``, with the query that both take."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any
from urllib.parse import urlsplit

from ..errors import ConfigurationError, plain_url

__all__ = ["DISCORD_HOSTS", "ResumeRule", "check_url", "host_of", "is_gateway_url", "is_within", "with_query"]

DISCORD_HOSTS = ("discord.gg",)
"""Domains of Discord's gateways, such as ``gateway.discord.gg`` and ``gateway-us-east1-b.discord.gg``."""

# With any other character, libraries disagree about where the host ends: one checks a host, another connects elsewhere.
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_])?|[0-9a-f:.]+")


def host_of(url: Any) -> str | None:
    """Return the host of a URL in lower-case ASCII, None unless all libraries would find the same host in it."""
    if not isinstance(url, str) or not url.isprintable() or re.search(r"[\\\s]", url):
        return None
    try:
        parts = urlsplit(url)
        if parts.port == 0 or not parts.hostname:
            return None
        host = parts.hostname
        if not host.isascii():
            host = host.encode("idna").decode()
    except ValueError:  # UnicodeError is one
        return None
    host = host.lower().removesuffix(".")
    return host if _HOST.fullmatch(host) and ".." not in host else None


def is_gateway_url(url: Any, *, secure: bool) -> bool:
    """Whether ``url`` is a WebSocket URL with a host, and an encrypted one when it must be ``secure``."""
    if host_of(url) is None:
        return False
    scheme = urlsplit(url).scheme
    return scheme == "wss" or (scheme == "ws" and not secure)


def check_url(url: Any) -> None:
    """Raise ``ConfigurationError`` unless ``url`` can be connected to."""
    if not is_gateway_url(url, secure=False):
        shown = repr(plain_url(url)) if isinstance(url, str) else f"of type {type(url).__name__}"
        raise ConfigurationError(f"url is {shown}, not a gateway URL; pass one such as wss://gateway.discord.gg")


def is_within(host: str | None, hosts: Iterable[str]) -> bool:
    """Whether a host is one of ``hosts``, or a subdomain of one."""
    return host is not None and any(host == one or host.endswith(f".{one}") for one in hosts)


class ResumeRule:
    """Decides on which URLs a session may be resumed: RESUME takes the token there.

    READY and stored sessions come from outside, and could name any URL.

    Args:
        base: the base URL. If it is encrypted (``wss``), the URLs to resume on must be, too.
        hosts: hosts that are trusted, with their subdomains. None trusts `DISCORD_HOSTS` when the base is one of them,
            and else the base's own host.

    Raises:
        ConfigurationError: ``hosts`` is not a list of host names.
    """

    def __init__(self, base: str, hosts: Collection[str] | None = None) -> None:
        self._secure = is_gateway_url(base, secure=True)
        own = host_of(base) or ""
        if hosts is None:
            hosts = DISCORD_HOSTS if is_within(own, DISCORD_HOSTS) else (own,)
        elif isinstance(hosts, str) or not isinstance(hosts, Collection):
            raise ConfigurationError("resume_hosts is not a list of hosts; pass ['gateway.example'], for example")
        self._hosts = tuple(map(_check_host, hosts))

    def problem(self, url: Any) -> str | None:
        """Return why ``url`` may not be resumed on, None if it may."""
        if not is_gateway_url(url, secure=False):
            return "not a gateway URL"
        if not is_gateway_url(url, secure=self._secure):
            return f"ws://{host_of(url)}, which is not encrypted"
        host = host_of(url) or ""
        if not is_within(host, self._hosts):
            return (
                f"{urlsplit(url).scheme}://{host[:200]}, which is not within {' or '.join(self._hosts)}; "
                "name its host in resume_hosts= if you trust it with the token"
            )
        return None


def _check_host(host: Any) -> str:
    found = host_of(f"wss://{host}") if isinstance(host, str) and not set(host) & set("/@?#") else None
    if found is None:
        raise ConfigurationError(f"resume_hosts has {host!r}, not a host; pass names such as 'gateway.example'")
    return found


def with_query(url: str, query: str) -> str:
    """Return ``url`` with ``query`` in place of its own parameters of the same names, and with a path."""
    parts = urlsplit(url)
    ours = {pair.partition("=")[0] for pair in query.split("&")}
    kept = [pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in ours]
    return parts._replace(path=parts.path or "/", query="&".join(filter(None, [*kept, query])), fragment="").geturl()
