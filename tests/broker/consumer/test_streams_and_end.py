"""Streams and waits of a consumer, the bound on what is in hand, and the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, MessageDelete, StateError, TypingStart
from gatewaysdk.bases.any_event import AnyEvent
from gatewaysdk.broker import Engine
from gatewaysdk.errors import TaskCancelled

from .conftest import MakeConsumer, append, logged, run, typing


async def test_streams_hold_an_event_until_the_reader_asks_for_the_next(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, *(typing(number) for number in (1, 2, 3)))
    consumer = make_consumer()
    async with asyncio.timeout(30), consumer:
        async for event in consumer.events(TypingStart):
            assert consumer.origin_of(event).sequence == event.user_id
            if event.user_id == 2:
                break
        assert consumer.in_hand >= 1
    again = make_consumer()
    async with asyncio.timeout(30):
        stream = again.events(TypingStart)
        event = await anext(stream)
        assert event.user_id == 3, "the block ended without an error, so that 2 is done, and 3 was not given out"
        with pytest.raises(StateError, match="not in hand"):
            again.origin_of(TypingStart.model_construct())


async def test_an_event_in_hand_when_the_block_raises_comes_again(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1), typing(2))
    consumer = make_consumer()

    async def read() -> None:
        async with asyncio.timeout(30), consumer:
            async for event in consumer.events(TypingStart):
                if event.user_id == 2:
                    raise ValueError("in the midst")

    with pytest.raises(ValueError, match="in the midst"):
        await read()
    again, got = make_consumer(), []

    @again.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        got.append((event.user_id, again.origin.attempt))
        again.stop()

    await run(again)
    assert got == [(2, 2)]


async def test_a_stream_that_was_let_go_of_does_not_keep_its_events(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2))
    consumer = make_consumer()
    stream = consumer.stream(TypingStart)
    done = asyncio.Event()

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 2:
            done.set()

    running = asyncio.create_task(run(consumer))
    await done.wait()
    assert consumer.in_hand == 2
    del stream
    assert consumer._intake is not None
    consumer._intake.forget_abandoned()
    consumer.stop()
    await running
    assert await engine.log.lag("bot") == 0


async def test_a_handler_may_wait_for_a_later_event_although_as_many_are_in_hand_as_may_be(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2), logged("MESSAGE_DELETE", 3, {"id": "7", "channel_id": "5"}))
    consumer, got = make_consumer(in_hand=1, concurrency=None, extra_events=[MessageDelete]), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 1:
            got.append((await consumer.wait_for(MessageDelete)).id)
        else:
            consumer.stop()

    await run(consumer)
    assert got == [7]


async def test_no_more_is_in_hand_than_was_allowed(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, *(typing(number, guild=number) for number in range(1, 101)))
    consumer, go_on = make_consumer(in_hand=10), asyncio.Event()
    most = count = 0

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        nonlocal most, count
        most = max(most, consumer.in_hand)
        if consumer.in_hand == 10:
            go_on.set()
        await go_on.wait()
        count += 1
        if count == 100:
            consumer.stop()

    await run(consumer)
    assert most == 10


async def test_a_late_listener_for_what_was_not_asked_for_is_refused(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1))
    consumer, refused = make_consumer(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        try:
            await consumer.wait_for(MessageDelete)
        except ConfigurationError as error:
            refused.append(str(error))
        consumer.stop()

    await run(consumer)
    assert len(refused) == 1
    assert "name its class in extra_events" in refused[0]


async def test_the_end_waits_for_handlers_and_what_they_did_not_finish_comes_again(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1, guild=1), typing(2, guild=2), typing(3, guild=2))
    consumer, begun, finished = make_consumer(), asyncio.Event(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 2:
            begun.set()
            await asyncio.Event().wait()
        await begun.wait()
        await asyncio.sleep(0)
        finished.append(event.user_id)

    running = asyncio.create_task(run(consumer))
    await begun.wait()
    await consumer.close(grace=0.05)
    await running
    assert finished == [1]
    again, got = make_consumer(), []

    @again.on(TypingStart)
    async def rest(event: TypingStart) -> None:
        got.append(event.user_id)
        if event.user_id == 3:
            again.stop()

    await run(again)
    assert got == [2, 3]


async def test_a_handler_may_close_the_consumer_and_a_wait_in_one_ends(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1, guild=1), typing(2, guild=2))
    consumer, errors = make_consumer(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if event.user_id == 1:
            await consumer.wait_for(TypingStart, lambda one: one.user_id == 9)
        await consumer.close()

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append(error)

    await run(consumer)
    assert not errors, "a wait that the end cuts short is no error of the handler"
    (left,) = [one async for one in _rest(engine)]
    assert left == 1, "its event was not handled, so that it comes again"


async def _rest(engine: Engine) -> Any:
    lag = await engine.log.lag("bot")
    events = engine.log.consume("bot", names=["TYPING_START"])
    for _ in range(lag):
        yield (await anext(events)).event.sequence
    await events.aclose()


async def test_a_cancelled_task_beside_the_events_ends_the_consumer(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1))
    consumer = make_consumer()

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        for task in asyncio.all_tasks():
            if task.get_name() == "gatewaysdk attending to consumer bot":
                task.cancel()

    with pytest.raises(TaskCancelled, match="attending to consumer bot"):
        await run(consumer)
