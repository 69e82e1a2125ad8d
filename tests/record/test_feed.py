"""A handler test runs on a recording in a line: handlers get what came, and what they raise is raised."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    InvalidEvent,
    MessageCreate,
    MessageDelete,
    Ready,
    Shard,
    ShardManager,
    StateError,
    TypingStart,
    UnknownEvent,
    UpdatePresence,
)
from gatewaysdk.errors import RecordingError
from gatewaysdk.record import Recording, feed
from gatewaysdk.simulator import EVENT_NAMES, sample
from gatewaysdk.structs import MessageCreate as MessageStruct

from .conftest import READY, Write, dispatch

MESSAGE = dispatch("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True))
DELETION = dispatch("MESSAGE_DELETE", {"id": "1", "channel_id": "2"})


async def test_a_line_is_a_test(write: Write) -> None:
    shard = Shard("any")
    seen = []

    @shard.on(MessageCreate)
    async def read(event: MessageCreate) -> None:
        seen.append(event.content)

    assert await feed(shard, write([READY, MESSAGE, DELETION, MESSAGE])) == 2
    assert seen == [MESSAGE.d["content"]] * 2


@pytest.mark.parametrize("encoding", ["json", "etf"])
async def test_every_event_is_decoded_as_live_ones_are(write: Write, encoding: str) -> None:
    shard = Shard("any")  # whatever its own encoding is
    seen: list[Event] = []

    @shard.on(Event)
    async def keep(event: Event) -> None:
        seen.append(event)

    frames = [dispatch(name, sample(name, seed=0, full=True)) for name in EVENT_NAMES]
    frames += [dispatch("BRAND_NEW", {"a": 1}), dispatch("MESSAGE_DELETE", {"id": "1"}), dispatch("TYPING_START", 5)]
    assert await feed(shard, write(frames, encoding=encoding)) == len(frames)
    assert all(not event.violations for event in seen[:-3])
    unknown, broken, invalid = seen[-3:]
    assert isinstance(unknown, UnknownEvent)
    assert [one.path for one in broken.violations] == [("channel_id",)]
    assert isinstance(invalid, InvalidEvent)


async def test_an_error_of_a_handler_is_raised_at_once(write: Write) -> None:
    shard = Shard("any")
    hooked: list[Exception] = []
    seen: list[str] = []

    @shard.on_error
    async def hook(error: Exception, event: Any) -> None:
        hooked.append(error)

    @shard.on(MessageDelete)
    async def fail(event: MessageDelete) -> None:
        raise ZeroDivisionError("of the handler")

    @shard.on(MessageCreate)
    async def keep(event: MessageCreate) -> None:
        seen.append(event.content)

    path = write([MESSAGE, dispatch("MESSAGE_DELETE", {"id": "1", "channel_id": 3.5}), MESSAGE])
    with pytest.raises(ZeroDivisionError, match="of the handler"):
        await feed(shard, path)
    assert len(seen) == 1
    assert [type(error).__name__ for error in hooked] == ["PayloadError"]  # what is broken is told as ever


async def test_raw_handlers_streams_and_structs_get_theirs(write: Write) -> None:
    shard = Shard("any")
    seen: list[object] = []

    @shard.on_raw("MESSAGE_CREATE")
    async def raw(data: Any) -> None:
        seen.append(data["id"])

    @shard.on(MessageStruct)
    async def struct(event: MessageStruct) -> None:
        seen.append(event.id)

    assert await feed(shard, write([MESSAGE])) == 1
    assert seen == [MESSAGE.d["id"], int(MESSAGE.d["id"])]


async def test_the_bot_knows_who_it_is_and_that_it_is_not_connected(write: Write) -> None:
    shard = Shard("any")
    ids = []

    @shard.on(Ready)
    async def ready(event: Ready, shard: Shard) -> None:
        ids.append(shard.user_id)
        with pytest.raises(StateError, match="cannot be sent before the shard is connected"):
            await shard.send(UpdatePresence(since=None, activities=[], status="idle", afk=False))

    assert await feed(shard, write([READY])) == 1
    assert ids == [77]
    assert shard.user_id is None


async def test_a_handler_may_wait_for_a_later_event(write: Write) -> None:
    shard = Shard("any")
    seen = []

    @shard.on(MessageDelete)
    async def ask(event: MessageDelete) -> None:
        first = await shard.wait_for(MessageCreate)
        second = await shard.wait_for(TypingStart)
        seen.append((first.content, second.event_name))

    typing = dispatch("TYPING_START", sample("TYPING_START", seed=0, full=True))
    assert await feed(shard, write([DELETION, typing, MESSAGE, typing, MESSAGE])) >= 1
    assert seen == [(MESSAGE.d["content"], "TYPING_START")]


async def test_a_wait_for_what_never_comes_ends_with_the_recording(write: Write) -> None:
    shard = Shard("any")
    begun = []

    @shard.on(MessageDelete)
    async def ask(event: MessageDelete) -> None:
        begun.append(event.id)
        await shard.wait_for(MessageCreate)

    async with asyncio.timeout(5):
        assert await feed(shard, write([DELETION])) == 1
    assert begun == [1]


async def test_more_events_than_the_queue_holds_with_concurrency(write: Write) -> None:
    shard = Shard("any", queue_size=4, concurrency="channel")
    running, most, count = 0, 0, 0

    @shard.on(MessageDelete)
    async def slow(event: MessageDelete) -> None:
        nonlocal running, most, count
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1
        count += 1

    frames = [dispatch("MESSAGE_DELETE", {"id": "1", "channel_id": str(number % 3)}) for number in range(100)]
    assert await feed(shard, write(frames)) == count == 100
    assert 1 < most <= 4


async def test_a_shard_connects_as_ever_after_it_was_fed(write: Write) -> None:
    from gatewaysdk.simulator import Simulator

    seen = []
    async with Simulator(token="any") as sim:
        shard = Shard("any", url=sim.url)

        @shard.on(Ready)
        async def ready(event: Ready) -> None:
            seen.append(event.user.id)

        path = write([READY])
        for _ in range(2):
            await feed(shard, path)
        assert seen == [77, 77]
        async with shard:
            events = shard.events(Ready)
            live = await anext(events)  # handlers run before the event comes out here
    assert seen == [77, 77, live.user.id]
    assert len(sim.identifies) == 1


async def test_a_handler_that_comes_meanwhile_gets_live_events_later(write: Write) -> None:
    shard = Shard("any")
    assert shard._runtime.delivery.plans["MESSAGE_DELETE"].typed is False  # cached, as after a connection

    @shard.on(MessageCreate)
    async def register(event: MessageCreate) -> None:
        @shard.on(MessageDelete)
        async def late(event: MessageDelete) -> None:
            pass

    assert await feed(shard, write([DELETION, MESSAGE, DELETION])) == 2
    assert shard._runtime.delivery.plans["MESSAGE_DELETE"].typed is True


async def test_a_manager_gives_each_shard_its_events(write: Write) -> None:
    manager = ShardManager("any")
    seen = []

    @manager.on(MessageDelete)
    async def keep(event: MessageDelete, shard: Shard) -> None:
        seen.append((event.id, shard.shard_id, shard.num_shards))

    frames = [dispatch("MESSAGE_DELETE", {"id": str(number), "channel_id": "2"}) for number in range(4)]
    assert await feed(manager, Recording(write(frames, shards=2))) == 4
    assert seen == [(0, 0, 2), (1, 1, 2), (2, 0, 2), (3, 1, 2)]


async def test_the_pauses_are_those_of_the_recording_but_shorter(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    from gatewaysdk.record import pace

    slept: list[float] = []
    now = 100.0

    async def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(seconds)
        now += seconds

    timer = pace.Pace(10, lambda: now, sleep)
    for time in (5_000_000, 6_000_000, 6_000_000, 16_000_000):
        await timer.wait(time)
    assert slept == pytest.approx([0.1, 1.0])
    assert await feed(Shard("any"), write([MESSAGE], step=3.0), speed=2) == 0  # the first is due at once


async def test_what_would_get_no_events_is_refused(write: Write) -> None:
    path = write([MESSAGE])
    shard = Shard("any")
    stream = shard.stream(MessageCreate)
    with pytest.raises(StateError, match="open stream"):
        await feed(shard, path)
    await stream.aclose()
    manager = ShardManager("any")
    held = manager.stream(MessageCreate)
    with pytest.raises(StateError, match="open stream"):
        await feed(manager, path)
    await held.aclose()
    with pytest.raises(ConfigurationError, match="speed is 0"):
        await feed(shard, path, speed=0)


async def test_the_sound_part_of_a_damaged_file_is_fed(write: Write) -> None:
    path = write([MESSAGE] * 3)
    path.write_bytes(path.read_bytes() + b"more")
    seen = []
    shard = Shard("any")

    @shard.on(MessageCreate)
    async def keep(event: MessageCreate) -> None:
        seen.append(event)

    with pytest.raises(RecordingError, match="damaged after 3 sound records"):
        await feed(shard, path)
    assert len(seen) == 3
