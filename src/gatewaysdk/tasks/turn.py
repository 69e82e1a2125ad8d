"""Being fair to the event loop: a task that never has to wait must still let others run."""

from __future__ import annotations

import asyncio

__all__ = ["Turn"]

_LONGEST = 0.005
"""Seconds that a task may keep the loop for itself; far below any heartbeat interval."""


class Turn:
    """Tells a busy task when to let the loop go round: timers, heartbeats and other shards wait for it.

    Others should have their turn when ``clock() > end``, which is cheaper than letting them have it each time.

    Attributes:
        clock: seconds, as the loop counts them.
        end: when this turn is over.
    """

    __slots__ = ("clock", "end")

    def __init__(self) -> None:
        self.clock = asyncio.get_running_loop().time
        self.begin()

    def begin(self) -> float:
        """The task was suspended just now; return the time."""
        now = self.clock()
        self.end = now + _LONGEST
        return now

    async def pass_on(self) -> float:
        """Let everybody else run once; return the time."""
        await asyncio.sleep(0)
        return self.begin()
