"""Handle what the hosts of a cluster have logged, and ask the shards that they hold.

It needs a broker, and `gatewaysdk gateway` for the shards; both are named in ``cluster.toml``. Start it as often as you
like: the processes share the shards among them.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from gatewaysdk import GuildCreate, MessageCreate
from gatewaysdk.broker import EventConsumer, Retries
from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.broker.opening import open_engine


async def main() -> None:
    engine = await open_engine(read_cluster_file(Path("cluster.toml")))
    consumer = EventConsumer("bot", engine.log, bus=engine.bus, retries=Retries(tries=5, delay=1.0))

    @consumer.on(MessageCreate)
    async def on_message(event: MessageCreate) -> None:
        origin = consumer.origin
        print(f"message {event.id} came to shard {origin.shard[0]}; attempt {origin.attempt}")

    @consumer.on(GuildCreate)
    async def on_guild(event: GuildCreate) -> None:
        members = await consumer.request_guild_members(guild_id=event.id, query="", limit=10)
        print(f"guild {event.id}: {len(members)} members")

    try:
        await consumer.run()
    finally:
        await engine.close()


if __name__ == "__main__":
    asyncio.run(main())
