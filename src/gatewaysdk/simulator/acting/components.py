"""Finding a button, a select or a field among the components of a message or form."""

from __future__ import annotations

from collections.abc import Iterator

from ...errors import StateError
from ..world import Payload

__all__ = ["BUTTON", "SELECTS", "TEXT_INPUT", "find_component", "walk"]

BUTTON, TEXT_INPUT = 2, 4
SELECTS = (3, 5, 6, 7, 8)
"""Types of components: string, user, role, mentionable and channel selects."""


def walk(components: list[Payload]) -> Iterator[Payload]:
    """Yield every component, with those that stand in others."""
    for one in components:
        yield one
        inner = [*one.get("components", ()), *(one[key] for key in ("accessory", "component") if key in one)]
        yield from walk(inner)


def find_component(components: list[Payload], wanted: str, kinds: tuple[int, ...]) -> Payload:
    """Return the component with this ``custom_id`` or label; raises `StateError`, which names those that are there."""
    there = [one for one in walk(components) if one["type"] in kinds and "custom_id" in one]
    for one in there:
        if wanted in (one["custom_id"], one.get("label"), one.get("placeholder")):
            if one.get("disabled"):
                raise StateError(f"{wanted!r} is disabled, so nobody can use it")
            return one
    names = [one.get("label") or one["custom_id"] for one in there]
    raise StateError(f"there is nothing called {wanted!r} here; there are {names}")
