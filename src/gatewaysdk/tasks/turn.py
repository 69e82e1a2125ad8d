"""Fairness: a busy task that never has to wait must still let others run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

__all__ = ["Turn", "get_clock"]

_LONGEST = 0.005
"""Most seconds that a task keeps the loop to itself; far below any heartbeat interval."""


def get_clock() -> Callable[[], float]:
    """Return what reads the clock of the running loop, in seconds.

    asyncio's own ``loop.time`` is a Python method around `time.monotonic`. For each event the clock is read twice or
    more, and without that method each time costs half.
    """
    read: Callable[[], float] = asyncio.get_running_loop().time
    return time.monotonic if getattr(read, "__func__", None) is asyncio.BaseEventLoop.time else read


class Turn:
    """Says when a busy task should let the event loop run others: timers, heartbeats and other shards wait for it.

    Call `pass_on` when ``clock() > end``. To compare times is cheaper than to let others run after every event.

    Attributes:
        clock: returns the loop's time, in seconds.
        end: when this turn is over.
    """

    __slots__ = ("clock", "end")

    def __init__(self) -> None:
        self.clock = get_clock()
        self.begin()

    def begin(self) -> float:
        """Start a new turn, as the task was suspended just now; return the time."""
        now = self.clock()
        self.end = now + _LONGEST
        return now

    async def pass_on(self) -> float:
        """Let all other tasks that are ready run once; return the time."""
        await asyncio.sleep(0)
        return self.begin()
