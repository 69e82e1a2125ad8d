"""Which handler a path leads to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias
from urllib.parse import unquote

from .call import RouteAnswer

__all__ = ["FoundRoute", "Route", "Routes", "strip_prefix"]

_PREFIX = re.compile(r"^(/api)?(/v\d+)?(?=/)")


class Route(NamedTuple):
    """A method and a path such as ``/channels/{channel_id}``, without prefix and version.

    Attributes:
        open: whether it is for those without the bot's token; such paths have a token of their own.
    """

    method: str
    template: str
    handler: RouteAnswer
    open: bool = False


FoundRoute: TypeAlias = tuple[Route, Mapping[str, str]]
"""A route, with the parts of the path that it names."""


class Routes:
    """A table of routes, whatever version of the API a client names."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_shape: dict[tuple[str, int], list[tuple[list[str], Route]]] = {}
        for route in routes:
            parts = route.template.strip("/").split("/")
            self._by_shape.setdefault((route.method, len(parts)), []).append((parts, route))

    def find(self, method: str, path: str) -> FoundRoute | None:
        """Return the route for a raw path, with the parts that it names; None when there is none."""
        parts = strip_prefix(path).strip("/").split("/")
        for template, route in self._by_shape.get((method, len(parts)), ()):
            params = _match(template, parts)
            if params is not None:
                return route, params
        return None


def strip_prefix(path: str) -> str:
    """Return a path without ``/api`` and ``/v10``."""
    return _PREFIX.sub("", path)


def _match(template: list[str], parts: list[str]) -> dict[str, str] | None:
    params = {}
    for wanted, part in zip(template, parts, strict=True):
        if wanted.startswith("{"):
            params[wanted[1:-1]] = unquote(part)
        elif wanted != unquote(part):
            return None
    return params
