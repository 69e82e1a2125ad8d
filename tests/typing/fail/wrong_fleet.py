"""What a manager does not take."""

from __future__ import annotations

from gatewaysdk import MessageCreate, MessageDelete, Shard, ShardManager

manager = ShardManager("token")

ShardManager("token", shards="all")  # error: incompatible type "Literal\['all'\]"  # pyright: "Literal\['all'\]"
ShardManager("token", shard=(0, 1))  # error: Unexpected keyword argument "shard"  # pyright: No parameter named "shard"
ShardManager("token", queue_size="100")  # error: incompatible type "str"  # pyright: is incompatible with|not assignable


@manager.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_another_event(event: MessageDelete) -> None: ...


@manager.on(MessageCreate)  # error: incompatible type  # pyright: cannot be assigned to parameter
async def takes_the_manager(event: MessageCreate, owner: ShardManager) -> None: ...


@manager.observe  # error: incompatible type  # pyright: cannot be assigned to parameter
def takes_nothing() -> None: ...


async def use(shard: Shard) -> None:
    manager.shards[0] = shard  # error: Unsupported target|indexed assignment  # pyright: __setitem__
