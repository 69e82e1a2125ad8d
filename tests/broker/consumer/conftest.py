"""Consumers of a log in memory, and events for it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from gatewaysdk.broker import Engine, LoggedEvent, memory_engine
from gatewaysdk.broker.consumer import EventConsumer, Retries

QUICK = Retries(tries=3, delay=0.001, longest=0.002)

MakeConsumer = Callable[..., EventConsumer]


def typing(number: int, guild: int = 1, **more: Any) -> LoggedEvent:
    """Return a TYPING_START whose user id is its number."""
    data = {"channel_id": "5", "guild_id": str(guild), "user_id": str(number), "timestamp": 1, **more}
    return logged("TYPING_START", number, data)


def logged(name: str, number: int, data: Any) -> LoggedEvent:
    raw = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
    return LoggedEvent((0, 2), "abc", number, name, raw, "json")


async def append(engine: Engine, *events: LoggedEvent) -> None:
    shard = events[0].shard
    await engine.log.append(shard, (await engine.log.last(shard)).position, events)


async def run(consumer: EventConsumer) -> None:
    async with asyncio.timeout(30):
        await consumer.run(stop_signals=())


async def until(condition: Callable[[], bool]) -> None:
    """Return once something is so; the test fails if that is not soon."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  # nothing tells it
            await asyncio.sleep(0)


@pytest.fixture
def engine() -> Engine:
    return memory_engine()


@pytest.fixture
async def make_consumer(engine: Engine) -> AsyncIterator[MakeConsumer]:
    """Return a function that makes consumers; they are closed at the end, and must leave no task."""
    before = asyncio.all_tasks()
    async with AsyncExitStack() as stack:

        def make(name: str = "bot", **options: Any) -> EventConsumer:
            consumer = EventConsumer(name, options.pop("log", engine.log), **{"retries": QUICK, **options})
            stack.push_async_callback(consumer.close)
            return consumer

        yield make
    left = {task for task in asyncio.all_tasks() - before if not task.done() and task is not asyncio.current_task()}
    assert not left, f"tasks were left behind: {left}"
