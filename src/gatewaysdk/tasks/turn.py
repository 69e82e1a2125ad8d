"""Being fair to the event loop: a task that never has to wait must still let others run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["Turn", "get_clock"]

_LONGEST = 0.005
"""Seconds that a task may keep the loop for itself; far below any heartbeat interval."""


def get_clock() -> Callable[[], float]:
    """Return what reads the clock of the running loop, in seconds.

    asyncio's own ``loop.time`` is a Python method around `time.monotonic`. For each event the clock is read twice or
    more, and without that method each time costs half.
    """
    read: Callable[[], float] = asyncio.get_running_loop().time
    return time.monotonic if getattr(read, "__func__", None) is asyncio.BaseEventLoop.time else read


class Turn:
    """Tells a busy task when to let the loop go round: timers, heartbeats and other shards wait for it.

    Others should have their turn when ``clock() > end``, which is cheaper than letting them have it each time.

    Attributes:
        clock: seconds, as the loop counts them.
        end: when this turn is over.
    """

    __slots__ = ("clock", "end")

    def __init__(self) -> None:
        self.clock = get_clock()
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
