"""Another number of shards while events go on, over real sockets."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    FatalCloseError,
    GatewayBot,
    GuildCreate,
    MemorySessionStore,
    MessageDelete,
    SessionStartLimit,
    SessionStartsExhausted,
    Shard,
    ShardManager,
    StateError,
)
from gatewaysdk.fleet import hints
from gatewaysdk.fleet.local import LocalFleet
from gatewaysdk.fleet.reshard import matching_shard_ids, start_seconds
from gatewaysdk.simulator import Simulator

from ..requests.fakes import in_virtual_time, now
from .conftest import MakeManager, emit_in, running
from .reshards import reshard_once
from .stream import Stream


@pytest.mark.parametrize(("encoding", "seed"), [("json", 1), ("etf", 2)])
async def test_each_event_is_handled_once_and_in_order(make_manager: MakeManager, encoding: str, seed: int) -> None:
    async with Simulator(guilds=16, shards=4, max_concurrency=16, enforce_limits=True) as sim:
        manager = make_manager(api_url=sim.api_url, encoding=encoding)
        stream = Stream(sim, manager, seed, cuts=6)
        created: list[int] = []

        @manager.on(GuildCreate)
        async def on_guild(event: GuildCreate) -> None:
            created.append(int(event.id))

        async with running(manager):
            sending = asyncio.create_task(stream.send_on())
            plan = await manager.plan_reshard(8)
            assert str(plan).startswith("from 4 to 8 shards: 8 sessions of 996 that are left")
            assert await manager.reshard(8, quiet=0.2) == plan
            assert list(manager.shards) == list(range(8))
            assert manager.num_shards == 8
            await stream.finish()
            await sending
        stream.check()
        assert sorted(created) == sorted(sim.guild_ids)
        assert {tuple(one["shard"]) for one in sim.identifies[4:]} == {(n, 8) for n in range(8)}
        assert not [one for one in sim.sessions if one.shard is not None and one.shard[1] == 4]


async def test_the_stream_counts_what_went_wrong(sim: Simulator, make_manager: MakeManager) -> None:
    stream = Stream(sim, make_manager(), 0, cuts=0)
    first, second, *_ = sim.guild_ids
    stream.sent |= {first: 4, second: 2}
    stream.got |= {first: [1, 3, 2, 2], second: [1, 2]}
    assert stream.faults() == (1, 1, 1)


async def test_the_command_prints_what_came_of_a_seed() -> None:
    words, good = await reshard_once(3)
    assert good
    assert words.startswith("etf")
    assert words.endswith("12 IDENTIFYs; missing 0, twice 0, out of order 0")


async def test_fewer_shards_and_back(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    stream = Stream(sim, manager, 3, cuts=0)
    async with running(manager):
        sending = asyncio.create_task(stream.send_on())
        await manager.reshard(2, quiet=0.1)
        assert list(manager.shards) == [0, 1]
        with pytest.raises(ConfigurationError, match="2 shards cannot become 2"):
            await manager.plan_reshard(2)
        await stream.finish()
        await sending
    stream.check()


async def test_a_new_fleet_that_is_refused_leaves_the_old_one(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    stream = Stream(sim, manager, 4, cuts=0)
    async with running(manager):
        sending = asyncio.create_task(stream.send_on())
        changing = asyncio.create_task(manager.reshard(8))
        await sim.wait_for(lambda: len(sim.sessions) > 5, 20)
        with pytest.raises(StateError, match="the shards become 8 just now"):
            await manager.reshard(16)
        await sim.wait_for(lambda: any(one.shard_id == 7 for one in sim.sessions), 20)
        await sim.close(4010, shard=7)
        with pytest.raises(FatalCloseError, match="4010"):
            await asyncio.wait_for(changing, 20)
        assert list(manager.shards) == [0, 1, 2, 3]
        await stream.finish()
        await sending
    stream.check()


async def test_too_few_sessions_are_left(make_manager: MakeManager) -> None:
    async with Simulator(guilds=4, shards=2, max_concurrency=16, session_starts=16) as sim:
        manager = make_manager(api_url=sim.api_url, intents=0)
        async with running(manager):
            with pytest.raises(SessionStartsExhausted, match="8 are wanted"):
                await manager.reshard(8)
            assert len(sim.identifies) == 2


async def test_it_needs_a_manager_that_runs(make_manager: MakeManager) -> None:
    with pytest.raises(StateError, match="call run"):
        await make_manager(intents=0).reshard(8)


@pytest.mark.parametrize(
    ("ids", "before", "after", "expected"),
    [
        (range(4), 4, 8, range(8)),
        (range(8), 8, 4, range(4)),
        ((1, 3), 4, 8, (1, 3, 5, 7)),
        ((1, 5), 8, 4, (1,)),
        (range(16), 16, 24, range(24)),
        ((0, 8), 16, 24, (0, 8, 16)),
        (range(3), 3, 5, range(5)),
    ],
)
def test_the_shards_of_the_same_guilds(ids: Any, before: int, after: int, expected: Any) -> None:
    found = matching_shard_ids(tuple(ids), before, after)
    assert found == tuple(expected)
    guilds = range(before * after)
    assert {one for one in guilds if one % before in set(ids)} == {one for one in guilds if one % after in found}


@pytest.mark.parametrize(("ids", "before", "after"), [((0,), 2, 3), ((1,), 8, 4), ((0, 1), 16, 24)])
def test_guilds_do_not_move_between_managers(ids: tuple[int, ...], before: int, after: int) -> None:
    with pytest.raises(ConfigurationError, match="would move to another manager"):
        matching_shard_ids(ids, before, after)


@pytest.mark.parametrize(("identifies", "concurrency", "seconds"), [(0, 1, 0), (1, 1, 0), (64, 1, 315), (64, 16, 15)])
def test_how_long_identifies_take(identifies: int, concurrency: int, seconds: float) -> None:
    assert start_seconds(identifies, concurrency) == seconds


async def test_handlers_get_the_shard_that_the_event_came_from(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    shards: set[int] = set()

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete, shard: Shard) -> None:
        shards.add(shard.num_shards)

    async with running(manager):
        await manager.reshard(8, quiet=0.1)
        await emit_in(sim, sim.guild_ids[0], "MESSAGE_DELETE", id="1", channel_id="1")
        await manager.wait_for(MessageDelete, timeout=20)
    assert shards == {8}


async def test_nothing_is_left_between_the_shards_and_their_handlers(
    sim: Simulator, make_manager: MakeManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What the old shards have shown before the new ones were there is forgotten after this time.
    monkeypatch.setattr("gatewaysdk.fleet.matching.EXPIRY", 1.0)
    manager = make_manager()
    stream = Stream(sim, manager, 5, cuts=0)
    async with running(manager):
        sending = asyncio.create_task(stream.send_on())
        await manager.reshard(8, quiet=0.1)
        fleet = manager._fleet
        assert isinstance(fleet, LocalFleet)
        assert fleet._fading is not None
        await asyncio.wait_for(fleet._fading, 20)  # although events go on, which no other fleet will show
        for shard in fleet.running():
            shard.delivery.readers.forget_closed()
            assert (shard.delivery.readers.taps, shard.delivery.withheld) == ([], {})
            assert shard.delivery.take_in == shard.delivery.put
        await stream.finish()
        await sending
    stream.check()


async def test_who_stops_waiting_for_the_change_leaves_one_fleet(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager()
    stream = Stream(sim, manager, 6, cuts=0)
    async with running(manager):
        sending = asyncio.create_task(stream.send_on())
        changing = asyncio.create_task(manager.reshard(8, quiet=60))
        await sim.wait_for(lambda: list(manager.shards) == list(range(8)), 30)
        changing.cancel()
        await asyncio.wait([changing], timeout=20)
        assert changing.cancelled()
        assert sum(one.open for one in sim.connections) == 8
        await stream.finish()
        await sending
    stream.check()


async def test_a_manager_that_is_closed_ends_the_change(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with running(manager):
        changing = asyncio.create_task(manager.reshard(8, quiet=60))
        await sim.wait_for(lambda: list(manager.shards) == list(range(8)), 30)
    with pytest.raises(StateError, match="were closed"):
        await asyncio.wait_for(changing, 20)
    assert not any(one.open for one in sim.connections)


async def test_sessions_of_an_earlier_fleet_of_that_size_are_given_up(
    sim: Simulator, make_manager: MakeManager
) -> None:
    store = MemorySessionStore()
    async with running(make_manager(shards=8, intents=0, session_store=store)):
        assert len(store.sessions) == 8
    manager = make_manager(intents=0, session_store=store)
    async with running(manager):
        await manager.reshard(8, quiet=0.1)
        assert not sim.resumes
        assert len(sim.identifies) == 8 + 4 + 8


# Hints


async def test_4011_starts_an_auto_fleet_with_more_shards(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with running(manager) as task:
        sim._state.settings = replace(sim._state.settings, shards=6)
        await sim.close(4011, shard=0)
        await sim.wait_for(lambda: sum(one["shard"][1] == 6 for one in sim.identifies) == 6, 20)
        assert not task.done()
        assert manager.num_shards == 6


async def test_4011_ends_a_fleet_whose_size_was_chosen_or_that_is_as_large_as_recommended(
    sim: Simulator, make_manager: MakeManager
) -> None:
    for options in ({"shards": 2}, {}):
        async with running(make_manager(intents=0, **options)) as task:
            await sim.close(4011, shard=0)
            with pytest.raises(FatalCloseError, match="4011"):
                await asyncio.wait_for(task, 20)
        sim.forget_sessions()


@in_virtual_time
async def test_a_fleet_follows_what_discord_recommends() -> None:
    asked: list[int] = []
    answers = iter([4, 8, 16])

    class Fleet:
        num_shards = 4

        def fit(self, total: int) -> int:
            return total

        async def reshard(self, total: int, quiet: float) -> None:
            asked.append(total)
            if total == 16:
                raise StateError("the shards become 8 just now")
            self.num_shards = total

    async def ask(token: Any, api_url: str) -> Any:
        number = next(answers, None)
        if number is None:
            raise ConfigurationError("that is all")
        return GatewayBot(url="", shards=number, session_start_limit=SessionStartLimit())

    chosen = ShardManager("any-token", intents=0)._chosen
    fleet: Any = Fleet()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hints, "ask_gateway_bot", ask)
        with pytest.raises(ConfigurationError, match="that is all"):
            await hints.follow_hints(fleet, chosen, 3600)
    assert asked == [8, 16]
    assert now() == pytest.approx(4 * 3600)


@pytest.mark.parametrize("given", [{"auto_reshard": 5}, {"auto_reshard": 3600, "shards": 4}])
def test_looks_that_cannot_be(given: Any) -> None:
    with pytest.raises(ConfigurationError, match="auto_reshard"):
        ShardManager("any-token", **given)
