"""A manager has the surface of a shard, and gives its handlers the shard."""

from __future__ import annotations

from typing import assert_type

from gatewaysdk import (
    EventStream,
    FleetHealth,
    FleetStep,
    GuildMembers,
    MessageCreate,
    MessageDelete,
    Shard,
    ShardManager,
)

manager = ShardManager("token", shards="auto", compress="zstd-stream", concurrency="guild", queue_size=100)
ShardManager("token", shards=16, shard_ids=range(8), state_dir="state")


@manager.on(MessageCreate)
async def one(event: MessageCreate) -> None:
    assert_type(event.content, str)


@manager.on(MessageCreate, MessageDelete)
async def two(event: MessageCreate | MessageDelete, shard: Shard) -> None:
    assert_type(shard.shard_id, int)


@manager.on_raw("MESSAGE_CREATE")
async def raw(data: object, shard: Shard) -> None: ...


@manager.observe
def watch(step: FleetStep) -> None: ...


@manager.observe
def watch_shards(step: FleetStep, shard: Shard | None) -> None: ...


async def use() -> None:
    assert_type(manager.stream(MessageCreate), EventStream[MessageCreate])
    assert_type(await manager.wait_for(MessageCreate), MessageCreate)
    assert_type(manager.shard_for(1), Shard)
    assert_type(await manager.request_guild_members(guild_id=1, query="", limit=0), GuildMembers)
    assert_type(manager.health, FleetHealth)
    await manager.update_presence(since=None, activities=[], status="idle", afk=False)
