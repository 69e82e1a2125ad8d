"""The choice what to do with events that arrive faster than handlers finish them."""

from __future__ import annotations

from typing import Literal, TypeAlias

from ..bases.any_event import AnyEvent
from ..errors import ConfigurationError

__all__ = ["DropEvents", "Overflow"]


class DropEvents:
    """While the queue is full, drop events of some classes, and pause reading for all others.

    Args:
        kinds: event classes, such as ``TypingStart``, or names on the wire.

    Raises:
        ConfigurationError: no kinds, `Event` itself, or something that is neither a class nor a name.
    """

    def __init__(self, *kinds: type[AnyEvent] | str) -> None:
        names = {one if isinstance(one, str) else getattr(one, "event_name", "") for one in kinds}
        if not names or "" in names:
            raise ConfigurationError(
                f"DropEvents takes event classes such as TypingStart, or names, at least one, not {kinds!r}"
            )
        self.names: frozenset[str] = frozenset(names)

    def __repr__(self) -> str:
        return f"DropEvents({', '.join(map(repr, sorted(self.names)))})"


Overflow: TypeAlias = Literal["pause", "drop_oldest"] | DropEvents
"""``pause`` stops reading and loses nothing; ``drop_oldest`` drops the oldest events, `DropEvents` some classes."""
