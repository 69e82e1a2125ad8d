"""How long identify limits keep shards from starting, as health says it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from gatewaysdk import ShardManager
from gatewaysdk.protocol import SessionStarted
from gatewaysdk.simulator import Simulator

from .conftest import QUICK


@pytest.fixture
async def tight() -> AsyncIterator[Simulator]:
    async with Simulator(shards=4, max_concurrency=1) as sim:
        yield sim


@pytest.fixture
async def nearly_used_up() -> AsyncIterator[Simulator]:
    async with Simulator(shards=4, max_concurrency=16, session_starts=12) as sim:
        yield sim


async def started(manager: ShardManager, count: int) -> asyncio.Task[None]:
    """Run a manager; return once so many shards are live."""
    live = asyncio.Semaphore(0)
    manager.observe(lambda step: live.release() if isinstance(step, SessionStarted) else None)
    task = asyncio.create_task(manager.run(stop_signals=()))
    for _ in range(count):
        await asyncio.wait_for(live.acquire(), 10)
    return task


async def test_one_shard_after_the_other_each_five_seconds(tight: Simulator) -> None:
    async with ShardManager(tight.token, api_url=tight.api_url, policy=QUICK, intents=0) as manager:
        assert manager.health.identify_wait == 0
        task = await started(manager, 1)
        assert manager.health.identify_wait == 10  # from the next to the last of three
        waits = manager.stats.identify_waits
        assert (waits.count, waits.counts[0]) == (1, 1)
    await task


async def test_what_is_kept_in_reserve_is_waited_for(nearly_used_up: Simulator) -> None:
    async with ShardManager(nearly_used_up.token, api_url=nearly_used_up.api_url, policy=QUICK, intents=0) as manager:
        task = await started(manager, 2)
        health = manager.health
        assert health.identifies_left == 10
        assert 86_000 < health.identify_wait <= 86_400
        assert health.live == 2
    await task
