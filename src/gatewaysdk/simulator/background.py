"""The tasks of a simulator that nobody waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

__all__ = ["Background"]

_log = logging.getLogger(__name__)


class Background:
    """Tasks until `stop`. When one ends with an error, the log says so at once, and `stop` raises it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()
        self._error: Exception | None = None

    def begin(self, work: Coroutine[Any, Any, None], what: str) -> asyncio.Task[None]:
        """Start a task; ``what`` it does is its name."""
        task = asyncio.get_running_loop().create_task(work, name=f"simulator: {what}")
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    async def stop(self) -> None:
        """Cancel the tasks that run. Raises the first error that ended one since the simulator started."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        error, self._error = self._error, None
        if error is not None:
            raise error

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            _log.error("%s has ended: %s", task.get_name(), error)
            self._error = self._error or error
