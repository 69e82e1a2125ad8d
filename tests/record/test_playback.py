"""A playback sends a recording to any client, as a gateway would."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Event, Intents, MessageCreate, MessageDelete, Ready, Shard
from gatewaysdk.record import Playback
from gatewaysdk.simulator import sample

from .conftest import READY, Write, dispatch

ALL = Intents(sum(Intents))
RESUMED = dispatch("RESUMED", {})


def deletions(count: int) -> list[Any]:
    return [dispatch("MESSAGE_DELETE", {"id": str(number), "channel_id": "2"}, 900 + number) for number in range(count)]


async def take(shard: Shard, count: int) -> list[Event]:
    """Connect and return the first events."""
    found = []
    async with shard, asyncio.timeout(10):
        async for event in shard.events():
            found.append(event)
            if len(found) == count:
                return found
    raise AssertionError("the shard ended")


@pytest.mark.parametrize("recorded", ["json", "etf"])
@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("compress", ["none", "zlib-stream", "zstd-stream"])
async def test_any_client_gets_the_events_with_numbers_and_a_session_of_its_own(
    write: Write, recorded: str, encoding: Any, compress: Any
) -> None:
    message = dispatch("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True), 77)
    # A second session follows in the recording; its READY would confuse a client that has one.
    path = write([READY, *deletions(2), RESUMED, READY, message], encoding=recorded)
    async with Playback(path) as sim:
        shard = Shard(sim.token, url=sim.url, intents=ALL, encoding=encoding, compress=compress)
        ready, *rest, last = await take(shard, 4)
        assert isinstance(ready, Ready)
        assert ready.user.id == 77
        assert ready.resume_gateway_url == sim.url
        assert ready.session_id != "[removed]"
        assert [one.id for one in rest if isinstance(one, MessageDelete)] == [0, 1]
        assert isinstance(last, MessageCreate)
        assert last.content == message.d["content"]
        assert shard.session is not None
        assert shard.session.sequence == 4
        assert sim.problem is None


async def test_ids_that_etf_has_as_integers_are_texts_again(write: Write) -> None:
    frame = dispatch("MESSAGE_DELETE", {"id": 2**60, "channel_id": 5, "guild_id": 2**60 + 1})
    async with Playback(write([READY, frame], encoding="etf")) as sim:
        seen: list[Any] = []
        shard = Shard(sim.token, url=sim.url, intents=ALL)

        @shard.on_raw("MESSAGE_DELETE")
        async def keep(data: Any) -> None:
            seen.append(data)

        await take(shard, 2)
    assert seen == [{"id": str(2**60), "channel_id": 5, "guild_id": str(2**60 + 1)}]


async def test_a_client_that_was_cut_off_resumes_and_misses_nothing(write: Write) -> None:
    async with Playback(write([READY, *deletions(50)])) as sim:
        shard = Shard(sim.token, url=sim.url, intents=ALL)
        ids = []
        async with shard, asyncio.timeout(10):
            async for event in shard.events(MessageDelete):
                ids.append(int(event.id))
                if event.id == 10:
                    await sim.drop()
                if event.id == 49:
                    break
        assert ids == list(range(50))
        assert len(sim.resumes) == 1
        assert len(sim.identifies) == 1


async def test_each_shard_gets_its_own_and_a_client_without_sharding_all(write: Write) -> None:
    frames = [READY, READY, *deletions(4)]
    async with Playback(write(frames, shards=2)) as sim:
        for which, expected in (((0, 2), [0, 2]), ((1, 2), [1, 3]), (None, [0, 1, 2, 3])):
            events = await take(Shard(sim.token, url=sim.url, intents=ALL, shard=which), 1 + len(expected))
            assert isinstance(events[0], Ready)
            assert [int(one.id) for one in events if isinstance(one, MessageDelete)] == expected


async def test_events_that_the_intents_do_not_bring_are_not_sent(write: Write) -> None:
    frames = [READY, *deletions(3), dispatch("CHANNEL_DELETE", sample("CHANNEL_DELETE", seed=0, full=True))]
    async with Playback(write(frames)) as sim:
        events = await take(Shard(sim.token, url=sim.url, intents=Intents.GUILDS), 2)
        assert [one.event_name for one in events] == ["READY", "CHANNEL_DELETE"]


async def test_it_begins_again_if_asked_to(write: Write) -> None:
    async with Playback(write([READY, *deletions(2)]), loop=True) as sim:
        events = await take(Shard(sim.token, url=sim.url, intents=ALL), 6)
        assert [int(one.id) for one in events if isinstance(one, MessageDelete)] == [0, 1, 0, 1, 0]


async def test_a_recording_without_ready_is_sent_after_one_of_the_simulator(write: Write) -> None:
    async with Playback(write(deletions(1))) as sim:
        ready, event = await take(Shard(sim.token, url=sim.url, intents=ALL), 2)
        assert isinstance(ready, Ready)
        assert isinstance(event, MessageDelete)


async def test_the_pauses_are_kept_at_the_speed_asked_for(write: Write) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await asyncio.sleep(0)

    async with Playback(write([READY, *deletions(3)], step=1000.0), speed=10, sleep=sleep) as sim:
        await take(Shard(sim.token, url=sim.url, intents=ALL), 4)
    assert slept == pytest.approx([100, 200, 300], abs=5)


async def test_what_is_sound_of_a_damaged_file_is_sent(write: Write) -> None:
    path = write([READY, *deletions(2)])
    path.write_bytes(path.read_bytes() + b"more")
    async with Playback(path) as sim:
        await take(Shard(sim.token, url=sim.url, intents=ALL), 3)
        await sim.wait_played()
        assert "damaged after 3 sound records" in str(sim.problem)


async def test_a_speed_of_nothing_is_refused(write: Write) -> None:
    with pytest.raises(ConfigurationError, match="speed is -1"):
        Playback(write([READY]), speed=-1)
