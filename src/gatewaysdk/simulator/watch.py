"""Waits for something to happen, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

__all__ = ["Watch"]

T = TypeVar("T")


class Watch:
    """Wakes all waiting tasks whenever anything has changed; each then checks its own condition."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    def notify(self) -> None:
        """Wake all waiting tasks, because something has changed."""
        for future in self._waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, condition: Callable[[], T], timeout: float | None) -> T:
        """Wait until ``condition()`` is true; return its result.

        Raises ``TimeoutError`` after ``timeout`` seconds; None waits without a limit.
        """
        async with asyncio.timeout(timeout):
            while not (found := condition()):
                future = asyncio.get_running_loop().create_future()
                self._waiting.add(future)
                try:
                    await future
                finally:
                    self._waiting.discard(future)
            return found
