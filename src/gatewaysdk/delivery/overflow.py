"""What happens to events that come faster than handlers take them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..bases.event import Event
from ..errors import ConfigurationError

__all__ = ["DropEvents", "Overflow"]


class DropEvents:
    """Let events of some kinds go while the queue is full, and pause reading for the others.

    Args:
        kinds: event classes, such as ``TypingStart``, or names on the wire.
    """

    def __init__(self, *kinds: type[Event] | str) -> None:
        names = {one if isinstance(one, str) else getattr(one, "event_name", "") for one in kinds}
        if not names or "" in names:
            raise ConfigurationError(
                f"DropEvents takes event classes such as TypingStart, or names, at least one, not {kinds!r}"
            )
        self.names: frozenset[str] = frozenset(names)

    def __repr__(self) -> str:
        return f"DropEvents({', '.join(map(repr, sorted(self.names)))})"


Overflow: TypeAlias = Literal["pause", "drop_oldest"] | DropEvents
"""``pause`` reading, which loses nothing, let the oldest events go, or those of some kinds."""
