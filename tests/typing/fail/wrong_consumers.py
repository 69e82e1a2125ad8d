"""What a consumer does not take."""

from __future__ import annotations

from gatewaysdk import MessageCreate, MessageDelete, Shard, structs
from gatewaysdk.broker import EventConsumer, memory_engine

engine = memory_engine()
consumer = EventConsumer("bot", engine.log)

EventConsumer("bot")  # error: Missing positional argument "log"  # pyright: Argument missing for parameter "log"
EventConsumer("bot", engine.bus)  # error: incompatible type "CommandBus"  # pyright: cannot be assigned|not assignable
EventConsumer("bot", engine.log, overflow="pause")  # error: Unexpected keyword  # pyright: No parameter named "overflow"
EventConsumer("bot", engine.log, concurrency="server")  # error: incompatible type  # pyright: not assignable|cannot be


@consumer.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_another_event(event: MessageDelete) -> None: ...


@consumer.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_a_shard(event: MessageCreate, shard: Shard) -> None: ...


@consumer.on(structs.MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_a_model(event: MessageCreate) -> None: ...


async def use() -> None:
    consumer.origin = None  # error: read-only|has no setter  # pyright: is not assignable|no setter|cannot assign
    await consumer.request_guild_members(guild_id=1)  # error: No overload variant  # pyright: No overloads
