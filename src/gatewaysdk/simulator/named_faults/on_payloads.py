"""Faults of what events hold, and of how many come."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from ... import events
from ...enums.channel_type import ChannelType
from ...errors import ConfigurationError
from ...tables.events import EVENT_CLASSES
from ..actions import About
from ..payloads import sample
from ..placing import place
from ..presence_rules import hide_content
from ..teller import is_content_hidden
from ..world import BOT_ID, Guild, World
from ..world.structure import create_channel, create_role
from .registry import fault
from .strange import of_another_type, with_unknown_keys, with_unknown_values
from .target import Target

__all__ = ()  # they are entered by their decorators

EventName = Annotated[str, About("the name of the event")]
Field = Annotated[str | None, About("the field; nothing for each in turn")]
# What Discord allows a guild (resources/guild#create-guild).
_MOST_CHANNELS, _MOST_ROLES = 500, 250


@fault("unknown-event")
async def _unknown_event(
    target: Target, *, event: Annotated[str, About("the name of the event")] = "EVENT_OF_TOMORROW"
) -> None:
    """Send an event that no documentation has."""
    await target.emit(event, {"id": "1", "new": {"keys": [1, 2, 3]}}, respect_intents=False)


@fault("unknown-keys")
async def _unknown_keys(target: Target, *, event: EventName = "MESSAGE_CREATE") -> None:
    """Send an event with a further key in each of its objects."""
    await target.emit(event, with_unknown_keys(_made(target, event)))


@fault("unknown-values")
async def _unknown_values(target: Target, *, event: EventName = "MESSAGE_CREATE") -> None:
    """Send an event with unknown values in all fields of enums and flags."""
    payload = _made(target, event)
    await target.emit(event, with_unknown_values(getattr(events, EVENT_CLASSES[event]), payload))


@fault("missing-fields")
async def _missing_fields(target: Target, *, event: EventName = "MESSAGE_CREATE", field: Field = None) -> None:
    """Send an event without a documented field, or once for each field without it."""
    for key in _keys(target, event, field, "missing-fields"):
        payload = _made(target, event)
        del payload[key]
        await target.emit(event, payload)


@fault("wrong-types")
async def _wrong_types(target: Target, *, event: EventName = "MESSAGE_CREATE", field: Field = None) -> None:
    """Send an event with a field of a wrong type, or once for each field with it."""
    for key in _keys(target, event, field, "wrong-types"):
        payload = _made(target, event)
        await target.emit(event, {**payload, key: of_another_type(payload[key])})


@fault("giant-guild")
async def _giant_guild(
    target: Target, *, members: Annotated[int, About("members, with the bot", 2, 1_000_000, (1000,))] = 100_000
) -> None:
    """Let the bot join a guild with 500 channels, 250 roles and many members; the second time, it has an outage."""
    world, name = target.state.world, f"Giant of {members}"
    guild = next((one for one in world.guilds.values() if one.name == name), None)
    if guild is None:
        guild = _found_giant(world, name, members)
    else:
        world.tell("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild.id)
    world.tell("GUILD_CREATE", {}, guild.id)
    await target.state.teller.settle()


@fault("storm")
async def _storm(
    target: Target,
    *,
    event: EventName = "MESSAGE_CREATE",
    count: Annotated[int, About("how many", 1, 1_000_000)] = 1000,
) -> None:
    """Send many events with no pause between them."""
    made = sample(event, seed=0, full=True)
    for _ in range(count):
        for session in target.sessions:
            if session.wants(event):
                d = place(event, made, session, target.state.world)
                await session.dispatch(event, hide_content(d) if is_content_hidden(event, d, session, BOT_ID) else d)
        await asyncio.sleep(0)  # clients that send heartbeats get their answers meanwhile


def _made(target: Target, event: str) -> dict[str, Any]:
    """Return a payload that keeps to the documentation, of the first session that is meant."""
    payload = sample(event, seed=0, full=True)
    session = next(iter(target.sessions), None)
    return payload if session is None else place(event, payload, session, target.state.world)


def _keys(target: Target, event: str, field: str | None, name: str) -> list[str]:
    keys = list(_made(target, event))
    if field is None:
        return keys
    if field not in keys:
        raise ConfigurationError(f"fault {name!r}: {event} has no field {field!r}; it has {', '.join(sorted(keys))}")
    return [field]


def _found_giant(world: World, name: str, members: int) -> Guild:
    listener, world.listener = world.listener, None  # the guild is told as a whole, not part by part
    try:
        guild = world.found_guild(name, members - 1)
        for number in range(len(guild.channels), _MOST_CHANNELS):
            create_channel(world, guild, f"channel-{number}", ChannelType.GUILD_TEXT)
        for number in range(len(guild.roles), _MOST_ROLES):
            create_role(world, guild, f"role-{number}", None)
    finally:
        world.listener = listener
    return guild
