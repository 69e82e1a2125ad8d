"""The Discord of a run: a simulator with enforced limits, whose guilds get numbered events."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from gatewaysdk.simulator import SimulatedSession, Simulator

__all__ = ["TOKEN", "World"]

TOKEN = "simulated-token"
_TICK = 0.05


class World:
    """A simulator, and what happened on it.

    Args:
        shards: how many shards the bot has, and guilds, one on each.
        rate: events a second, over all guilds.
        max_concurrency: identifies allowed in 5 s.

    Attributes:
        sim: the simulator.
        sessions: all sessions that ever got an event, by id.
    """

    def __init__(self, shards: int, rate: float, max_concurrency: int) -> None:
        self.sim = Simulator(
            token=TOKEN,
            guilds=shards,
            members=2,
            shards=shards,
            max_concurrency=max_concurrency,
            session_starts=100_000,
            enforce_limits=True,
            replay_limit=200_000,
            heartbeat_interval=20_000,
        )
        self.sessions: dict[str, SimulatedSession] = {}
        self._rate = rate
        self._numbers = itertools.count(1)
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Let events happen from now on."""
        self._task = asyncio.create_task(self._emit())

    async def end(self) -> None:
        """Let no more events happen. Raises what has stopped them before."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.wait([task])
            if not task.cancelled():
                task.result()

    async def _emit(self) -> None:
        clock = asyncio.get_running_loop().time
        began, said = clock(), 0
        while True:
            sessions = self.note_sessions()
            due = int((clock() - began) * self._rate) - said
            for _ in range(due if sessions else 0):
                await self._say(sessions[said % len(sessions)])
                said += 1
            if not sessions:
                began = clock()
            await asyncio.sleep(_TICK)

    def note_sessions(self) -> list[SimulatedSession]:
        """Remember the sessions that are there now, and return them."""
        sessions = self.sim.sessions
        self.sessions |= {one.session_id: one for one in sessions}
        return sessions

    async def _say(self, session: SimulatedSession) -> None:
        data: dict[str, Any] = {"id": str(next(self._numbers)), "channel_id": "1", "content": f"on {session.shard_id}"}
        await session.dispatch("MESSAGE_CREATE", data)

    @property
    def refused(self) -> int:
        """Identifies that came too early, or too many."""
        state = self.sim._state
        return len(self.sim.identifies) - (state.settings.session_starts - state.session_starts_left)

    @property
    def live(self) -> int:
        """Shards whose session has a connection."""
        return sum(one.connection is not None for one in self.sim.sessions)
