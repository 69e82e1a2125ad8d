"""Another number of shards, worker by worker."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from gatewaysdk import ConfigurationError, WorkerStarted
from gatewaysdk.simulator import Simulator

from ..conftest import emit_in, guild_on
from . import program
from .conftest import PATIENCE, POSIX, running

pytestmark = POSIX


async def test_each_worker_reshards_its_own(sim: Simulator, environment: dict[str, str]) -> None:
    async with running(sim, environment) as fleet:
        manager = fleet.manager
        with pytest.raises(ConfigurationError, match="both numbers have to be multiples of 2"):
            await manager.plan_reshard(5)
        plan = await manager.plan_reshard(8)
        assert (plan.before, plan.after, plan.identifies) == (4, 8, 8)
        assert await asyncio.wait_for(manager.reshard(8, quiet=0.1), 2 * PATIENCE) == plan
        assert manager.num_shards == 8
        shards = [ids for _, ids in await manager.gather(program.pid_and_shards, "")]
        assert shards == [[0, 2, 4, 6], [1, 3, 5, 7]]
        assert len(sim.identifies) == 12
        for number, guild_id in enumerate(sim.guild_ids):
            await emit_in(sim, guild_id, "MESSAGE_DELETE", id=str(number), channel_id="1")
            await fleet.wait_handled(number)
        assert [number for _, _, number in fleet.handled()] == list(range(8))
        assert await program.count_members(manager, guild_on(sim, 5, 8)) == (5, 5)

        os.kill(fleet.pids[1], signal.SIGKILL)  # the new process has the new shards
        started = await fleet.steps.wait_for(WorkerStarted, 3)
        assert started[2].shard_ids == (1, 3, 5, 7)
        await sim.wait_for(lambda: len(sim.resumes) == 4, PATIENCE)
        assert len(sim.identifies) == 12
