"""Time that passes when a test says so."""

from __future__ import annotations

import asyncio

__all__ = ["VirtualTime"]


class VirtualTime:
    """A clock for a simulator: ``time = VirtualTime(); Simulator(clock=time, now=time.now)``.

    Limits, the 3 seconds for the answer to an interaction and the 15 minutes of its token then pass with `advance`,
    and ids and timestamps begin at ``start``, a Unix time. With ``sleep=time.sleep`` so do delays and scheduled faults.
    Clients go by their own clocks.
    """

    def __init__(self, start: float = 1_700_000_000.0) -> None:
        self._start = start
        self._passed = 0.0
        self._sleeping: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        """Return the seconds that have passed."""
        return self._passed

    def now(self) -> float:
        """Return the Unix time."""
        return self._start + self._passed

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed += seconds
        for due, future in self._sleeping:
            if due <= self._passed and not future.done():
                future.set_result(None)

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        if seconds <= 0:
            return
        entry = (self._passed + seconds, asyncio.get_running_loop().create_future())
        self._sleeping.append(entry)
        try:
            await entry[1]
        finally:
            self._sleeping.remove(entry)
