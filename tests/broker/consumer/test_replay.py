"""A dead letter that is sent to its consumer once more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from gatewaysdk import TypingStart
from gatewaysdk.broker import Engine
from gatewaysdk.broker.consumer import EventConsumer, Retries, replay
from gatewaysdk.errors import NobodyServes

from .conftest import MakeConsumer, append, run, typing, until


@asynccontextmanager
async def running(consumer: EventConsumer) -> AsyncIterator[None]:
    task = asyncio.create_task(run(consumer))
    try:
        yield
    finally:
        consumer.stop()
        await task


async def test_it_is_handled_or_stays_and_says_why(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1), typing(2))
    consumer = make_consumer(bus=engine.bus, retries=Retries(tries=1))
    broken, got, handled = True, [], asyncio.Event()

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 1 and broken:
            raise ValueError("not yet")
        got.append(int(event.user_id))
        handled.set()

    async with running(consumer):
        await handled.wait()
        await until(lambda: not consumer.in_hand)
        (letter,) = await engine.log.buried("bot")
        assert await replay(engine.bus, letter, 10) == "tried 1 times: ValueError: not yet"
        assert await engine.log.buried("bot") == [letter], "it is no second dead letter"
        broken = False
        await until(lambda: not consumer.in_hand)
        assert await replay(engine.bus, letter, 10) is None
        assert got == [2, 1]
    with pytest.raises(NobodyServes):
        await replay(engine.bus, letter, 10)


async def test_the_end_of_the_consumer_answers(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(2))
    await engine.log.bury("bot", typing(1), "for a test")
    consumer, begun, ready = make_consumer(bus=engine.bus), asyncio.Event(), asyncio.Event()

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 2:
            ready.set()
            return
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(run(consumer))
    await ready.wait()
    (letter,) = await engine.log.buried("bot")
    replaying = asyncio.create_task(replay(engine.bus, letter, 10))
    await begun.wait()
    assert await replay(engine.bus, letter, 10) == "it is in hand just now"
    await consumer.close(grace=0.01)
    await task
    assert await replaying == "the consumer was closed"
    assert await engine.log.buried("bot") == [letter]


async def test_a_dead_letter_from_before_a_reshard_says_nothing_of_the_number_of_shards(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await engine.log.bury("bot", replace(typing(1), shard=(0, 1)), "for a test")
    await append(engine, typing(2))
    consumer, handled = make_consumer(bus=engine.bus), asyncio.Event()

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        handled.set()

    async with running(consumer):
        await handled.wait()
        (letter,) = await engine.log.buried("bot")
        assert await replay(engine.bus, letter, 10) is None
        with pytest.raises(NobodyServes, match=r"shard\.0\.2"):
            await consumer.leave_voice(guild_id=0)
