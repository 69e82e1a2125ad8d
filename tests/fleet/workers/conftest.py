"""A manager whose shards run in real worker processes, against a simulator in this one."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import pytest

from gatewaysdk import FleetStep, ShardManager, WorkerStarted
from gatewaysdk.fleet.target import load_manager
from gatewaysdk.simulator import Simulator

T = TypeVar("T")
PATIENCE = 60.0
TARGET = "tests.fleet.workers.program:make_manager"


POSIX = pytest.mark.skipif(sys.platform == "win32", reason="kill -9, SIGSTOP and SIGHUP are of POSIX")


class Steps:
    """What observers in the parent are told."""

    def __init__(self) -> None:
        self.all: list[FleetStep] = []
        self._more = asyncio.Event()

    def take(self, step: FleetStep) -> None:
        self.all.append(step)
        self._more.set()

    def of(self, kind: type[T]) -> list[T]:
        return [step for step in self.all if isinstance(step, kind)]

    async def wait_for(self, kind: type[T], count: int) -> list[T]:
        async with asyncio.timeout(PATIENCE):
            while len(found := self.of(kind)) < count:
                self._more.clear()
                await self._more.wait()
        return found


class Fleet:
    """A running manager."""

    def __init__(self, manager: ShardManager, sim: Simulator, log: Path) -> None:
        self.manager = manager
        self.sim = sim
        self.log = log
        self.steps = Steps()
        self.run: asyncio.Task[None]
        manager.observe(self.steps.take)

    @property
    def pids(self) -> list[int]:
        """The processes that workers have now, in their order."""
        return [pid for _, pid in sorted({one.worker: one.pid for one in self.steps.of(WorkerStarted)}.items())]

    def handled(self) -> list[tuple[int, int, int]]:
        """Process, shard and id of each event that a handler got."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [(int(pid), int(shard), int(number)) for pid, shard, number in map(str.split, lines)]

    async def wait_handled(self, number: int) -> None:
        await until(lambda: any(one == number for _, _, one in self.handled()))


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a file tells nobody that it grew, nor a process that it ended
            await asyncio.sleep(0.01)


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(guilds=8, shards=4, max_concurrency=16, replay_limit=100_000) as simulator:
        yield simulator


@pytest.fixture
def environment(sim: Simulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, str]]:
    """What the program is told; workers inherit it."""
    told = {
        "PROGRAM_API": sim.api_url,
        "PROGRAM_TOKEN": sim.token.reveal(),
        "PROGRAM_LOG": str(tmp_path / "handled"),
        "PROGRAM_STATE": str(tmp_path / "state"),
    }
    # Workers import the main module, and the one of pytest takes its time.
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    yield told
    left = [one.name for one in threading.enumerate() if one.name.startswith("gatewaysdk pipe")]
    assert not left, f"threads were left behind: {left}"


async def sessions_are_stored(folder: Path, count: int) -> None:
    """Return when so many shards have stored a session: one that is killed before that has nothing to resume."""
    async with asyncio.timeout(PATIENCE):
        while len(list(folder.glob("session.*.json"))) < count:  # noqa: ASYNC110, ASYNC240 - a file tells nobody
            await asyncio.sleep(0.01)


@asynccontextmanager
async def running(
    sim: Simulator, environment: dict[str, str], *, workers: int = 2, timeout: float | None = PATIENCE
) -> AsyncIterator[Fleet]:
    """Run a manager meanwhile, from when all shards are live; no process is left after that."""
    fleet = Fleet(load_manager(TARGET), sim, Path(environment["PROGRAM_LOG"]))
    fleet.run = asyncio.create_task(fleet.manager._run(workers, timeout, (), lambda: TARGET))
    try:
        await asyncio.wait_for(fleet.manager.wait_ready(), PATIENCE)
        if "PROGRAM_STATE" in os.environ:  # not so where a test lets the manager choose a directory
            await sessions_are_stored(Path(os.environ["PROGRAM_STATE"]), 4)
        yield fleet
    finally:
        await fleet.manager.close()
        await asyncio.wait([fleet.run], timeout=PATIENCE)
        for one in fleet.steps.of(WorkerStarted):
            if is_running(one.pid):
                os.kill(one.pid, signal.SIGKILL)
                pytest.fail(f"worker {one.worker} was left behind")
        if fleet.run.done() and not fleet.run.cancelled():
            fleet.run.exception()
