"""What the engines of a cluster cost: ``python -m benchmarks.broker`` prints the figures of docs/topics/broker.md.

Servers run on this machine, beside the client, so the figures are low; the ratios between them hold better.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gatewaysdk.broker import Engine, LoggedEvent
from gatewaysdk.broker.nats import NatsSettings, connect_nats
from gatewaysdk.broker.redis import connect_redis
from gatewaysdk.errors import BrokerUnavailable
from tests.broker.servers import NatsCluster, ValkeyNode

from .corpus import corpus
from .guard import Way, make_messages, play

__all__ = ["Appended", "append_for", "main", "shard_cost"]

SHARDS = 48
BATCHES = (16, 128)
_EVENTS = 4000
_MOST_RATIO = 1.5


@dataclass(frozen=True, slots=True)
class Appended:
    """What was stored in a while.

    Attributes:
        events: how many.
        seconds: how long it took.
        cpu: seconds of this process' CPU meanwhile.
    """

    events: int
    seconds: float
    cpu: float

    @property
    def rate(self) -> float:
        """Events a second."""
        return self.events / self.seconds

    @property
    def cost(self) -> float:
        """Microseconds of this process' CPU for an event."""
        return self.cpu / self.events * 1e6


def bodies() -> list[LoggedEvent]:
    """Return everyday events as they come."""
    return [
        LoggedEvent((0, SHARDS), "a2b4c6d8e0", number, name, json.dumps(data).encode(), "json")
        for number, (name, data) in enumerate(corpus(400).events)
    ]


async def append_for(engine: Engine, seconds: float, batch: int, shards: int = SHARDS) -> Appended:
    """Append batches for all shards at once, each as soon as the one before is stored."""
    by_shard = [[replace(event, shard=(number, shards)) for event in bodies()] for number in range(shards)]
    stored = 0
    log = engine.log

    async def fill(number: int) -> None:
        nonlocal stored
        events = by_shard[number]
        position = (await log.last((number, shards))).position
        at = 0
        while time.perf_counter() < until:
            position = await log.append((number, shards), position, events[at : at + batch])
            stored += batch
            at = (at + batch) % (len(events) - batch)

    until = time.perf_counter()
    await asyncio.gather(*(fill(number) for number in range(shards)))  # makes the streams
    start, cpu = time.perf_counter(), time.process_time()
    until = start + seconds
    stored = 0
    await asyncio.gather(*(fill(number) for number in range(shards)))
    return Appended(stored, time.perf_counter() - start, time.process_time() - cpu)


@asynccontextmanager
async def nats(nodes: int, settings: Sequence[str]) -> AsyncGenerator[Engine, None]:
    """Start NATS on loopback meanwhile."""
    with tempfile.TemporaryDirectory() as path:
        cluster = NatsCluster(Path(path), nodes, settings)
        cluster.start()
        try:
            engine = await _connected(cluster.urls, NatsSettings(replicas=nodes, timeout=30))
            yield engine
            await engine.close()
        finally:
            cluster.kill()


async def _connected(urls: list[str], settings: NatsSettings) -> Engine:
    async with asyncio.timeout(60):
        while True:
            try:
                return await connect_nats(urls, "bench", settings)
            except BrokerUnavailable:  # they elect a leader
                await asyncio.sleep(0.1)


@asynccontextmanager
async def valkey() -> AsyncGenerator[Engine, None]:
    """Start Valkey on loopback meanwhile, with each write on disk before its answer."""
    with tempfile.TemporaryDirectory() as path:
        node = ValkeyNode(Path(path))
        node.start()
        node.wait_until_listening()
        try:
            engine = await connect_redis(node.url, "bench")
            yield engine
            await engine.close()
        finally:
            node.kill()


ENGINES: dict[str, Callable[[], Any]] = {
    "NATS, 1 node": lambda: nats(1, ()),
    "NATS, 1 node, sync_interval: always": lambda: nats(1, ("sync_interval: always",)),
    "NATS, 3 nodes": lambda: nats(3, ()),
    "NATS, 3 nodes, sync_interval: always": lambda: nats(3, ("sync_interval: always",)),
    "Valkey, 1 node, appendfsync always": valkey,
}


def shard_cost(handlers: str) -> float:
    """Return microseconds of CPU for an event of a shard, with ``raw`` handlers or a ``rare`` listener."""
    messages = make_messages("json", _EVENTS)

    async def ignore(event: Any) -> None:
        pass

    def once() -> float:
        times: list[float] = []
        asyncio.run(play(Way("json", handlers), messages, ignore, lambda last: times.append(time.process_time())))
        return (times[1] - times[0]) / _EVENTS * 1e6

    return statistics.median(once() for _ in range(5))


async def _measure(seconds: float) -> dict[str, list[Appended]]:
    results = {}
    for name, start in ENGINES.items():
        async with start() as engine:
            results[name] = [await append_for(engine, seconds, batch) for batch in BATCHES]
        shown = " | ".join(f"{result.rate:,.0f} | {result.cost:.1f}" for result in results[name])
        print(f"| {name} | {shown} |", flush=True)
    return results


def main() -> int:
    """Print all figures. Return 1 if an event that is logged costs more than it may."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.broker", description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="for each engine")
    seconds = parser.parse_args().seconds
    size = statistics.mean(len(event.data) for event in bodies())
    print(
        f"{SHARDS} shards append fenced batches at once, events have {size:,.0f} bytes on average, {seconds:g} s each\n"
    )
    print("| Engine |" + "".join(f" Events/s, batches of {batch} | Client CPU, us/event |" for batch in BATCHES))
    print("|---|" + "---|---|" * len(BATCHES))
    results = asyncio.run(_measure(seconds))
    raw, undecoded = shard_cost("raw"), shard_cost("rare")
    logged = undecoded + results["NATS, 3 nodes"][-1].cost
    ratio = logged / raw
    print(f"\nA shard, raw handlers: {raw:.1f} us/event. Undecoded and appended: {undecoded:.1f} us + an append,")
    print(f"{logged:.1f} us together: {ratio:.2f} times as much; the bound is {_MOST_RATIO}")
    return 0 if ratio <= _MOST_RATIO else 1


if __name__ == "__main__":
    raise SystemExit(main())
