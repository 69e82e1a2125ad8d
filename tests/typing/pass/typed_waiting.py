"""Waits and streams: what comes has the type that was asked for, and so has what the predicate is given."""

from __future__ import annotations

import asyncio
import contextlib
from typing import assert_never, assert_type

from gatewaysdk import (
    Event,
    EventStream,
    GuildBanAdd,
    GuildBanRemove,
    GuildCreate,
    MessageCreate,
    MessageDelete,
    Shard,
    Snowflake,
)

shard = Shard("token")


def of_nelly(event: MessageCreate) -> bool:
    return event.author.username == "nelly"


def of_anything(event: Event) -> bool:
    return bool(event.violations)


async def wait() -> None:
    message = await shard.wait_for(MessageCreate, of_nelly, timeout=10, where="direct")
    assert_type(message, MessageCreate)
    deleted = await shard.wait_for(MessageDelete, lambda event: event.id == message.id)
    assert_type(deleted, MessageDelete)
    assert_type(await shard.wait_for(MessageDelete, of_anything, timeout=None), MessageDelete)
    assert_type(await shard.wait_for(GuildCreate, timeout=1.5), GuildCreate)
    assert_type(await shard.wait_for(Event), Event)
    assert_type(await asyncio.create_task(shard.wait_for(GuildCreate)), GuildCreate)


async def read() -> None:
    assert_type(shard.stream(), EventStream[Event])
    assert_type(shard.stream(where=None), EventStream[Event])
    assert_type(shard.stream(MessageDelete, where="guild"), EventStream[MessageDelete])
    assert_type(
        shard.stream(MessageDelete, MessageCreate, GuildCreate),
        EventStream[MessageDelete | MessageCreate | GuildCreate],
    )
    assert_type(shard.stream(MessageDelete, MessageCreate, GuildCreate, GuildBanAdd), EventStream[Event])
    async with contextlib.aclosing(shard.stream(GuildBanAdd, GuildBanRemove)) as bans:
        async for event in bans:
            match event:
                case GuildBanAdd():
                    assert_type(event.guild_id, Snowflake)
                case GuildBanRemove():
                    assert_type(event.user.username, str)
                case _:
                    assert_never(event)
    bans.drop()
