"""Shards in worker processes: they run, are reached, and end."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
from pathlib import Path

import pytest

from gatewaysdk import (
    FleetPlanned,
    FleetReady,
    GuildCreate,
    MessageDelete,
    ShardClosed,
    StateError,
    TaskCancelled,
    WorkerEnded,
    WorkerStarted,
)
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator import Simulator

from ..conftest import emit_in, guild_on
from . import program
from .conftest import POSIX, is_running, running

pytestmark = POSIX


async def test_all_shards_are_live_spread_over_workers(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        manager = fleet.manager
        assert await manager.gather(program.pid_and_shards, "") == [
            (fleet.pids[0], [0, 2]),
            (fleet.pids[1], [1, 3]),
        ]
        assert sorted(tuple(one["shard"]) for one in sim.identifies) == [(n, 4) for n in range(4)]
        assert (manager.num_shards, manager.shards) == (4, {})
        assert repr(manager) == "<ShardManager of 4 shards in workers>"
        assert len(fleet.steps.of(FleetPlanned)) == len(fleet.steps.of(FleetReady)) == 1
        for shard_id in range(4):
            await emit_in(sim, guild_on(sim, shard_id, 4), "MESSAGE_DELETE", id=str(shard_id), channel_id="1")
            await fleet.wait_handled(shard_id)
        assert fleet.handled() == [(fleet.pids[number % 2], number, number) for number in range(4)]
    assert {one.reason for one in fleet.steps.of(WorkerEnded)} == {"ended with exit status 0"}
    assert not any(map(is_running, fleet.pids))
    assert len(sim.sessions) == 4, "sessions are kept"


async def test_the_health_of_all_workers_is_one(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        manager = fleet.manager
        async with asyncio.timeout(20):
            while manager.health.live < 4:  # noqa: ASYNC110 - reports come from other processes
                await asyncio.sleep(0.01)
        rows = manager.health.shards
        assert [(one.shard_id, one.worker) for one in rows] == [(0, 0), (1, 1), (2, 0), (3, 1)]
        assert manager.stats.identifies == 4
        assert manager.health.identifies_left == 1000 - 4
        assert manager.user_id is not None
        with pytest.raises(StateError, match=r"on shard 0 of 4, which worker 0 runs"):
            manager.shard_for(guild_on(sim, 0, 4))
        with pytest.raises(StateError, match="use handlers, or gather"):
            manager.stream(MessageDelete)
        with pytest.raises(StateError, match="use handlers, or gather"):
            await manager.wait_for(GuildCreate)
    assert manager.health.live == 0


async def test_what_concerns_a_guild_reaches_its_shard_from_everywhere(
    sim: Simulator, environment: dict[str, str]
) -> None:
    async with running(sim, environment) as fleet:
        manager = fleet.manager
        for shard_id in range(2):
            guild_id = guild_on(sim, shard_id, 4)
            assert await manager.gather(program.count_members, guild_id) == [(5, 5), (5, 5)]
            assert await program.count_members(manager, guild_id) == (5, 5)
        sounds = await manager.request_soundboard_sounds(guild_ids=sim.guild_ids)
        assert {one.guild_id for one in sounds} == set(sim.guild_ids)
        info = await manager.request_channel_info(guild_id=sim.guild_ids[0], fields=["status"])
        assert info.guild_id == sim.guild_ids[0]
        voice = await manager.join_voice(guild_id=sim.guild_ids[1], channel_id=5)
        assert voice.state.user_id == manager.user_id
        await manager.leave_voice(guild_id=sim.guild_ids[1])


async def test_errors_come_back_as_themselves(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        with pytest.raises(StateError, match=r"shards \[0, 2\]|shards \[1, 3\]"):
            await fleet.manager.gather(program.fail)
        with pytest.raises(ConfigurationError, match="result of gather cannot go to another process"):
            await fleet.manager.gather(program.unpicklable)
        await fleet.manager.broadcast(program.unpicklable)
        with pytest.raises(ConfigurationError, match="functions of a module"):
            await fleet.manager.gather(lambda _: None)
        with pytest.raises(StateError, match="cannot wait for its own end"):
            await fleet.manager.gather(program.reload_here)


async def test_a_worker_may_gather_and_show_a_presence_for_all(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        assert await fleet.manager.gather(program.gather_again) == [fleet.pids, fleet.pids]
        await fleet.manager.broadcast(program.show, "idle")
        await sim.wait_for_received(3, 4, 20)
        await fleet.manager.update_presence(since=None, activities=[], status="dnd", afk=False)
        await sim.wait_for_received(3, 8, 20)


async def test_traffic_is_observed_in_the_worker_and_not_in_the_parent(
    sim: Simulator, environment: dict[str, str]
) -> None:
    async with running(sim, environment) as fleet:
        seen = await fleet.manager.gather(program.sees_traffic)
        shards = [set(shards) for _, shards in await fleet.manager.gather(program.pid_and_shards, "")]
        assert seen == shards
        with pytest.raises(StateError, match="come to the workers, not to their parent"):
            fleet.manager.observe_traffic(print)


async def test_events_are_counted_by_name_in_all_workers_and_in_those_that_come_later(
    sim: Simulator, environment: dict[str, str]
) -> None:
    async with running(sim, environment) as fleet:
        fleet.manager.count_events()
        assert await fleet.manager.gather(program.counts_events) == [True, True]
        pid = fleet.pids[1]
        os.kill(pid, signal.SIGTERM)
        await fleet.steps.wait_for(WorkerStarted, 3)
        assert await fleet.manager.gather(program.counts_events) == [True, True]


async def test_a_task_of_a_worker_that_something_else_cancels_ends_all(
    sim: Simulator, environment: dict[str, str]
) -> None:
    async with running(sim, environment) as fleet:
        next(one for one in asyncio.all_tasks() if one.get_name() == "gatewaysdk worker 1").cancel()
        with pytest.raises(TaskCancelled, match="gatewaysdk worker 1"):
            await asyncio.wait_for(asyncio.shield(fleet.run), 20)


async def test_a_program_that_closes_its_manager_ends_all(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        await emit_in(sim, guild_on(sim, 1, 4), "MESSAGE_DELETE", id="7", channel_id="99")
        await asyncio.wait_for(fleet.run, 20)
        await sim.wait_for(lambda: not sim.sessions, 20)  # it said keep_session=False
        assert len(fleet.steps.of(WorkerEnded)) == 2


async def test_more_workers_than_shards_leave_some_out(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment, workers=6) as fleet:
        assert [ids for _, ids in await fleet.manager.gather(program.pid_and_shards, "")] == [[0], [1], [2], [3]]


async def test_without_a_directory_there_is_one_for_the_run(
    sim: Simulator, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("PROGRAM_STATE")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    async with running(sim, environment):
        (folder,) = (tmp_path / "temporary").glob("gatewaysdk-*")
        await sim.request_heartbeat()  # their answers are when sessions are saved at the latest
        await sim.wait_for(lambda: len(list(folder.glob("session.*"))) == 4, 20)
    assert not folder.exists()


async def test_the_next_start_resumes(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment, workers=1):
        assert len(sim.identifies) == 4
    async with running(sim, environment, workers=3) as fleet:
        assert (len(sim.identifies), len(sim.resumes)) == (4, 4)
        assert fleet.steps.of(FleetPlanned)[0].identifies == 0


async def test_a_wait_of_the_parent_keeps_it_from_starting(sim: Simulator, environment: dict[str, str]) -> None:
    from gatewaysdk.fleet.target import load_manager

    manager = load_manager("tests.fleet.workers.program:make_manager")
    waiting = asyncio.create_task(manager.wait_for(MessageDelete))
    await asyncio.sleep(0)
    with pytest.raises(StateError, match="streams and waits get nothing"):
        await manager._run(2, 30.0, (), lambda: "tests.fleet.workers.program:make_manager")
    waiting.cancel()
    with pytest.raises((asyncio.CancelledError, ShardClosed)):
        await waiting
