"""Handlers, streams and waits for structs, alone and beside those for models."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from gatewaysdk import (
    AnyEvent,
    ConfigurationError,
    Event,
    Intents,
    MessageCreate,
    PayloadError,
    Shard,
    TypingStart,
    listener,
    register_event,
    structs,
)
from gatewaysdk.decoding.known import STRUCTS
from gatewaysdk.simulator import Simulator, sample

from .conftest import MakeShard

MESSAGE = sample("MESSAGE_CREATE", seed=0, full=True) | {"content": "hello", "guild_id": "7"}


@asynccontextmanager
async def running(sim: Simulator, shard: Shard) -> AsyncIterator[None]:
    """Run a shard until the block ends."""
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    yield
    await shard.close()
    await task


async def emit(sim: Simulator, name: str = "MESSAGE_CREATE", data: Any = MESSAGE) -> None:
    await sim.emit(name, data, respect_intents=False)


@pytest.mark.parametrize("encoding", ["json", "etf"])
async def test_the_class_chooses_the_family_and_each_is_decoded_once(
    sim: Simulator, make_shard: MakeShard, encoding: str
) -> None:
    shard = make_shard(encoding=encoding)
    got: list[Any] = []
    done = asyncio.Event()

    @shard.on(structs.MessageCreate)
    async def first(event: structs.MessageCreate) -> None:
        got.append(event)

    @shard.on(MessageCreate)
    async def second(event: MessageCreate) -> None:
        got.append(event)

    @shard.on_raw("MESSAGE_CREATE")
    async def third(data: Any) -> None:
        got.append(data)

    @shard.on(structs.MessageCreate)
    async def last(event: structs.MessageCreate, shard: Shard) -> None:
        got.append(event)
        done.set()

    async with running(sim, shard):
        before = shard.stats.decoded
        await emit(sim)
        await asyncio.wait_for(done.wait(), 10)
        assert shard.stats.decoded == before + 2
    raw, model, struct, again = got
    assert raw["content"] == "hello"
    assert type(model) is MessageCreate
    assert type(struct) is structs.MessageCreate
    assert struct is again
    assert struct.content == model.content == "hello"
    assert struct.id == model.id


async def test_structs_alone_decode_no_model(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    stream = shard.stream(structs.TypingStart)

    @shard.on(structs.MessageCreate)
    async def answer(event: structs.MessageCreate) -> None:
        pass

    async with running(sim, shard):
        before = shard.stats.decoded
        waiting = asyncio.create_task(shard.wait_for(structs.TypingStart, lambda event: event.user_id == 9, timeout=10))
        await asyncio.sleep(0)
        await emit(sim)
        for user in ("8", "9"):
            await emit(sim, "TYPING_START", sample("TYPING_START", seed=0, full=True) | {"user_id": user})
        assert type(await waiting) is structs.TypingStart
        assert [(await anext(stream)).user_id for _ in range(2)] == [8, 9]
        assert shard.stats.decoded == before + 3
    assert not shard.stats.handler_errors


async def test_waits_for_both_families_get_one_each(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    async with running(sim, shard):
        waits = [
            asyncio.create_task(shard.wait_for(kind, timeout=10)) for kind in (MessageCreate, structs.MessageCreate)
        ]
        await asyncio.sleep(0)
        await emit(sim)
        model, struct = await asyncio.gather(*waits)
    assert type(model) is MessageCreate
    assert type(struct) is structs.MessageCreate


async def test_a_stream_of_all_structs_gets_unknown_ones_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents(0))
    stream = shard.events(structs.Event)
    await sim.wait_for_session()
    await emit(sim, "NEW_THING", {"a": 1})
    async for event in stream:
        if not isinstance(event, structs.Ready):
            break
    assert event == structs.UnknownEvent(name="NEW_THING", data={"a": 1})
    assert shard.stats.unknown_events == 1
    await shard.close()


async def test_a_broken_event_is_reported_once(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    reported: list[tuple[Exception, AnyEvent | None]] = []
    done = asyncio.Event()

    @shard.on_error
    async def hook(error: Exception, event: AnyEvent | None) -> None:
        reported.append((error, event))

    @shard.on(MessageCreate)
    async def as_model(event: MessageCreate) -> None:
        assert not hasattr(event, "content")

    @shard.on(structs.MessageCreate)
    async def as_struct(event: structs.MessageCreate) -> None:
        assert not hasattr(event, "content")
        done.set()

    async with running(sim, shard):
        await emit(sim, data=MESSAGE | {"content": 5})
        await asyncio.wait_for(done.wait(), 10)
        shard.off(as_model)
        done.clear()
        await emit(sim, data=MESSAGE | {"content": 5})
        await asyncio.wait_for(done.wait(), 10)
    assert [type(error) for error, _ in reported] == [PayloadError] * 2
    assert isinstance(reported[-1][1], structs.MessageCreate)
    assert shard.stats.violations == 2
    assert not shard.stats.handler_errors


async def test_an_error_of_a_handler_of_structs_is_reported_with_the_struct(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    reported: list[tuple[str, Any]] = []
    done = asyncio.Event()

    @shard.on_error
    async def hook(error: Exception, event: Any) -> None:
        reported.append((str(error), type(event)))

    @shard.on(structs.MessageCreate)
    async def fails(event: structs.MessageCreate) -> None:
        raise RuntimeError("no")

    @shard.on(structs.MessageCreate)
    async def goes_on(event: structs.MessageCreate) -> None:
        done.set()

    async with running(sim, shard):
        await emit(sim)
        await asyncio.wait_for(done.wait(), 10)
    assert reported == [("no", structs.MessageCreate)]


async def test_a_cancelled_task_goes_on_with_the_struct(sim: Simulator, make_shard: MakeShard) -> None:
    """The handler of the model lets the task of handlers be cancelled; then those of the struct still get theirs."""
    shard = make_shard()
    stream = shard.stream(structs.MessageCreate)
    got: list[Any] = []
    errors: list[str] = []

    @shard.on_error
    async def hook(error: Exception, event: Any) -> None:
        errors.append(str(error))

    @shard.on(MessageCreate)
    async def cancels(event: MessageCreate) -> None:
        got.append(event)
        task = asyncio.current_task()
        assert task is not None
        task.cancel()
        await asyncio.Event().wait()

    @shard.on(structs.MessageCreate)
    async def gets_it(event: structs.MessageCreate) -> None:
        got.append(event)

    async with running(sim, shard):
        await emit(sim)
        event = await asyncio.wait_for(anext(stream), 10)
    assert [type(one) for one in got] == [MessageCreate, structs.MessageCreate]
    assert event is got[1]
    assert errors


@pytest.mark.parametrize("concurrency", ["guild", "channel", lambda event: event.guild_id])
async def test_lines_by_key_take_structs(sim: Simulator, make_shard: MakeShard, concurrency: Any) -> None:
    shard = make_shard(concurrency=concurrency)
    got: list[Any] = []
    done = asyncio.Event()

    @shard.on(structs.MessageCreate)
    async def collect(event: structs.MessageCreate) -> None:
        got.append(event.content)
        if len(got) == 3:
            done.set()

    async with running(sim, shard):
        before = shard.stats.decoded
        for number in range(3):
            await emit(sim, data=MESSAGE | {"content": str(number)})
        await asyncio.wait_for(done.wait(), 10)
        assert shard.stats.decoded == before + 3
    assert got == ["0", "1", "2"]


async def test_marked_methods_and_where_work_alike(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    done = asyncio.Event()

    class Group:
        def __init__(self) -> None:
            self.got: list[str] = []

        @listener(structs.MessageCreate, where="direct")
        async def on_direct(self, event: structs.MessageCreate) -> None:
            self.got.append(event.content)
            done.set()

    group = Group()
    shard.add_listeners(group)
    assert shard.intents == Intents.DIRECT_MESSAGES
    async with running(sim, shard):
        await emit(sim)
        direct = {key: value for key, value in MESSAGE.items() if key != "guild_id"} | {"content": "direct"}
        await emit(sim, data=direct)
        await asyncio.wait_for(done.wait(), 10)
    assert group.got == ["direct"]


async def test_a_registered_struct_stands_for_its_event(sim: Simulator, make_shard: MakeShard) -> None:
    @register_event
    class GuildParadeStart(structs.Event, frozen=True, kw_only=True):
        event_name: ClassVar[str] = "GUILD_PARADE_START"
        marshal_id: int
        floats: list[str] | None = None

    try:
        shard = make_shard(intents=Intents(0))
        stream = shard.stream(GuildParadeStart)
        async with running(sim, shard):
            await emit(sim, "GUILD_PARADE_START", {"marshal_id": "5", "floats": ["a", 1]})
            event = await asyncio.wait_for(anext(stream), 10)
        assert (event.marshal_id, event.floats) == (5, ["a"])
        assert [one.path for one in event.violations] == [("floats", 1)]
    finally:
        STRUCTS.clear()


def test_intents_are_derived_alike() -> None:
    shards = [Shard("token"), Shard("token")]
    for shard, kind in zip(shards, (TypingStart, structs.TypingStart), strict=True):

        @shard.on(kind)
        async def handle(event: AnyEvent) -> None:
            pass

    assert shards[0].intents == shards[1].intents
    everything = [Shard("token"), Shard("token")]
    for shard, every in zip(everything, (Event, structs.Event), strict=True):

        @shard.on(every)
        async def handle_all(event: AnyEvent) -> None:
            pass

    assert everything[0].intents == everything[1].intents


def test_a_class_of_neither_family_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="takes event classes such as MessageCreate"):
        Shard("token").on(AnyEvent)
    with pytest.raises(ConfigurationError, match="takes event classes such as MessageCreate"):
        Shard("token").on(structs.Message)  # type: ignore[type-var]
