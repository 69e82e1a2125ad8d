"""`wait_for` and `stream`: from handlers, from elsewhere, and when nothing comes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    FatalCloseError,
    GuildMemberAdd,
    Intents,
    MessageCreate,
    MessageDelete,
    Shard,
    StateError,
    TypingStart,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


def deleted(number: int, **more: Any) -> dict[str, Any]:
    return {"id": str(number), "channel_id": "1", **more}


async def nothing(event: Event) -> None: ...


async def test_the_event_for_which_the_predicate_holds_is_returned(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for(MessageDelete, lambda event: event.id == 3, timeout=5))
    await asyncio.sleep(0)
    for number in range(6):
        await sim.emit("MESSAGE_DELETE", deleted(number))
    assert (await waiting).id == 3


async def test_it_gives_up_after_its_timeout_and_takes_nothing_more(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    await shard.connect()
    with pytest.raises(TimeoutError, match=r"no MessageDelete that fits came within 0\.01 s"):
        await shard.wait_for(MessageDelete, timeout=0.01)
    decoded = shard.stats.decoded
    await sim.emit("MESSAGE_DELETE", deleted(1))
    await shard.receive()
    assert (await shard.receive()).event_name == "MESSAGE_DELETE"
    assert shard.stats.decoded > decoded


async def test_a_handler_may_wait_for_what_comes_after_its_own_event(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=4)  # so small that what comes in between fills it
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @shard.once(MessageCreate)
    async def ask(event: MessageCreate, shard: Shard) -> None:
        answer = await shard.wait_for(MessageDelete, lambda event: event.id == 777, timeout=10)
        answered.set_result(answer.id)

    shard.on(MessageCreate)(nothing)

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_CREATE")
    for _ in range(20):
        await sim.emit("MESSAGE_CREATE")
    await sim.emit("MESSAGE_DELETE", deleted(777))
    assert await asyncio.wait_for(answered, 10) == 777
    await shard.close()
    await task


async def test_a_wait_in_a_handler_ends_when_far_too_much_has_come_meanwhile(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard(queue_size=2)
    failed = asyncio.Event()
    finished = asyncio.Event()
    errors: list[Exception] = []

    @shard.on(MessageDelete)
    async def ask(event: MessageDelete, shard: Shard) -> None:
        if not failed.is_set():
            await shard.wait_for(MessageCreate)
        elif event.id == 29:
            finished.set()

    @shard.on_error
    async def note(error: Exception, event: Event | None) -> None:
        errors.append(error)
        failed.set()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(30):
        await sim.emit("MESSAGE_DELETE", deleted(number))
    await asyncio.wait_for(failed.wait(), 10)
    assert isinstance(errors[0], StateError)
    assert "events came meanwhile; wait in a task of its own" in str(errors[0])
    await asyncio.wait_for(finished.wait(), 10)
    await shard.close()
    await task


async def test_the_reader_of_a_stream_may_wait_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=2)
    stream = shard.events(MessageDelete)
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", deleted(0))
    await anext(stream)
    waiting = asyncio.create_task(shard.wait_for(MessageCreate, timeout=10))
    await asyncio.sleep(0)
    for number in range(1, 12):
        await sim.emit("MESSAGE_DELETE", deleted(number))
    await sim.emit("MESSAGE_CREATE")
    await waiting
    assert [(await anext(stream)).id for _ in range(11)] == list(range(1, 12))


async def test_an_error_in_the_predicate_is_raised_where_it_was_passed(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for(MessageDelete, lambda event: 1 // 0 == 1, timeout=5))
    await asyncio.sleep(0)
    await sim.emit("MESSAGE_DELETE", deleted(1))
    with pytest.raises(ZeroDivisionError):
        await waiting
    assert sim.connections[0].open


async def test_a_wait_ends_with_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for(Event, timeout=5))
    await asyncio.sleep(0)
    await shard.close()
    with pytest.raises(StateError, match="the shard was closed"):
        await waiting
    shard = make_shard(intents=0)
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for(Event, timeout=5))
    await asyncio.sleep(0)
    await sim.close(4004)
    with pytest.raises(FatalCloseError):
        await waiting


async def test_a_handler_that_waits_does_not_hold_up_closing_and_is_no_error(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    shard = make_shard()
    ended: list[int] = []

    @shard.on(MessageDelete)
    async def wait(event: MessageDelete) -> None:
        try:
            await shard.wait_for(MessageCreate)
        finally:
            ended.append(event.id)

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    waiting = asyncio.create_task(shard.wait_for(MessageDelete, lambda event: event.id == 3))
    for number in (1, 2, 3):
        await sim.emit("MESSAGE_DELETE", deleted(number))
    await waiting
    await asyncio.wait_for(shard.close(grace=1000), 10)
    await task
    assert ended == [1, 2, 3]
    assert shard.stats.handler_errors == 0
    assert "raised" not in caplog.text
    later = asyncio.create_task(shard.wait_for(MessageDelete))  # for the next time that it runs
    await shard.connect()
    await sim.emit("MESSAGE_DELETE", deleted(4))
    assert (await asyncio.wait_for(later, 10)).id == 4


async def test_a_predicate_is_a_plain_function(make_shard: MakeShard) -> None:
    async def fits(event: MessageDelete) -> bool:
        return True

    with pytest.raises(ConfigurationError, match="takes a plain function as its predicate"):
        await make_shard().wait_for(MessageDelete, fits)  # type: ignore[arg-type]


async def test_what_can_never_come_is_refused_at_once(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILDS)
    await shard.connect()
    with pytest.raises(ConfigurationError, match=r"GUILD_MEMBER_ADD .* needs Intents.GUILD_MEMBERS"):
        await shard.wait_for(GuildMemberAdd)
    with pytest.raises(ConfigurationError, match="TYPING_START"):
        shard.stream(TypingStart)
    with pytest.raises(ConfigurationError, match="takes event classes"):
        await shard.wait_for(int)  # type: ignore[type-var]


async def test_waits_and_streams_that_are_there_at_the_start_count_for_the_intents(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    stream = shard.stream(TypingStart)
    waiting = asyncio.create_task(shard.wait_for(MessageDelete, where="direct"))
    await asyncio.sleep(0)
    await shard.connect()
    expected = Intents.GUILD_MESSAGE_TYPING | Intents.DIRECT_MESSAGE_TYPING | Intents.DIRECT_MESSAGES
    assert sim.identifies[0]["intents"] & int(expected) == int(expected)
    assert not sim.identifies[0]["intents"] & int(Intents.GUILD_MEMBERS)
    waiting.cancel()
    stream.drop()


async def test_only_what_comes_from_there_is_taken(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    direct: list[int] = []
    everywhere: list[int] = []

    @shard.on(MessageDelete, where="direct")
    async def in_private(event: MessageDelete) -> None:
        direct.append(event.id)

    @shard.on(MessageDelete)
    async def anywhere(event: MessageDelete) -> None:
        everywhere.append(event.id)

    stream = shard.stream(MessageDelete, where="guild")
    task = asyncio.create_task(shard.run())
    session = await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", deleted(1))
    await sim.emit("MESSAGE_DELETE", deleted(2, guild_id=session.guild_ids[0]))
    assert (await anext(stream)).id == 2
    await shard.close()
    await task
    assert (direct, everywhere) == ([1], [1, 2])


async def test_events_before_the_stream_are_not_in_it(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES)
    await shard.connect()
    await sim.emit("MESSAGE_DELETE", deleted(1))
    while not isinstance(await shard.receive(), MessageDelete):
        pass
    stream = shard.stream(MessageDelete, MessageCreate)
    await sim.emit("MESSAGE_DELETE", deleted(2))
    assert (await anext(stream)).id == 2
