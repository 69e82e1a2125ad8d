"""Kills a listening process again and again, and counts what it handled."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from gatewaysdk.simulator import Simulator

__all__ = ["Figures", "kill_again_and_again"]

SOURCE = Path(__file__).resolve().parent.parent.parent / "src"
PATIENCE = 30.0
MOST_MISSED = 2000


@dataclass
class Figures:
    """What came of it."""

    kills: int = 0
    events: int = 0
    lost: list[int] = field(default_factory=list)
    twice: list[int] = field(default_factory=list)
    unexplained: list[int] = field(default_factory=list)
    """Came twice, or out of order, though no handler was running for them at a kill."""
    sessions: int = 0
    resumes: int = 0

    def __str__(self) -> str:
        return (
            f"kills {self.kills}, events {self.events}, lost {len(self.lost)}, twice {len(self.twice)} "
            f"(handlers running at a kill: at most {self.kills}; others {len(self.unexplained)}), "
            f"sessions {self.sessions}, resumes {self.resumes}"
        )


async def kill_again_and_again(folder: Path, kills: int, seed: int) -> Figures:
    """Emit numbered events all along, kill the listener at random moments, and start it again."""
    random = Random(seed)
    log = folder / "handled"
    log.touch()
    figures = Figures()
    ends: set[int] = set()
    async with (
        Simulator(token="simulated-token", guilds=0, replay_limit=100_000) as sim,
        _emitting(sim, random) as emitted,
    ):
        for number in range(kills + 1):
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.kill.listener",
                sim.url, sim.token.reveal(), str(folder / "session.json"), str(log),
                cwd=SOURCE.parent, env={**os.environ, "PYTHONPATH": str(SOURCE)},
            )  # fmt: skip
            try:
                if number == 0:
                    await sim.wait_for_session(timeout=PATIENCE)
                    emitted.begin.set()
                await _until(lambda: len(_handled(log)) > max(ends, default=0) + 1)
                if number == kills:
                    emitted.end = True
                    await emitted.ended.wait()
                    await _until(lambda: _handled(log)[-1:] == [emitted.count - 1])
                else:
                    await asyncio.sleep(random.uniform(0, 0.1))
            finally:
                process.kill()
                await process.wait()
            handled = _handled(log)
            ends.add(len(handled) - 1)
        figures.sessions, figures.resumes = len(sim.identifies), len(sim.resumes)
    _judge(figures, handled, emitted.count, ends)
    figures.kills = kills
    return figures


def _judge(figures: Figures, handled: list[int], count: int, ends: set[int]) -> None:
    figures.events = count
    figures.lost = sorted(set(range(count)) - set(handled))
    figures.twice = [number for number, times in Counter(handled).items() if times > 1]
    for place in range(1, len(handled)):
        follows = handled[place] == handled[place - 1] + 1
        # The handler that a kill may have stopped is the last one before it, and only that event may come again.
        again = place - 1 in ends and handled[place] == handled[place - 1]
        if not follows and not again:
            figures.unexplained.append(handled[place])


@dataclass
class _Emitted:
    begin: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    end: bool = False
    count: int = 0


@asynccontextmanager
async def _emitting(sim: Simulator, random: Random) -> AsyncIterator[_Emitted]:
    emitted = _Emitted()

    async def emit() -> None:
        await emitted.begin.wait()
        connected_at = 0
        while not emitted.end:
            if emitted.count - connected_at > MOST_MISSED:
                await sim.wait_for_session(timeout=PATIENCE)  # a slow machine must not outrun the replay
            if sim.sessions[0].connection is not None:
                connected_at = emitted.count
            for _ in range(random.randint(1, 20)):
                await sim.emit("MESSAGE_DELETE", {"id": str(emitted.count), "channel_id": "1"})
                emitted.count += 1
            await asyncio.sleep(random.uniform(0, 0.005))
        emitted.ended.set()

    task = asyncio.create_task(emit())
    try:
        yield emitted
    finally:
        task.cancel()
        await asyncio.wait([task])


def _handled(log: Path) -> list[int]:
    return [int(line) for line in log.read_text().split()]


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110 - a file tells nobody that it grew
            await asyncio.sleep(0.01)
