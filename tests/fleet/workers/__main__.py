"""``python -m tests.fleet.workers kill`` kills workers under numbered events, again and again; ``reload`` deploys.

It prints a line each time, and fails if an event is lost, comes out of order, or comes again without a reason.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import tempfile
import time
from pathlib import Path

from gatewaysdk import WorkerStarted
from gatewaysdk.simulator import Simulator

from .conftest import PATIENCE, Fleet, running
from .numbered import SHARDS, Numbered

WORKERS = 2


async def kill(fleet: Fleet, turn: int) -> list[int]:
    """Kill a worker with -9, and return its process when its shards have resumed."""
    pid, before = fleet.pids[turn % WORKERS], len(fleet.sim.resumes)
    started = len(fleet.steps.of(WorkerStarted))
    os.kill(pid, signal.SIGKILL)
    await fleet.steps.wait_for(WorkerStarted, started + 1)
    await fleet.sim.wait_for(lambda: len(fleet.sim.resumes) >= before + SHARDS // WORKERS, PATIENCE)
    return [pid]


async def reload(fleet: Fleet, turn: int) -> list[int]:
    """Replace one worker after the other, as a deploy does; nothing is killed."""
    before = len(fleet.sim.resumes)
    await asyncio.wait_for(fleet.manager.reload(), PATIENCE)
    await fleet.sim.wait_for(lambda: len(fleet.sim.resumes) >= before + SHARDS, PATIENCE)
    return []


async def run(kind: str, times: int, folder: Path) -> None:
    """Do it so many times. AssertionError if the promise is broken."""
    async with Simulator(guilds=8, shards=SHARDS, max_concurrency=16, replay_limit=100_000) as sim:
        told = {"PROGRAM_API": sim.api_url, "PROGRAM_TOKEN": sim.token.reveal()}
        told |= {"PROGRAM_LOG": str(folder / "handled"), "PROGRAM_STATE": str(folder / "state")}
        os.environ.update(told)
        async with running(sim, told, workers=WORKERS) as fleet:
            numbered = Numbered(fleet)
            emitting = asyncio.create_task(numbered.emit())
            killed: list[int] = []
            for turn in range(times):
                await fleet.wait_handled(numbered.count)
                began = time.perf_counter()
                killed += await (kill if kind == "kill" else reload)(fleet, turn)
                print(f"{kind} {turn + 1:3}: resumed after {time.perf_counter() - began:4.1f} s", flush=True)
            await numbered.finish(emitting)
            twice = numbered.judge(killed)
            assert len(sim.identifies) == SHARDS, "a session was started anew"
    print(f"{kind}, {times} times: {numbered.count:,} events, 0 lost, {twice} came again, {len(sim.resumes)} resumed")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.workers", description=__doc__)
    parser.add_argument("kind", choices=("kill", "reload"))
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    logging.getLogger("gatewaysdk").setLevel(logging.CRITICAL)  # each killed worker is an error in the log
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(run(options.kind, options.times, Path(folder)))


if __name__ == "__main__":
    main()
