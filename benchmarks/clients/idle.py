"""Idle shards: how much memory each further one takes."""

from __future__ import annotations

import asyncio
import gc
import json

from gatewaysdk import MessageCreate, MessageReactionRemoveAll, Shard

from .meter import arguments, memory, pin

FIRST, MORE = 10, 100


async def main() -> None:
    """Connect a few shards and then many, and print what the many took."""
    options = arguments().parse_args()
    pin()
    url = options.base.replace("http", "ws", 1) + "/"
    tasks: list[asyncio.Task[None]] = []
    shards: list[Shard] = []

    async def handle(event: MessageCreate) -> None:
        pass

    async def connect(count: int) -> int:
        # One after the other, as Discord wants it: what a hundred take up at once while they connect is another matter.
        for _ in range(count):
            done = asyncio.Event()

            async def mark(event: MessageReactionRemoveAll, done: asyncio.Event = done) -> None:
                done.set()

            shard = Shard("bench", url=url)
            shard.on(MessageCreate)(handle)
            shard.on(MessageReactionRemoveAll)(mark)
            shards.append(shard)
            tasks.append(asyncio.create_task(shard.run()))
            await done.wait()
        gc.collect()
        return memory("VmRSS")

    before = await connect(FIRST)
    after = await connect(MORE)
    print(json.dumps({"rss_before": before, "rss": after, "per_shard": (after - before) / MORE}), flush=True)
    for shard in shards:
        shard.stop()
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main())
