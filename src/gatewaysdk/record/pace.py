"""Keeps the pauses of a recording, shorter or longer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ..errors import ConfigurationError

__all__ = ["Pace", "check_speed"]


def check_speed(speed: float | None) -> None:
    """Raise `ConfigurationError` unless this is a speed: a number above 0, or None for no pauses."""
    if speed is not None and not 0 < speed < float("inf"):
        raise ConfigurationError(f"speed is {speed!r}; it takes a number above 0, or None for no pauses")


class Pace:
    """Waits until it is time for a record.

    Args:
        speed: how many times as fast as it was; None never waits.
        clock: returns seconds.
        sleep: waits; tests can pass their own.
    """

    def __init__(
        self,
        speed: float | None,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._speed = speed
        self._clock = clock
        self._sleep = sleep
        self._began: tuple[float, int] | None = None

    async def wait(self, time: int) -> None:
        """Wait until it is time for a record of this time, in microseconds; the first one is due at once."""
        if self._speed is None:
            return
        now = self._clock()
        if self._began is None:
            self._began = now, time
        began, first = self._began
        delay = began + (time - first) / 1e6 / self._speed - now
        if delay > 0:
            await self._sleep(delay)
