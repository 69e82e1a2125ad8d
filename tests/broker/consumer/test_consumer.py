"""Who gets which event of a log, in which order, and what happens when they fail."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    PayloadError,
    StateError,
    TypingStart,
    listener,
    structs,
)
from gatewaysdk.bases.any_event import AnyEvent
from gatewaysdk.broker import Engine
from gatewaysdk.broker.consumer import EventConsumer, Origin, Retries
from gatewaysdk.errors import EventBuried

from .conftest import MakeConsumer, append, logged, run, typing


async def test_handlers_of_both_families_and_raw_ones_get_an_event_once(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), logged("MESSAGE_DELETE", 2, {"id": "7", "channel_id": "5"}))
    consumer = make_consumer()
    got: list[tuple[str, Any]] = []

    @consumer.on(TypingStart)
    async def model(event: TypingStart) -> None:
        got.append(("model", event.user_id))

    @consumer.on(structs.TypingStart)
    async def struct(event: structs.TypingStart, again: EventConsumer) -> None:
        assert again is consumer
        got.append(("struct", event.user_id))

    @consumer.on_raw("TYPING_START")
    async def raw(data: Any) -> None:
        got.append(("raw", data["user_id"]))
        consumer.stop()

    await run(consumer)
    assert got == [("raw", "1"), ("model", 1), ("struct", 1)]
    assert consumer.stats.delivered == consumer.stats.handled == 1, "only what is listened for is asked for"
    assert await engine.log.lag("bot") == 0


async def test_groups_and_once_and_handlers_of_all_events(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, *(typing(number) for number in (1, 2, 3)))
    consumer = make_consumer()
    got: list[tuple[str, int]] = []

    class Group:
        @listener(TypingStart, once=True)
        async def first(self, event: TypingStart, again: EventConsumer) -> None:
            got.append(("first", event.user_id))

    consumer.add_listeners(Group())

    @consumer.on(Event)
    async def every(event: Event) -> None:
        got.append((type(event).__name__, consumer.origin.sequence))
        if consumer.origin.sequence == 3:
            consumer.stop()

    await run(consumer)
    assert got == [("first", 1), ("TypingStart", 1), ("TypingStart", 2), ("TypingStart", 3)]


async def test_events_are_in_order_for_each_guild_and_guilds_at_the_same_time(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, *(typing(number, guild=number % 5) for number in range(1, 501)))
    consumer, got, together = make_consumer(), defaultdict[int, list[int]](list), set[int]()
    five = asyncio.Barrier(5)

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        guild = int(event.guild_id or 0)
        assert guild not in together
        together.add(guild)
        await five.wait()  # if guilds waited for each other, this would never return
        together.remove(guild)
        got[guild].append(int(event.user_id))
        if sum(map(len, got.values())) == 500:
            consumer.stop()

    await run(consumer)
    assert got == {guild: [n for n in range(1, 501) if n % 5 == guild] for guild in range(5)}


async def test_a_handler_that_raises_is_tried_again_alone_and_its_guild_waits(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2))
    consumer, got, attempts = make_consumer(), [], []

    @consumer.on(TypingStart)
    async def sound(event: TypingStart) -> None:
        got.append(("sound", event.user_id))

    @consumer.on(TypingStart)
    async def flaky(event: TypingStart) -> None:
        if event.user_id == 1:
            attempts.append(consumer.origin.attempt)
            if len(attempts) < 3:
                raise ValueError("not yet")
        got.append(("flaky", event.user_id))
        if event.user_id == 2:
            consumer.stop()

    errors: list[tuple[Exception, AnyEvent | None]] = []

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append((error, event))

    await run(consumer)
    assert got == [("sound", 1), ("flaky", 1), ("sound", 2), ("flaky", 2)]
    assert attempts == [1, 2, 3]
    assert [str(error) for error, _ in errors] == ["not yet", "not yet"]
    assert consumer.stats.retries == 2
    assert not await engine.log.buried("bot")


async def test_an_event_that_fails_too_often_is_a_dead_letter_with_its_reason(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2))
    consumer, tried, errors = make_consumer(), [], []

    @consumer.on(
        TypingStart,
    )
    async def on_typing(event: TypingStart) -> None:
        tried.append(event.user_id)
        if event.user_id == 1:
            raise ValueError("never")
        consumer.stop()

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append(error)

    await run(consumer)
    (letter,) = await engine.log.buried("bot")
    assert (letter.event, letter.reason) == (typing(1), "tried 3 times: ValueError: never")
    assert tried == [1, 1, 1, 2]
    assert isinstance(errors[-1], EventBuried)
    assert (errors[-1].consumer, errors[-1].event) == ("bot", ("TYPING_START", "abc", 1))
    assert consumer.stats.buried == 1
    assert await engine.log.lag("bot") == 0


async def test_a_once_handler_that_raises_is_tried_again_with_its_event(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2))
    consumer, tried = make_consumer(), []

    @consumer.once(TypingStart)
    async def first(event: TypingStart) -> None:
        tried.append(event.user_id)
        if len(tried) == 1:
            raise ValueError("not yet")

    @consumer.on(TypingStart)
    async def last(event: TypingStart) -> None:
        if event.user_id == 2:
            consumer.stop()

    await run(consumer)
    assert tried == [1, 1]


async def test_a_handler_that_takes_too_long_has_failed(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1))
    consumer = make_consumer(handler_timeout=0.01)

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        if consumer.origin.attempt == 3:
            consumer.stop()
        await asyncio.Event().wait()

    await run(consumer)
    (letter,) = await engine.log.buried("bot")
    assert letter.reason.startswith("tried 3 times: HandlerTimeout: ")


@pytest.mark.parametrize("data", [b'{"channel_id":', b"[]"], ids=["no JSON", "no object"])
async def test_an_event_that_cannot_be_decoded_is_reported_and_a_dead_letter(
    engine: Engine, make_consumer: MakeConsumer, data: bytes
) -> None:
    await append(engine, logged("TYPING_START", 1, data), typing(2))
    consumer, errors = make_consumer(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        assert event.user_id == 2
        consumer.stop()

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append(error)

    await run(consumer)
    (letter,) = await engine.log.buried("bot")
    assert letter.event.data == data
    assert letter.reason.startswith("no event can be made of it: ")
    assert [type(error) for error in errors] == [PayloadError, EventBuried]


async def test_what_breaks_the_documentation_in_part_is_reported_and_handled(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1, timestamp="soon"))
    consumer, errors = make_consumer(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        assert event.violation_count == 1
        consumer.stop()

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append(error)

    await run(consumer)
    assert [type(error) for error in errors] == [PayloadError]
    assert not await engine.log.buried("bot")


async def test_an_event_that_ends_processes_again_and_again_is_a_dead_letter(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    await append(engine, typing(1), typing(2))
    for _ in range(2):
        events = engine.log.consume("bot")
        assert (await anext(events)).event.sequence == 1
        await events.aclose()  # without `done`, as in a crash
    consumer, got = make_consumer(retries=Retries(deliveries=2)), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        got.append((event.user_id, consumer.origin.attempt))
        consumer.stop()

    await run(consumer)
    (letter,) = await engine.log.buried("bot")
    assert "delivered 3 times and never finished" in letter.reason
    assert [user_id for user_id, _ in got] == [2]


async def test_an_event_that_the_log_gives_out_twice_is_handled_once(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    class Repeating:
        async def consume(self, consumer: str, *, names: Any = (), shards: Any = ()) -> Any:
            for attempt in (1, 2):
                yield Given(typing(1), attempt)
            given.set()
            await asyncio.Event().wait()

        async def lag(self, consumer: str) -> int:
            return 0

    finished: list[int] = []

    class Given:
        def __init__(self, event: Any, attempt: int) -> None:
            self.event, self.attempt = event, attempt

        async def done(self) -> None:
            finished.append(self.attempt)

        async def failed(self, delay: float = 0.0) -> None:
            raise AssertionError

    given, calls = asyncio.Event(), 0
    consumer = make_consumer(log=Repeating())

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        nonlocal calls
        calls += 1
        await given.wait()
        consumer.stop()

    await run(consumer)
    assert (calls, finished) == (1, [2]), "the newer delivery is what the log waits for"


async def test_origin_names_the_event_and_is_nowhere_else(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1))
    consumer, origins = make_consumer(), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        origins.append(consumer.origin)
        assert consumer.origin_of(event) == consumer.origin
        consumer.stop()

    await run(consumer)
    assert origins == [Origin("bot", (0, 2), "abc", 1, "TYPING_START", 1)]
    with pytest.raises(StateError, match="no event is in hand here"):
        _ = consumer.origin


async def test_lag_counts_what_no_process_has_finished(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1), typing(2))
    consumer = make_consumer()
    assert await consumer.measure_lag() is None
    seen: list[int | None] = []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        seen.append(await consumer.measure_lag())
        if event.user_id == 2:
            consumer.stop()

    await run(consumer)
    assert seen[0] == 2
    assert await consumer.measure_lag() == consumer.lag == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "a.b"}, "name is 'a.b'"),
        ({"in_hand": 0}, "at least 1"),
        ({"concurrency": "server"}, "concurrency is 'server'"),
        ({"extra_events": [int]}, "event classes"),
        ({"num_shards": 0}, "num_shards is 0"),
        ({"handler_timeout": -1}, "handler_timeout is -1"),
    ],
)
def test_settings_that_cannot_work_are_refused(engine: Engine, options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        EventConsumer(options.pop("name", "bot"), engine.log, **options)


@pytest.mark.parametrize("options", [{"tries": 0}, {"delay": -1}, {"longest": float("inf")}, {"deliveries": True}])
def test_retries_that_cannot_work_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(options))):
        Retries(**options)


async def test_without_a_listener_it_does_not_start(make_consumer: MakeConsumer) -> None:
    with pytest.raises(ConfigurationError, match="nothing is listened for"):
        await run(make_consumer())


async def test_it_runs_once_at_a_time_and_again_afterwards(engine: Engine, make_consumer: MakeConsumer) -> None:
    await append(engine, typing(1), typing(2))
    consumer, got = make_consumer(in_hand=1), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        with pytest.raises(StateError, match="runs already"):
            await consumer.run(stop_signals=())
        got.append(event.user_id)
        consumer.stop()

    await run(consumer)
    await run(consumer)
    assert got == [1, 2]


async def test_an_error_of_the_key_function_is_reported_and_the_event_handled(
    engine: Engine, make_consumer: MakeConsumer
) -> None:
    def key(event: TypingStart) -> int:
        raise ValueError("no key")

    await append(engine, typing(1))
    consumer, errors = make_consumer(concurrency=key), []

    @consumer.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        consumer.stop()

    @consumer.on_error
    async def on_error(error: Exception, event: AnyEvent | None) -> None:
        errors.append(str(error))

    await run(consumer)
    assert errors == ["no key"]
    assert consumer.stats.handled == 1
