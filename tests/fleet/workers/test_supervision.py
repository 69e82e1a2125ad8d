"""Workers that are killed, hang, are replaced, or cannot go on."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, FatalCloseError, StateError, WorkerEnded, WorkerStarted
from gatewaysdk.errors import WorkerLost
from gatewaysdk.fleet.target import load_manager
from gatewaysdk.simulator import Simulator

from ..conftest import guild_on
from . import program
from .conftest import PATIENCE, POSIX, TARGET, is_running, running
from .numbered import Numbered

pytestmark = POSIX


async def test_a_killed_worker_comes_back_and_resumes(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        killed, other = fleet.pids
        os.kill(killed, signal.SIGKILL)
        waiting = asyncio.create_task(fleet.manager.gather(program.pid_and_shards, ""))
        started = await fleet.steps.wait_for(WorkerStarted, 3)
        assert (started[2].worker, started[2].shard_ids, started[2].restarts) == (0, (0, 2), 1)
        await sim.wait_for(lambda: len(sim.resumes) == 2, PATIENCE)
        assert len(sim.identifies) == 4
        assert fleet.pids[1] == other
        (ended,) = fleet.steps.of(WorkerEnded)
        assert (ended.worker, ended.pid, ended.reason) == (0, killed, "was killed by SIGKILL")
        assert ended.restart_in is not None
        # What was called in between has waited for the new process, or says that it may have been lost with the old.
        results: list[Any] = await asyncio.gather(waiting, return_exceptions=True)
        assert isinstance(results[0], WorkerLost) or [pid for pid, _ in results[0]] == fleet.pids

        os.kill(fleet.pids[1], signal.SIGTERM)  # that of an administrator: it ends orderly, and is replaced at once
        await sim.wait_for(lambda: len(sim.resumes) == 4, PATIENCE)
        assert fleet.steps.of(WorkerEnded)[1].restart_in == 0
        assert fleet.manager.stats.identifies >= 2, "restarts do not set counters back"

        # A worker that has resumed got no READY: it knows from the parent who the bot is.
        guild_id = guild_on(sim, 0, 4)
        voice = await fleet.manager.join_voice(guild_id=guild_id, channel_id=5)
        assert voice.state.user_id == fleet.manager.user_id is not None


@pytest.mark.parametrize("how", ["stopped", "blocked"])
async def test_a_worker_that_hangs_is_replaced(sim: Simulator, environment: dict[str, str], how: str) -> None:
    async with running(sim, environment, timeout=4.0) as fleet:
        before = fleet.pids
        blocking = None
        if how == "stopped":
            os.kill(before[0], signal.SIGSTOP)
        else:
            blocking = asyncio.create_task(fleet.manager.broadcast(program.block_first))
        await fleet.steps.wait_for(WorkerStarted, 3)
        await sim.wait_for(lambda: len(sim.resumes) == 2, PATIENCE)
        ended = fleet.steps.of(WorkerEnded)[0]
        assert ended.pid == before[0]
        assert ended.reason.startswith("was killed, as it gave no sign of life for")
        assert fleet.pids[1] == before[1]
        if blocking is not None:
            with pytest.raises(WorkerLost, match="no sign of life"):
                await blocking


async def test_what_no_shard_can_live_with_ends_all(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        await sim.close(4014, shard=3)
        with pytest.raises(FatalCloseError, match="4014") as error:
            await asyncio.wait_for(asyncio.shield(fleet.run), PATIENCE)
        assert {"in shard 3 of 4", "in worker 1"} <= set(error.value.__notes__)
        assert not any(map(is_running, fleet.pids))
    await sim.wait_for(lambda: not any(one.open for one in sim.connections), PATIENCE)


async def test_4011_starts_workers_with_more_shards(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        sim._state.settings = dataclasses.replace(sim._state.settings, shards=6)
        await sim.close(4011, shard=0)
        await sim.wait_for(lambda: sum(one["shard"][1] == 6 for one in sim.identifies) == 6, PATIENCE)
        assert not fleet.run.done()
        assert [ids for _, ids in await fleet.manager.gather(program.pid_and_shards, "")] == [[0, 2, 4], [1, 3, 5]]


async def test_a_program_that_workers_cannot_import_is_an_error_at_once(
    sim: Simulator, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    manager = load_manager(TARGET)
    flag = tmp_path / "flag"
    flag.touch()
    monkeypatch.setenv("PROGRAM_FAILS_IF", str(flag))
    with pytest.raises(RuntimeError, match="the new code is broken") as error:
        await asyncio.wait_for(manager._run(1, PATIENCE, (), lambda: TARGET), PATIENCE)
    assert any("in make_manager" in note for note in error.value.__notes__), "where it was raised"
    with pytest.raises(ConfigurationError, match="in the worker; name a ShardManager"):
        await asyncio.wait_for(manager._run(1, PATIENCE, (), lambda: "sys:path"), PATIENCE)
    with pytest.raises(WorkerLost, match="exit status 7 while it imported"):
        await asyncio.wait_for(manager._run(1, PATIENCE, (), lambda: "tests.fleet.workers.program:leave"), PATIENCE)


async def test_reload_replaces_one_worker_after_the_other(
    sim: Simulator, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    flag = tmp_path / "flag"
    monkeypatch.setenv("PROGRAM_FAILS_IF", str(flag))
    async with running(sim, environment) as fleet:
        before = fleet.pids
        reloading = asyncio.create_task(fleet.manager.reload())
        await asyncio.sleep(0)
        with pytest.raises(StateError, match="only when its present reload"):
            await fleet.manager.reload()
        await asyncio.wait_for(reloading, PATIENCE)
        assert not {*fleet.pids} & {*before}
        assert (len(sim.identifies), len(sim.resumes)) == (4, 4)
        kinds = [(type(one), one.worker) for one in fleet.steps.all if isinstance(one, WorkerStarted | WorkerEnded)]
        assert kinds[2:] == [(WorkerEnded, 0), (WorkerStarted, 0), (WorkerEnded, 1), (WorkerStarted, 1)]

        flag.touch()  # code that cannot be imported harms nobody
        now = fleet.pids
        with pytest.raises(RuntimeError, match="the new code is broken"):
            await asyncio.wait_for(fleet.manager.reload(), PATIENCE)
        assert [pid for pid, _ in await fleet.manager.gather(program.pid_and_shards, "")] == now == fleet.pids
        assert len(sim.resumes) == 4


async def test_numbered_events_across_kills_none_lost(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        numbered = Numbered(fleet)
        emitting = asyncio.create_task(numbered.emit())
        killed = []
        for number in range(5):
            pid = fleet.pids[number % 2]
            await fleet.wait_handled(numbered.count)
            os.kill(pid, signal.SIGKILL)
            killed.append(pid)
            await fleet.steps.wait_for(WorkerStarted, 3 + number)
            await sim.wait_for(lambda number=number: len(sim.resumes) >= 2 * (number + 1), PATIENCE)  # type: ignore[misc]
        await numbered.finish(emitting)
        assert len(sim.identifies) == 4
        numbered.judge(killed)
