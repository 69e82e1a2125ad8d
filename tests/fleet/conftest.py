"""A simulator that stands for a bot of several shards, and managers that connect to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from gatewaysdk import Backoff, RestartBackoff, ShardManager, State
from gatewaysdk.simulator import Simulator

QUICK = Backoff(base=0.01, cap=0.02)
AT_ONCE = RestartBackoff(base=0.01, cap=0.02)

MakeManager = Callable[..., ShardManager]


def guild_on(sim: Simulator, shard_id: int, num_shards: int) -> int:
    """Return a guild of the simulator's that is on a shard."""
    return next(guild_id for guild_id in sim.guild_ids if (guild_id >> 22) % num_shards == shard_id)


async def emit_in(sim: Simulator, guild_id: int, name: str, **data: Any) -> None:
    """Let an event happen in a guild, on all sessions that get the guild's events."""
    for session in list(sim.sessions):
        if guild_id in session.guild_ids:
            await session.dispatch(name, {"guild_id": str(guild_id), **data})


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(guilds=8, shards=4, max_concurrency=16) as simulator:
        yield simulator


@pytest.fixture
async def make_manager(sim: Simulator) -> AsyncIterator[MakeManager]:
    """Return a function that makes managers for the simulator; they are closed at the end, and must leave nothing."""
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:

        def make(**options: Any) -> ShardManager:
            options = {"api_url": sim.api_url, "policy": QUICK, "restart": AT_ONCE, **options}
            manager = ShardManager(sim.token, **options)
            stack.push_async_callback(manager.close)
            return manager

        yield make
    left = {task for task in asyncio.all_tasks() - before if task.get_name().startswith("gatewaysdk")}
    assert not left, f"tasks were left behind: {left}"


@asynccontextmanager
async def running(manager: ShardManager) -> AsyncIterator[asyncio.Task[None]]:
    """Run a manager meanwhile, from when all shards are live."""
    task = asyncio.create_task(manager.run(stop_signals=()))
    try:
        await asyncio.wait_for(manager.wait_ready(), 20)
        yield task
    finally:
        await manager.close()
        await asyncio.wait([task], timeout=10)
        if task.done() and not task.cancelled():
            task.exception()


def live(manager: ShardManager) -> list[int]:
    return [shard_id for shard_id, shard in manager.shards.items() if shard.state is State.LIVE]
