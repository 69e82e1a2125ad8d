"""Real processes that share a directory, some of which are stopped or killed while they hold what others want."""

from __future__ import annotations

import asyncio
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import pairwise
from pathlib import Path

import pytest

from gatewaysdk.identify import FileIdentifyQueue, IdentifyBudget, SessionStartLimit

from ..programs import start_program

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGSTOP, and no kill -9")


class Contender:
    def __init__(self, process: Process) -> None:
        self.process = process
        self.said: list[tuple[str, float]] = []

    async def hear(self, word: str, times: int = 1) -> float:
        """Return the time of a word when it has said that so many times from now on."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while line := await self.process.stdout.readline():
                said, time = line.decode().split()
                self.said.append((said, float(time)))
                if said == word:
                    times -= 1
                    if times == 0:
                        return float(time)
        assert self.process.stderr is not None
        raise AssertionError(f"it ended without {word!r}: {(await self.process.stderr.read()).decode()}")

    async def end(self) -> None:
        """Hear all that it says, until it ends."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            async for line in self.process.stdout:
                said, time = line.decode().split()
                self.said.append((said, float(time)))
            await self.process.wait()

    def times(self, word: str) -> list[float]:
        return [time for said, time in self.said if said == word]

    def let_go(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(b"go\n")


Start = Callable[..., Awaitable[Contender]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def start(shard_id: int, times: int = 1, interval: float = 0.3, then: str = "go") -> Contender:
        process = await start_program(
            *(
                sys.executable,
                "-m",
                "tests.identify.contender",
                tmp_path,
                str(shard_id),
                str(times),
                str(interval),
                then,
            ),
            cwd=ROOT,
            stdin=PIPE,
        )
        started.append(process)
        return Contender(process)

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_identifies_of_many_processes_are_spaced(start: Start) -> None:
    contenders = [await start(shard_id, times=3) for shard_id in range(4)]
    await asyncio.gather(*(one.end() for one in contenders))
    assert [one.process.returncode for one in contenders] == [0] * 4
    identified = sorted(time for one in contenders for time in one.times("identified"))
    assert len(identified) == 12
    assert min(later - earlier for earlier, later in pairwise(identified)) > 0.3 - 1e-5
    spans = sorted(
        span for one in contenders for span in zip(one.times("identified"), one.times("releases"), strict=True)
    )
    assert all(released < identified for (_, released), (identified, _) in pairwise(spans))


async def test_nobody_starves(start: Start) -> None:
    greedy, modest = await start(0, times=15, interval=0.2), await start(1, times=3, interval=0.2)
    await asyncio.gather(greedy.end(), modest.end())
    before = [time for time in greedy.times("identified") if modest.said[0][1] < time < modest.times("identified")[-1]]
    assert len(before) <= 5  # one for each of the other's, and those of the moment in which that joined


async def test_a_holder_that_is_killed_leaves_its_place_and_its_time(start: Start) -> None:
    holder = await start(0, then="hold")
    identified = await holder.hear("identified")
    waiting = await start(1)
    await waiting.hear("waits")
    holder.process.kill()
    assert await waiting.hear("identified") >= identified + 0.3 - 1e-5
    await waiting.end()
    assert waiting.process.returncode == 0


async def test_a_waiting_process_that_is_killed_holds_nobody_up(start: Start) -> None:
    holder = await start(0, then="hold")
    await holder.hear("identified")
    killed = await start(1)
    await killed.hear("waits")
    last = await start(2)
    await last.hear("waits")
    killed.process.kill()
    await killed.process.wait()
    holder.let_go()
    await last.hear("done")


@pytest.mark.parametrize("ending", [signal.SIGCONT, signal.SIGKILL])
async def test_a_holder_that_is_stopped_keeps_its_place_until_it_goes_on_or_dies(
    start: Start, ending: signal.Signals
) -> None:
    holder = await start(0, then="hold", interval=0.0)
    await holder.hear("identified")
    waiting = await start(1, interval=0.0)
    await waiting.hear("waits")
    holder.process.send_signal(signal.SIGSTOP)
    holder.let_go()  # it would release now
    await waiting.hear("waits", 10)
    assert waiting.times("identified") == []
    holder.process.send_signal(ending)
    await waiting.hear("done")


async def test_the_budget_holds_across_processes_and_kills(start: Start, tmp_path: Path) -> None:
    limit = SessionStartLimit(remaining=40, reset_after=3600.0, max_concurrency=16)
    FileIdentifyQueue(tmp_path).renew(limit)
    killed = await start(0, then="hold")
    await killed.hear("identified")
    contenders = [await start(shard_id, times=100, interval=0.0) for shard_id in range(1, 4)]
    killed.process.kill()
    await asyncio.gather(*(one.end() for one in contenders))
    assert [one.said[-1][0] for one in contenders] == ["exhausted"] * 3
    assert sum(len(one.times("identified")) for one in contenders) == 29
    assert IdentifyBudget(tmp_path).remaining == 10


async def test_a_crash_loop_stops_before_the_sessions_of_the_day_are_used_up(start: Start, tmp_path: Path) -> None:
    FileIdentifyQueue(tmp_path).renew(SessionStartLimit(remaining=12, reset_after=3600.0))
    for _ in range(2):
        looping = await start(0, interval=0.0, then="hold")
        await looping.hear("identified")
        looping.process.kill()
        await looping.process.wait()
    last = await start(0, interval=0.0)
    await last.hear("exhausted")
    assert last.times("identified") == []
