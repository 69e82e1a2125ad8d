"""A consumer has the surface of a shard, and gives its handlers itself."""

from __future__ import annotations

import sqlite3
from typing import assert_type

from gatewaysdk import Event, EventStream, GuildMembers, MessageCreate, MessageDelete, listener, run, structs
from gatewaysdk.broker import EventConsumer, Origin, Retries, SqliteLedger, memory_engine

engine = memory_engine()
consumer = EventConsumer("bot", engine.log)
EventConsumer(
    "bot",
    engine.log,
    bus=engine.bus,
    num_shards=16,
    extra_events=[MessageDelete],
    concurrency=lambda event: event.channel_id,
    retries=Retries(tries=3, delay=0.5),
    handler_timeout=30.0,
)


@consumer.on(MessageCreate)
async def one(event: MessageCreate) -> None:
    assert_type(event.content, str)


@consumer.on(structs.MessageCreate, structs.MessageDelete)
async def two(event: structs.MessageCreate | structs.MessageDelete, again: EventConsumer) -> None:
    assert_type(again.origin, Origin)
    assert_type(again.origin.shard, tuple[int, int])


@consumer.once(Event)
async def first(event: Event) -> None: ...


@consumer.on_raw("MESSAGE_CREATE")
async def raw(data: object, again: EventConsumer) -> None: ...


class Group:
    @listener(MessageCreate)
    async def method(self, event: MessageCreate, again: EventConsumer) -> None: ...


consumer.add_listeners(Group())


async def use() -> None:
    assert_type(consumer.stream(MessageCreate), EventStream[MessageCreate])
    assert_type(consumer.events(MessageCreate, MessageDelete), EventStream[MessageCreate | MessageDelete])
    assert_type(consumer.events(structs.MessageCreate), EventStream[structs.MessageCreate])
    assert_type(await consumer.wait_for(MessageCreate), MessageCreate)
    assert_type(await consumer.request_guild_members(guild_id=1, query="", limit=0), GuildMembers)
    assert_type(await consumer.update_presence(since=None, activities=[], status="idle", afk=False), float)
    assert_type(consumer.lag, int | None)
    assert_type(SqliteLedger().first_time(sqlite3.connect(":memory:"), consumer.origin), bool)
    async with consumer as same:
        assert_type(same, EventConsumer)


run(consumer)
