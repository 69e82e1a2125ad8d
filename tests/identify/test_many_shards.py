"""The largest fleets, on a clock that passes only when there is nothing else to do: a start takes what limits allow."""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk.fleet.reshard import start_seconds
from gatewaysdk.identify import FileIdentifyQueue, IdentifyQueue, LocalIdentifyQueue, SessionStartLimit, SessionStarts
from tests.requests.fakes import VirtualLoop, now

SHARDS = 16_384
"""The most that a bot is known to have had."""


class Gateway:
    """Answers each IDENTIFY after ``ready_after`` seconds, and notes when it came."""

    def __init__(self, max_concurrency: int, ready_after: float) -> None:
        self.max_concurrency = max_concurrency
        self.ready_after = ready_after
        self.came: defaultdict[int, list[float]] = defaultdict(list)
        self.live: set[int] = set()
        self.attempts: Counter[int] = Counter()

    async def identify(self, shard_id: int) -> None:
        self.came[shard_id % self.max_concurrency].append(now())
        await asyncio.sleep(self.ready_after)

    def check(self) -> None:
        """No bucket has had two IDENTIFYs within 5 s."""
        for times in self.came.values():
            assert all(later - earlier > 5 - 1e-6 for earlier, later in pairwise(times))


async def start(queue: IdentifyQueue, gateway: Gateway, shard_id: int, fault: str = "") -> None:
    """Start a shard as the shell does: with a permit, which it gives back at READY or at the end of the attempt."""
    if fault == "resumes":  # without a permit
        gateway.live.add(shard_id)
        return
    while shard_id not in gateway.live:
        permit = await queue.acquire(shard_id)
        gateway.attempts[shard_id] += 1
        first = gateway.attempts[shard_id] == 1
        if fault == "cannot connect" and first:
            permit.release()
            continue
        permit.used()
        await gateway.identify(shard_id)
        if not (fault == "refused" and first):  # op 9 instead of READY
            gateway.live.add(shard_id)
        permit.release()


def in_virtual_time(work: Coroutine[Any, Any, float]) -> float:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)


async def start_all(
    make: Callable[[], IdentifyQueue], gateway: Gateway, shards: int, fault_of: Callable[[int], str] = lambda _: ""
) -> float:
    """Return the seconds until all shards are live."""
    queue = make()
    async with asyncio.TaskGroup() as group:
        for shard_id in range(shards):
            group.create_task(start(queue, gateway, shard_id, fault_of(shard_id)))
    assert len(gateway.live) == shards
    gateway.check()
    return now()


def starts() -> SessionStarts:
    return SessionStarts(SessionStartLimit(total=100_000, remaining=100_000))


@pytest.mark.parametrize("ready_after", [0.0, 0.125, 7.0])
@pytest.mark.parametrize("max_concurrency", [16, 128])
def test_a_start_takes_exactly_what_the_limits_allow(max_concurrency: int, ready_after: float) -> None:
    gateway = Gateway(max_concurrency, ready_after)
    took = in_virtual_time(start_all(lambda: LocalIdentifyQueue(max_concurrency, starts()), gateway, SHARDS))
    assert took == pytest.approx(start_seconds(SHARDS, max_concurrency, ready_after), abs=1e-3)
    if not ready_after:
        assert took == pytest.approx((math.ceil(SHARDS / max_concurrency) - 1) * 5, abs=1e-3)


def fault_of(shard_id: int) -> str:
    """Return what goes wrong with a shard. Each fault hits other buckets than the others, and only some of these."""
    if shard_id % 16 == 3 and shard_id % 5 == 0:
        return "refused"
    if shard_id % 16 == 7:
        return "resumes"
    if shard_id % 16 == 11 and shard_id % 3 == 0:
        return "cannot connect"
    return ""


@pytest.mark.parametrize("max_concurrency", [16, 128])
def test_a_refused_identify_costs_one_more_and_nothing_else_does(max_concurrency: int) -> None:
    gateway = Gateway(max_concurrency, ready_after=0.125)
    queue = LocalIdentifyQueue(max_concurrency, starts())
    took = in_virtual_time(start_all(lambda: queue, gateway, SHARDS, fault_of))
    faults = [fault_of(shard_id) for shard_id in range(SHARDS)]
    identifies = SHARDS - faults.count("resumes") + faults.count("refused")
    assert sum(map(len, gateway.came.values())) == identifies == 100_000 - queue.session_starts.remaining
    longest = max(map(len, gateway.came.values()))
    assert longest > SHARDS / max_concurrency
    assert took == pytest.approx((longest - 1) * 5.125 + 0.125, abs=1e-3)
    # Each bucket is done when the limits allow it, whatever happens in others.
    for bucket, times in gateway.came.items():
        assert times[-1] == pytest.approx((len(times) - 1) * 5.125, abs=1e-3), bucket


@pytest.mark.parametrize("max_concurrency", [16, 128])
def test_the_queue_of_a_machine_is_as_quick(tmp_path: Path, max_concurrency: int) -> None:
    """A sixteenth of the shards, as each takes several files."""
    gateway, shards = Gateway(max_concurrency, ready_after=0.125), SHARDS // 16

    def make() -> FileIdentifyQueue:
        loop = asyncio.get_running_loop()
        return FileIdentifyQueue(tmp_path, max_concurrency, starts(), clock=loop.time)

    took = in_virtual_time(start_all(make, gateway, shards))
    assert took == pytest.approx(start_seconds(shards, max_concurrency, 0.125), abs=0.01)
