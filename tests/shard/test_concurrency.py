"""In order by default; by guild, by channel or by a key of one's own if wanted; and handlers that take too long."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Hashable
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    HandlerTimeout,
    MemorySessionStore,
    MessageDelete,
    Shard,
)
from gatewaysdk.delivery.concurrency import by_channel, by_guild
from gatewaysdk.events import ChannelUpdate, GuildBanAdd, GuildUpdate
from gatewaysdk.simulator import Simulator, sample

from .conftest import MakeShard


def deleted(number: int, channel: int) -> dict[str, str]:
    return {"id": str(number), "channel_id": str(channel)}


async def test_pain_17_events_are_handled_one_after_another(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    log: list[str] = []
    done = asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        log.append(f"begin {event.id}")
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        log.append(f"end {event.id}")
        if event.id == 9:
            done.set()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(10):
        await sim.emit("MESSAGE_DELETE", deleted(number, number))
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await task
    assert log == [f"{what} {number}" for number in range(10) for what in ("begin", "end")]


async def test_events_of_different_channels_do_not_wait_for_one_another(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(concurrency="channel")
    held, passed, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    order: dict[int, list[int]] = {}

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        if event.channel_id == 1:
            await held.wait()
        await asyncio.sleep(0)
        order.setdefault(event.channel_id, []).append(event.id)
        if len(order.get(2, ())) == 20:
            passed.set()
        if len(order.get(1, ())) == 20:
            done.set()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(40):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1 + number % 2))
    await asyncio.wait_for(passed.wait(), 10)
    assert 1 not in order
    held.set()
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await task
    assert order == {1: list(range(0, 40, 2)), 2: list(range(1, 40, 2))}


async def test_the_session_is_held_back_to_before_the_oldest_event_still_in_hand(
    sim: Simulator, make_shard: MakeShard
) -> None:
    store = MemorySessionStore()
    shard = make_shard(concurrency=lambda event: getattr(event, "id", None), session_store=store)
    held, passed = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        if event.id == 3:
            await held.wait()
        seen.append(event.id)
        if len(seen) == 9:
            passed.set()

    task = asyncio.create_task(shard.run())
    session = await sim.wait_for_session()
    before = session.sequence
    for number in range(10):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
    await asyncio.wait_for(passed.wait(), 10)
    await shard.close(grace=0)  # cancels the handler that is held
    await task
    assert store.sessions[None].sequence == before + 3
    assert 3 not in seen


async def test_what_is_worked_on_counts_for_the_bound(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=8, concurrency=lambda event: event.id)
    begun: list[int] = []
    one_more, go, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        begun.append(event.id)
        one_more.set()
        await go.wait()
        if len(begun) == 40:
            done.set()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(8):  # each is worked on before the next one comes, so that none ever waits in the queue
        one_more.clear()
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
        await asyncio.wait_for(one_more.wait(), 10)
    for number in range(8, 40):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
        for _ in range(20):  # turns in which a reader could go on
            await asyncio.sleep(0)
    assert begun == list(range(8))
    go.set()
    await asyncio.wait_for(done.wait(), 10)
    assert begun == list(range(40))
    await shard.close()
    await task


async def test_handlers_of_all_keys_finish_before_the_end(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(concurrency="channel")
    begun, finished = asyncio.Event(), []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        begun.set()
        for _ in range(20):
            await asyncio.sleep(0)
        finished.append(event.id)

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(5):
        await sim.emit("MESSAGE_DELETE", deleted(number, number))
    await asyncio.wait_for(begun.wait(), 10)
    await shard.close(grace=10)
    await task
    assert len(finished) >= 1
    assert not [one for one in asyncio.all_tasks() if one.get_name() == "gatewaysdk handlers of one key"]


async def test_what_the_key_function_raises_is_reported_and_the_event_handled(
    sim: Simulator, make_shard: MakeShard
) -> None:
    def key(event: Event) -> Hashable:
        raise LookupError("no key")

    shard = make_shard(concurrency=key)
    errors: list[Exception] = []
    done = asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        done.set()

    @shard.on_error
    async def note(error: Exception, event: Event | None) -> None:
        errors.append(error)

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", deleted(1, 1))
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await task
    assert [str(error) for error in errors] == ["no key"]


async def test_raw_handlers_and_streams_work_as_well(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(concurrency="guild")
    got: list[Any] = []

    @shard.on_raw("MESSAGE_DELETE")
    async def raw(data: Any) -> None:
        got.append(data["id"])

    stream = shard.events(MessageDelete)
    await sim.wait_for_session()
    for number in range(5):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
    assert [(await anext(stream)).id for _ in range(5)] == list(range(5))
    assert got == ["0", "1", "2", "3", "4"]


async def test_a_handler_that_takes_too_long_is_cancelled_and_reported(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(handler_timeout=0.02)
    errors: list[tuple[Exception, Event | None]] = []
    done = asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        if event.id == 1:
            await asyncio.Event().wait()
        if event.id == 2:
            raise TimeoutError("its own")
        if event.id == 3:
            done.set()

    @shard.on_error
    async def note(error: Exception, event: Event | None) -> None:
        errors.append((error, event))

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in (1, 2, 3):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await task
    (late, of), (own, _) = errors
    assert isinstance(late, HandlerTimeout)
    assert str(late) == "a handler of MessageDelete took longer than handler_timeout, 0.02 s, and was cancelled"
    shown = "".join(traceback.format_exception(late))
    assert shown.count("Traceback") == 1
    assert "await asyncio.Event().wait()" in shown  # where it stood
    assert isinstance(of, MessageDelete)
    assert str(own) == "its own"
    assert shard.stats.handler_errors == 2


async def test_a_cancelled_error_that_a_handler_lets_out_stops_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    errors: list[Exception] = []
    done = asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        if event.id == 1:
            work = asyncio.ensure_future(asyncio.Event().wait())
            work.cancel()
            await work
        done.set()

    @shard.on_error
    async def note(error: Exception, event: Event | None) -> None:
        errors.append(error)

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in (1, 2):
        await sim.emit("MESSAGE_DELETE", deleted(number, 1))
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    await task
    assert [type(error.__cause__) for error in errors] == [asyncio.CancelledError]


def test_keys() -> None:
    message = MessageDelete.model_validate({"id": "1", "channel_id": "2", "guild_id": "3"})
    assert (by_guild(message), by_channel(message)) == (3, 2)
    direct = MessageDelete.model_validate({"id": "1", "channel_id": "2"})
    assert (by_guild(direct), by_channel(direct)) == (None, 2)
    guild = GuildUpdate.model_validate(sample("GUILD_UPDATE", seed=0, full=True))
    assert by_guild(guild) == by_channel(guild) == guild.id
    channel = ChannelUpdate.model_validate(sample("CHANNEL_UPDATE", seed=0, full=True))
    assert by_channel(channel) == channel.id
    ban = GuildBanAdd.model_validate(sample("GUILD_BAN_ADD", seed=0, full=True))
    assert by_channel(ban) == by_guild(ban) == ban.guild_id


@pytest.mark.parametrize("settings", [{"concurrency": "user"}, {"handler_timeout": 0}, {"handler_timeout": -1}])
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(settings))):
        Shard("t", intents=0, **settings)
