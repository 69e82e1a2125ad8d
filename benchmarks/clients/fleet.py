"""The shards of a `ShardManager` that have nothing to do: how much memory each takes."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tracemalloc

from gatewaysdk import MessageCreate, ShardManager

from .meter import arguments, memory, pin

FEW, MANY = 10, 1_000


class OneByOne:
    """An identify queue that lets one shard after the other start, each as soon as the one before is live.

    What many shards take up at once while they connect is not what they take when they are idle.
    """

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def acquire(self, shard_id: int) -> Permit:
        """Return a permit when no other shard has one."""
        await self._lock.acquire()
        return Permit(self._lock)


class Permit:
    """Holds the lock until it is released."""

    def __init__(self, lock: asyncio.Lock) -> None:
        self._lock = lock

    def used(self) -> None:
        """Nothing is counted."""

    def release(self) -> None:
        """Let the next shard start."""
        self._lock.release()


async def start(options: argparse.Namespace, shards: int) -> tuple[ShardManager, asyncio.Task[None]]:
    """Return a manager whose shards are live, and what runs it."""
    manager = ShardManager(
        "bench",
        shards=shards,
        api_url=f"{options.base}/api",
        url=options.base.replace("http", "ws", 1) + "/",
        identify_queue=OneByOne(),
    )

    @manager.on(MessageCreate)
    async def handle(event: MessageCreate) -> None:
        pass

    running = asyncio.create_task(manager.run(stop_signals=()))
    await manager.wait_ready(240)
    gc.collect()
    return manager, running


async def main() -> None:
    """Start a few shards, which make what all have in common, and then many; print what the many took."""
    parser = arguments()
    parser.add_argument("--trace", action="store_true", help="print which lines of code hold the memory of Python")
    options = parser.parse_args()
    pin()
    few = await start(options, FEW)
    before = memory("VmRSS")
    if options.trace:
        tracemalloc.start(12)
    many = await start(options, MANY)
    if options.trace:
        show_trace()
    after = memory("VmRSS")
    print(json.dumps({"rss_before": before, "rss": after, "per_shard": (after - before) / MANY}), flush=True)
    for manager, running in (few, many):
        await manager.close(keep_session=False)
        await running


def show_trace() -> None:
    """Print what holds the most, for each shard."""
    statistics = tracemalloc.take_snapshot().statistics("lineno")
    print(f"{sum(one.size for one in statistics) / MANY / 1024:.1f} KB for each shard, in Python's own account")
    for one in statistics[:60]:
        place = one.traceback[0]
        print(f"{one.size / MANY:8.0f} bytes {one.count / MANY:6.1f} blocks  {place.filename}:{place.lineno}")


if __name__ == "__main__":
    asyncio.run(main())
