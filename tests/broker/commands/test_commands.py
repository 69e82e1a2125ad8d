"""Commands and questions to a shard of another host, over a bus, with a real shard and a gateway on loopback."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any

import pytest

from gatewaysdk import (
    CommandError,
    Intents,
    PresenceActivity,
    RequestTimeout,
    Shard,
    StateError,
    UpdatePresence,
)
from gatewaysdk.broker import Engine, memory_engine
from gatewaysdk.broker.commands import serve_shard
from gatewaysdk.broker.commands.jobs import WAIT, Jobs
from gatewaysdk.broker.commands.wire import dump_error, load_command, load_error
from gatewaysdk.broker.consumer import EventConsumer
from gatewaysdk.errors import NobodyServes, SendTimeout, ShardsMissing
from gatewaysdk.simulator import Simulator

from ..conftest import Connect

EVERYTHING = Intents(sum(Intents))


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(guilds=4, members=30, shards=2, max_concurrency=16) as simulator:
        yield simulator


@asynccontextmanager
async def served(sim: Simulator, engine: Engine, *shard_ids: int) -> AsyncIterator[list[Shard]]:
    """Run shards, of two, and serve them meanwhile."""
    shards = [Shard(sim.token, url=sim.url, shard=(one, 2), intents=EVERYTHING) for one in shard_ids]
    async with AsyncExitStack() as stack:
        for shard in shards:
            await shard.connect()
            stack.push_async_callback(shard.close)
            await stack.enter_async_context(serve_shard(engine.bus, (shard.shard_id, 2), partial(_itself, shard)))
        yield shards


def _itself(shard: Shard) -> Shard:
    return shard


def make(engine: Engine, num_shards: int | None = 2) -> EventConsumer:
    return EventConsumer("bot", engine.log, bus=engine.bus, num_shards=num_shards)


def guild_on(sim: Simulator, shard_id: int) -> int:
    return next(guild_id for guild_id in sim.guild_ids if (guild_id >> 22) % 2 == shard_id)


async def test_members_come_part_by_part_from_the_shard_of_their_guild(sim: Simulator) -> None:
    engine = memory_engine()
    consumer = make(engine)
    async with asyncio.timeout(30), served(sim, engine, 0, 1):
        for shard_id in (0, 1):
            guild_id = guild_on(sim, shard_id)
            members = await consumer.request_guild_members(guild_id=guild_id, query="", limit=0)
            assert len(members) == len({member.user.id for member in members if member.user is not None}) == 30
        chunks = [chunk async for chunk in consumer.request_guild_members(guild_id=guild_id, query="", limit=0)]
        assert [chunk.chunk_index for chunk in chunks] == list(range(len(chunks)))


async def test_sounds_and_channel_info_and_voice(sim: Simulator) -> None:
    engine = memory_engine()
    consumer = make(engine)
    async with asyncio.timeout(30), served(sim, engine, 0, 1):
        sounds = await consumer.request_soundboard_sounds(guild_ids=list(sim.guild_ids))
        assert {one.guild_id for one in sounds} == set(sim.guild_ids)
        info = await consumer.request_channel_info(guild_id=guild_on(sim, 1), fields=["status"])
        assert info.guild_id == guild_on(sim, 1)
        voice = await consumer.join_voice(guild_id=guild_on(sim, 0), channel_id=5)
        assert voice.session_id
        assert voice.endpoint
        assert await consumer.leave_voice(guild_id=guild_on(sim, 0)) >= 0


async def test_a_presence_goes_to_all_shards_and_those_that_nobody_holds_are_named(sim: Simulator) -> None:
    engine = memory_engine()
    consumer = make(engine)
    activity = PresenceActivity(name="chess", type=0)
    async with asyncio.timeout(30):
        async with served(sim, engine, 0, 1) as shards:
            await consumer.update_presence(since=None, activities=[activity], status="idle", afk=False)
            assert [shard.stats.commands for shard in shards] == [1, 1]
        async with served(sim, engine, 1) as shards:
            with pytest.raises(ShardsMissing, match="has not reached 1 of 2 shards: 0") as missing:
                await consumer.update_presence(since=None, activities=[], status="idle", afk=False)
            assert missing.value.missing == (0,)
            assert shards[0].stats.commands == 1, "the others have it"


async def test_over_the_bus_of_each_engine(sim: Simulator, connect: Connect, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.broker.commands.jobs._MOST_BYTES", 500)  # so that each chunk comes in pieces
    here, there = await connect(), await connect()
    consumer = make(here)
    async with asyncio.timeout(60):
        with pytest.raises(NobodyServes):
            await consumer.leave_voice(guild_id=guild_on(sim, 0))
        async with served(sim, there, 0):
            members = await consumer.request_guild_members(guild_id=guild_on(sim, 0), query="", limit=0)
            assert len(members) == 30
            with pytest.raises(ShardsMissing, match="1 of 2 shards: 1"):
                await consumer.update_presence(since=None, activities=[], status="idle", afk=False)
        with pytest.raises(NobodyServes):
            await consumer.leave_voice(guild_id=guild_on(sim, 0))


async def test_nobody_there_is_an_error_at_once(sim: Simulator) -> None:
    engine = memory_engine()
    async with asyncio.timeout(1):
        with pytest.raises(NobodyServes):
            await make(engine).request_guild_members(guild_id=guild_on(sim, 0), query="", limit=0)
        with pytest.raises(NobodyServes):
            await make(engine).leave_voice(guild_id=guild_on(sim, 0))


async def test_errors_of_the_shard_come_back_as_what_they_are(sim: Simulator) -> None:
    engine = memory_engine()
    consumer = make(engine)
    shard = Shard(sim.token, url=sim.url, shard=(0, 2), intents=Intents.GUILDS)
    async with serve_shard(engine.bus, (0, 2), lambda: shard), shard:
        with pytest.raises(StateError, match="before the shard is connected"):
            await consumer.leave_voice(guild_id=guild_on(sim, 0))
        await shard.connect()
        with pytest.raises(CommandError, match="GUILD_MEMBERS") as refused:
            await consumer.request_guild_members(guild_id=guild_on(sim, 0), query="", limit=0)
        assert refused.value.command == "RequestGuildMembers"
        other = (1 << 60) + (2 << 22)  # of shard 0, but no guild of the bot's
        with pytest.raises(RequestTimeout) as timeout:
            await consumer.request_guild_members(guild_id=other, query="a", limit=1, timeout=0.05)
        assert timeout.value.came == "nothing"


async def test_a_loop_that_is_left_ends_the_request_there(sim: Simulator) -> None:
    engine = memory_engine()
    consumer = make(engine)
    async with asyncio.timeout(30), served(sim, engine, 0) as (shard,):
        stream = aiter(consumer.request_guild_members(guild_id=guild_on(sim, 0), query="", limit=0))
        await anext(stream)
        assert shard._runtime.delivery.readers.taps
        await stream.aclose()
        assert not [tap for tap in shard._runtime.delivery.readers.taps if not tap.closed]


async def test_without_a_bus_or_a_number_of_shards_it_says_what_is_missing(sim: Simulator) -> None:
    engine = memory_engine()
    with pytest.raises(StateError, match="pass num_shards="):
        await make(engine, None).leave_voice(guild_id=1)
    with pytest.raises(StateError, match="pass bus="):
        await EventConsumer("bot", engine.log).leave_voice(guild_id=1)


# The parts


async def test_a_long_part_comes_in_pieces_and_a_slow_one_says_that_it_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.broker.commands.jobs.POLL", 0.01)
    monkeypatch.setattr("gatewaysdk.broker.commands.jobs._MOST_BYTES", 10)
    go_on = asyncio.Event()

    async def work() -> Any:
        yield "x" * 25
        await go_on.wait()
        yield 1.5

    jobs = Jobs()
    jobs.begin("a", work())
    assert [await jobs.next("a") for _ in range(3)] == [b'F"xxxxxxxxx', b"Fxxxxxxxxxx", b'Ixxxxxx"']
    assert await jobs.next("a") == WAIT
    go_on.set()
    assert [await jobs.next("a") for _ in range(2)] == [b"I1.5", b"E"]
    with pytest.raises(StateError, match="ask again"):
        await jobs.next("a")
    await jobs.close()


async def test_what_nobody_pulls_any_more_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.broker.commands.jobs._IDLE", 0.01)
    left = asyncio.Event()

    async def work() -> Any:
        try:
            yield 1
            yield 2
        finally:
            left.set()

    jobs = Jobs()
    jobs.begin("a", work())
    await jobs.next("a")
    async with asyncio.timeout(10):
        await left.wait()
    await jobs.close()


@pytest.mark.parametrize(
    "plain",
    [
        None,
        {"op": 2, "d": {"token": "x"}},
        {"op": 8, "d": []},
        {"op": 8, "d": {"guild_id": "1", "query": "", "limit": 0, "other": 1}},
        {"op": 3, "d": {"since": None, "activities": [{"x": 1}], "status": "idle", "afk": False}},
    ],
)
def test_what_is_no_command_is_refused(plain: Any) -> None:
    with pytest.raises(CommandError):
        load_command(plain)


def test_a_command_is_the_same_over_json() -> None:
    command = UpdatePresence(since=5, activities=[PresenceActivity(name="chess", type=0)], status="idle", afk=True)
    plain = json.loads(json.dumps({"op": command.opcode, "d": command.payload()}))
    assert load_command(plain) == command


def test_an_error_is_the_same_over_json_and_a_foreign_one_says_the_same() -> None:
    error = load_error(json.loads(json.dumps(dump_error(SendTimeout("UpdatePresence", 5.0, 2.5)))))
    assert isinstance(error, SendTimeout)
    assert (error.command, error.timeout, error.wait) == ("UpdatePresence", 5.0, 2.5)
    assert str(error) == str(SendTimeout("UpdatePresence", 5.0, 2.5))
    foreign = load_error(json.loads(json.dumps(dump_error(KeyError("x")))))
    assert isinstance(foreign, StateError)
    assert "KeyError" in str(foreign)
