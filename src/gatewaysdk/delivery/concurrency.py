"""Which events may be handled at the same time."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, Literal, TypeAlias

from ..bases.any_event import AnyEvent
from ..errors import ConfigurationError

__all__ = ["Concurrency", "KeyFunction", "get_key_function"]

KeyFunction: TypeAlias = Callable[[Any], Hashable]
"""Events with equal keys are handled in order, others at the same time.

It gets the struct of an event that is asked for as a struct only, else the model.
"""

Concurrency: TypeAlias = Literal["guild", "channel"] | KeyFunction | None
"""Which events may be handled at the same time; None for one event at a time."""


def get_key_function(concurrency: Concurrency) -> KeyFunction | None:
    """Return the key function for a `concurrency` setting. Raises `ConfigurationError` for unknown values."""
    if concurrency is None or callable(concurrency):
        return concurrency
    known = {"guild": by_guild, "channel": by_channel}
    if concurrency not in known:
        raise ConfigurationError(
            f"concurrency is {concurrency!r}; it takes 'guild', 'channel', a function of the event, or None"
        )
    return known[concurrency]


def by_guild(event: AnyEvent) -> Hashable:
    """Return the id of an event's guild; None for direct messages and for events without a guild."""
    guild_id = getattr(event, "guild_id", None)
    return getattr(event, "id", None) if guild_id is None and event.event_name in _OF_GUILD else guild_id


def by_channel(event: AnyEvent) -> Hashable:
    """Return the id of an event's channel; if it has none, that of its guild."""
    if event.event_name in _OF_CHANNEL:
        return getattr(event, "id", None)
    channel_id = getattr(event, "channel_id", None)
    return by_guild(event) if channel_id is None else channel_id


# Events whose own ``id`` is that of the guild or channel.
_OF_GUILD = frozenset({"GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE"})
_OF_CHANNEL = frozenset(
    {"CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE", "THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"}
)
