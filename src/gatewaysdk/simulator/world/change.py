"""What the world tells those who listen to it: an event, and whom it concerns."""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

__all__ = ["Change", "Payload"]

Payload: TypeAlias = dict[str, Any]


class Change(NamedTuple):
    """An event that a session may get.

    Attributes:
        name: of the event.
        d: its data.
        guild_id: the guild where it happened, None in a direct message.
        needs_intent: False for what comes whatever the intents, such as a change of the bot itself.
    """

    name: str
    d: Payload
    guild_id: int | None
    needs_intent: bool = True
