"""A simulator and shards that connect to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gatewaysdk import Backoff, Shard
from gatewaysdk.simulator import Simulator

MakeShard = Callable[..., Shard]

QUICK = Backoff(base=0.01, cap=0.02)
"""Reconnects at once, so that tests need not wait."""


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(token="simulated-token") as simulator:
        yield simulator


@pytest.fixture
async def make_shard(sim: Simulator) -> AsyncIterator[MakeShard]:
    """Return a function that makes shards for the simulator; they are closed at the end, and must leave nothing."""
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:
        shards: list[Shard] = []

        def make(**options: Any) -> Shard:
            shard = Shard(**{"token": sim.token, "url": sim.url, "policy": QUICK, **options})
            shards.append(shard)
            return shard

        yield make
        for shard in shards:
            stack.push_async_callback(shard.close)
    left = {task for task in asyncio.all_tasks() - before if task.get_name().startswith("gatewaysdk")}
    assert not left, f"tasks were left behind: {left}"
