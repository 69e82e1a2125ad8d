"""Streams: the classes asked for are the type of what comes."""

from __future__ import annotations

from typing import assert_never, assert_type

from gatewaysdk import Event, EventStream, GuildCreate, MessageCreate, MessageDelete, Ready, Session, Shard

shard = Shard("token")
assert_type(shard.events(), EventStream[Event])
assert_type(shard.events(MessageCreate), EventStream[MessageCreate])
assert_type(shard.events(MessageCreate, MessageDelete), EventStream[MessageCreate | MessageDelete])
assert_type(
    shard.events(MessageCreate, MessageDelete, GuildCreate), EventStream[MessageCreate | MessageDelete | GuildCreate]
)
assert_type(shard.events(MessageCreate, MessageDelete, GuildCreate, Ready), EventStream[Event])


async def narrow() -> None:
    async for event in shard.events(MessageCreate, MessageDelete):
        match event:
            case MessageCreate():
                assert_type(event.content, str)
            case MessageDelete():
                assert_type(event.channel_id.created_at.year, int)
            case _:
                assert_never(event)


async def step_by_step() -> None:
    async with Shard("token") as one:
        assert_type(one, Shard)
        assert_type(await one.connect(), Session | None)
        assert_type(await one.receive(), Event)
        assert_type(one.session, Session | None)
        assert_type(one.latency, float | None)
