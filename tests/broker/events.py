"""Events for the tests of a log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.protocols import Delivered, LoggedEvent, ShardKey

SHARD = (3, 16)


def event(sequence: int, shard: ShardKey = SHARD, name: str = "MESSAGE_CREATE", session: str = "abc") -> LoggedEvent:
    return LoggedEvent(shard, session, sequence, name, b'{"n":%d}' % sequence, "json")


def events(first: int, last: int, shard: ShardKey = SHARD) -> list[LoggedEvent]:
    return [event(sequence, shard) for sequence in range(first, last + 1)]


async def fill(engine: Engine, count: int, shard: ShardKey = SHARD) -> None:
    position = (await engine.log.last(shard)).position
    await engine.log.append(shard, position, events(1, count, shard))


async def take(source: AsyncGenerator[Delivered, None], count: int) -> list[Delivered]:
    """Return the next events; the test fails if they do not come soon."""
    async with asyncio.timeout(30):
        return [await anext(source) for _ in range(count)]
