"""Who gets which event, in which order, and what happens when they fail."""

from __future__ import annotations

import asyncio
import pickle
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    GuildCreate,
    InvalidEvent,
    MessageCreate,
    MessageDelete,
    MessageDeleteBulk,
    PayloadError,
    Shard,
    TypingStart,
    UnknownEvent,
)
from gatewaysdk.listeners.intents import ALL_INTENTS
from gatewaysdk.simulator import Simulator, sample

from .conftest import MakeShard


async def run_until(shard: Shard, done: asyncio.Event) -> asyncio.Task[None]:
    task = asyncio.create_task(shard.run())
    waiter = asyncio.create_task(done.wait())
    await asyncio.wait([task, waiter], timeout=10, return_when=asyncio.FIRST_COMPLETED)
    assert done.is_set(), "the event did not come"
    await shard.close()
    await task
    return task


async def test_a_handler_gets_the_typed_event(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    done = asyncio.Event()
    got: list[MessageCreate] = []

    @shard.on(MessageCreate)
    async def on_message(event: MessageCreate) -> None:
        got.append(event)
        done.set()

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    await sim.emit(
        "MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True) | {"content": "hello"}, respect_intents=False
    )
    await task
    assert [event.content for event in got] == ["hello"]


async def test_events_come_in_order_and_handlers_in_the_order_of_registration(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    done = asyncio.Event()
    calls: list[tuple[str, str]] = []

    @shard.on(MessageDelete)
    async def first(event: MessageDelete) -> None:
        await asyncio.sleep(0)  # a handler that awaits must not let the next event overtake
        calls.append(("first", str(event.id)))

    @shard.on(Event)
    async def second(event: Event) -> None:
        if isinstance(event, MessageDelete):
            calls.append(("second", str(event.id)))
            if event.id == 49:
                done.set()

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    for number in range(50):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
    await task
    assert calls == [(who, str(number)) for number in range(50) for who in ("first", "second")]


async def test_pain_11_raw_handlers_get_plain_data_of_known_and_unknown_events(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    done = asyncio.Event()
    got: list[Any] = []

    @shard.on_raw("BRAND_NEW_EVENT")
    async def on_new(data: Any) -> None:
        got.append(data)
        done.set()

    @shard.on_raw("TYPING_START")
    async def on_typing(data: Any) -> None:
        got.append(data["user_id"])

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    await sim.emit("TYPING_START", sample("TYPING_START", seed=0, full=True) | {"user_id": "7"})
    await sim.emit("BRAND_NEW_EVENT", {"x": [1, None]})
    await task
    assert got == ["7", {"x": [1, None]}]


async def test_pain_11_an_unknown_event_reaches_its_handlers_and_those_of_all_events(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    done = asyncio.Event()
    got: list[Event] = []

    @shard.on(UnknownEvent)
    async def on_unknown(event: UnknownEvent) -> None:
        got.append(event)
        done.set()

    shard.on(TypingStart)(_ignore)
    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    await sim.emit("BRAND_NEW_EVENT", {"x": 1})
    await task
    assert isinstance(got[0], UnknownEvent)
    assert (got[0].name, got[0].data) == ("BRAND_NEW_EVENT", {"x": 1})
    assert shard.stats.unknown_events == 1


async def test_an_exception_goes_to_the_error_hook_and_stops_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    done = asyncio.Event()
    errors: list[tuple[Exception, Event | None]] = []
    second: list[Event] = []

    @shard.on(MessageDelete)
    async def fails(event: MessageDelete) -> None:
        raise KeyError(int(event.id))

    @shard.on(MessageDelete)
    async def works(event: MessageDelete) -> None:
        second.append(event)
        if len(second) == 2:
            done.set()

    @shard.on_error
    async def on_error(error: Exception, event: Event | None) -> None:
        errors.append((error, event))
        raise ValueError("the hook fails as well")

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    for number in (1, 2):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
    await task
    assert [(error.args, type(event)) for error, event in errors] == [((1,), MessageDelete), ((2,), MessageDelete)]
    assert shard.stats.handler_errors == 2


async def test_a_broken_payload_is_delivered_listed_counted_and_reported(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    done = asyncio.Event()
    errors: list[Exception] = []
    got: list[Event] = []

    @shard.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        got.append(event)

    @shard.on(InvalidEvent)
    async def on_invalid(event: InvalidEvent) -> None:
        got.append(event)
        done.set()

    @shard.on_error
    async def on_error(error: Exception, event: Event | None) -> None:
        errors.append(error)

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "5", "channel_id": []})
    await sim.emit("MESSAGE_DELETE", [1, 2])  # type: ignore[arg-type]  # what no gateway should send
    await task
    assert isinstance(got[0], MessageDelete)
    assert got[0].id == 5
    assert [violation.path for violation in got[0].violations] == [("channel_id",)]
    with pytest.raises(AttributeError, match=r"MessageDelete\.channel_id is absent"):
        _ = got[0].channel_id
    assert isinstance(got[1], InvalidEvent)
    assert got[1].data == [1, 2]
    assert [type(error) for error in errors] == [PayloadError, PayloadError]
    assert (shard.stats.violations, shard.stats.invalid_events) == (2, 1)


async def test_of_many_broken_places_the_error_hook_is_told_a_few(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=ALL_INTENTS)
    told: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    @shard.on(MessageDeleteBulk)
    async def on_delete(event: MessageDeleteBulk) -> None: ...

    @shard.on_error
    async def on_error(error: Exception, event: Event | None) -> None:
        told.set_result(error)

    async with shard:
        await shard.connect()
        await sim.emit("MESSAGE_DELETE_BULK", {"ids": [None] * 3000, "channel_id": "1", "guild_id": "2"})
        error = await told
    assert isinstance(error, PayloadError)
    assert (error.count, shard.stats.violations) == (3000, 3000)
    assert [problem.partition(":")[0] for problem in error.problems] == [f"ids.{index}" for index in range(5)]
    assert str(error).startswith("MESSAGE_DELETE_BULK has 3000 broken parts, which were left out: ids.0: ")
    assert str(error).endswith("; ...")
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


async def test_pain_22_what_nobody_listens_for_is_never_decoded(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=ALL_INTENTS)
    done = asyncio.Event()

    @shard.on(TypingStart)
    async def on_typing(event: TypingStart) -> None:
        done.set()

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    for _ in range(20):
        await sim.emit("MESSAGE_CREATE")
    await sim.emit("TYPING_START")
    await task
    assert shard.stats.events >= 22
    assert shard.stats.decoded == 1


async def _ignore(event: Any) -> None: ...


def test_a_sync_function_is_refused() -> None:
    shard = Shard("t", intents=0)
    with pytest.raises(ConfigurationError, match="not a coroutine function; define it with async def"):
        shard.on(GuildCreate)(lambda event: None)  # type: ignore[arg-type,return-value]


@pytest.mark.parametrize("wrong", [int, "MESSAGE_CREATE", None, MessageCreate.model_construct()])
def test_what_is_no_event_class_is_refused(wrong: type[Event]) -> None:
    with pytest.raises(ConfigurationError, match="takes event classes such as MessageCreate"):
        Shard("t", intents=0).on(wrong)(_ignore)


@pytest.mark.parametrize("wrong", ["message_create", "", MessageCreate])
def test_a_raw_handler_needs_the_name_on_the_wire(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match="takes an event's name on the wire"):
        Shard("t", intents=0).on_raw(wrong)(_ignore)


async def test_one_handler_for_several_classes(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    done = asyncio.Event()
    got: list[str] = []

    @shard.on(MessageDelete, TypingStart)
    async def on_either(event: MessageDelete | TypingStart) -> None:
        got.append(event.event_name)
        if len(got) == 2:
            done.set()

    task = asyncio.create_task(run_until(shard, done))
    await sim.wait_for_session()
    await sim.emit("TYPING_START")
    await sim.emit("MESSAGE_DELETE")
    await task
    assert got == ["TYPING_START", "MESSAGE_DELETE"]
