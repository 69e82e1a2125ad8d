"""Decides who may connect: programs on this machine may, web pages in its browsers may not.

A browser lets any page open a WebSocket to any address, and names the page's origin in ``Origin``. If the domain of a
page is made to resolve to this machine (DNS rebinding), its origin fits, but the browser sends the domain in ``Host``.
So both headers are checked. Other programs send no ``Origin``, and the ``Host`` that they were told to connect to.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address

from ..errors import ConfigurationError

__all__ = ["Door", "authority"]

_HOST = r"(?P<host>\[[0-9A-Fa-f:.]+\]|[^\s:/?#@\[\]]+)"
_AUTHORITY = re.compile(rf"{_HOST}(:(?P<port>[0-9]{{1,5}}))?", re.ASCII)
_ORIGIN = re.compile(rf"(?P<scheme>https?|wss?)://{_AUTHORITY.pattern}", re.ASCII | re.IGNORECASE)
_DEFAULT_PORTS = {"http": "80", "ws": "80", "https": "443", "wss": "443"}
_MOST_SHOWN = 100


def authority(host: str, port: int) -> str:
    """Return ``host:port`` for a URL, with an IPv6 address in brackets."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


@dataclass(frozen=True, slots=True)
class Door:
    """Decides by the headers of a request whether it is answered.

    Attributes:
        host: the name or address that the simulator listens on.
        allowed_hosts: further names and addresses, without ports, that clients may use for it.
        allowed_origins: origins, such as ``http://localhost:3000``, whose pages may connect.

    Raises:
        ConfigurationError: an allowed host or origin that no request could have.
    """

    host: str
    allowed_hosts: Sequence[str] = ()
    allowed_origins: Sequence[str] = ()

    def __post_init__(self) -> None:
        _check("allowed_hosts", self.allowed_hosts, re.compile(_HOST), "names without scheme and port: 'gateway.test'")
        _check("allowed_origins", self.allowed_origins, _ORIGIN, "origins without a path: 'http://localhost:3000'")

    def refusal(self, hosts: Sequence[str], origins: Sequence[str], arrived_at: str) -> str | None:
        """Return why a request with these headers is refused, and the remedy; None if it is accepted.

        ``arrived_at`` is the address of this machine that the request came to. It is a valid ``Host``, because a page
        can change where its domain leads, but not the meaning of an address.
        """
        if len(hosts) != 1:
            return f"the request has {len(hosts)} Host headers; send one, with the name of the simulator"
        # The port is not checked: tunnels and proxies change it, and a rebound page cannot hide its name.
        found = _AUTHORITY.fullmatch(hosts[0])
        if found is None or not self._is_ours(found["host"], arrived_at):
            remedy = _remedy("host", hosts[0] if found is None else found["host"])
            return f"the Host header {_show(hosts[0])} is not a name of this simulator; {remedy}"
        for origin in origins:
            if not self._may_connect(origin, found["port"], arrived_at):
                return f"pages of the Origin {_show(origin)} may not connect; {_remedy('origin', origin)}"
        return None

    def _may_connect(self, origin: str, port: str | None, arrived_at: str) -> bool:
        if origin.lower() in map(str.lower, self.allowed_origins):
            return True
        found = _ORIGIN.fullmatch(origin)
        if found is None:
            return False  # this includes "null", which any page can send
        # Some clients other than browsers send the URL that they connect to as their origin.
        default = _DEFAULT_PORTS[found["scheme"].lower()]
        return (found["port"] or default) == (port or default) and self._is_ours(found["host"], arrived_at)

    def _is_ours(self, host: str, arrived_at: str) -> bool:
        name, address = _normal(host), _address(host)
        if address is not None and (address.is_loopback or address == _address(arrived_at)):
            return True
        # Browsers and resolvers resolve all names below localhost to this machine (RFC 6761, section 6.3).
        if name == "localhost" or name.endswith(".localhost"):
            return True
        return name in map(_normal, (self.host, *self.allowed_hosts))


def _normal(host: str) -> str:
    return host.strip("[]").rstrip(".").lower()


def _address(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host.strip("[]"))
    except ValueError:
        return None
    # On a socket for both families, an IPv4 address arrives as an IPv6 one.
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def _check(name: str, given: Sequence[str], pattern: re.Pattern[str], rule: str) -> None:
    if isinstance(given, str):
        raise ConfigurationError(f"{name} is the text {_show(given)}; it takes a list of {rule}")
    for one in given:
        if pattern.fullmatch(one) is None:
            raise ConfigurationError(f"{name} has {_show(one)}; it takes {rule}")


def _remedy(what: str, value: str) -> str:
    shown = _show(value)
    return f"to allow it, use Simulator(allowed_{what}s=[{shown}]) or gatewaysdk simulate --allow-{what}s {shown}"


def _show(text: str) -> str:
    return repr(text[:_MOST_SHOWN])
