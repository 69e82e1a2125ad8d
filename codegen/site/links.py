"""Rewrites the links of a page for the place that it has on the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

__all__ = ["rewrite", "to_forge", "to_site"]

# A fenced block, or a link in Markdown: its text, its target, and the place within the target.
_LINK = re.compile(r"^```.*?^```$|\]\((?P<target>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)", re.MULTILINE | re.DOTALL)


def rewrite(text: str, target: Callable[[str], str]) -> str:
    """Return Markdown with each link to a file of the project as ``target`` gives it; code stays as it is."""

    def link(found: re.Match[str]) -> str:
        path = found["target"]
        if not path or ":" in path:
            return found[0]
        return f"]({target(path)}{found['anchor'] or ''})"

    return _LINK.sub(link, text)


def to_forge(page: str, home: str) -> Callable[[str], str]:
    """Return where a link of a page leads to on the forge; ``page`` is a path within the project."""
    return lambda path: f"{home}/blob/main/{_absolute(page, path)}"


def to_site(page: str, places: Mapping[str, str], home: str) -> Callable[[str], str]:
    """Return where a link leads to from the place of a page on the site.

    Args:
        page: the path of the page within the project.
        places: the paths on the site by those within the project.
        home: where the project is on the forge, for links to files that the site does not have.
    """
    elsewhere = to_forge(page, home)
    folder = PurePosixPath(places[page]).parent

    def target(path: str) -> str:
        place = places.get(_absolute(page, path))
        return elsewhere(path) if place is None else posixpath.relpath(place, folder)

    return target


def _absolute(page: str, path: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
