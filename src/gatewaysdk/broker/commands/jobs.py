"""Work that callers on other hosts have begun and whose results they pull, part by part, within bounds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from ...errors import LimitError, StateError
from ...tasks.worker import start_task
from .wire import dump, dump_error, dump_item

__all__ = ["END", "ERROR", "FRAGMENT", "ITEM", "POLL", "WAIT", "Jobs"]

# The first byte of each answer.
ITEM = b"I"  # one part of the result, or the last piece of one
FRAGMENT = b"F"  # a piece of a part; the next piece follows
WAIT = b"W"  # nothing has come yet; ask again
END = b"E"  # there are no more parts
ERROR = b"X"  # what the work has raised

POLL = 10.0
"""Seconds after which an answer says that nothing has come yet, so that a caller knows that this side lives."""

_IDLE = 60.0
"""Seconds without a call after which work is left: its caller has died."""

_MOST = 1000
"""Works at a time."""

_MOST_BYTES = 256 * 1024
"""Bytes of an answer; NATS takes 1 MiB by default."""


class _Job:
    """A generator whose items are pulled: nothing is made ahead of that."""

    def __init__(self, items: AsyncGenerator[Any, None]) -> None:
        self.items = items
        self.pending: asyncio.Task[Any] | None = None
        self.rest = b""
        self.leaving: asyncio.TimerHandle | None = None


class Jobs:
    """All work in progress for others."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}
        self._leaving: set[asyncio.Task[None]] = set()

    def begin(self, key: str, items: AsyncGenerator[Any, None]) -> None:
        """Have some work, known by ``key``. Raises `LimitError` when there is too much already."""
        if len(self._jobs) >= _MOST:
            raise LimitError(f"{_MOST} commands and questions are under way on this shard; try again later")
        self._jobs[key] = _Job(items)

    async def next(self, key: str) -> bytes:
        """Return the next part of the result, a piece of it, or what else there is to say."""
        job = self._jobs.get(key)
        if job is None:
            raise StateError("this request is over, or the shard has moved to another host meanwhile; ask again")
        if job.leaving is not None:
            job.leaving.cancel()
        answer = self._piece(job) if job.rest else await self._pull(job)
        if answer[:1] in (END, ERROR):
            self._jobs.pop(key, None)
        elif key in self._jobs:
            job.leaving = asyncio.get_running_loop().call_later(_IDLE, self._leave_soon, key)
        return answer

    async def _pull(self, job: _Job) -> bytes:
        if job.pending is None:
            job.pending = start_task(anext(job.items, None), "gatewaysdk command for another host")
        done, _ = await asyncio.wait([job.pending], timeout=POLL)
        if not done:
            return WAIT
        task, job.pending = job.pending, None
        if task.cancelled():
            return ERROR + dump(dump_error(StateError("the work was cancelled on the host of the shard")))
        error = task.exception()
        if error is not None:
            if not isinstance(error, Exception):
                raise error
            return ERROR + dump(dump_error(error))
        item = task.result()
        if item is None:
            return END
        job.rest = dump(dump_item(item))
        return self._piece(job)

    @staticmethod
    def _piece(job: _Job) -> bytes:
        piece, job.rest = job.rest[:_MOST_BYTES], job.rest[_MOST_BYTES:]
        return (FRAGMENT if job.rest else ITEM) + piece

    async def leave(self, key: str) -> None:
        """Nobody waits for this work any more."""
        job = self._jobs.pop(key, None)
        if job is None:
            return
        if job.leaving is not None:
            job.leaving.cancel()
        if job.pending is not None:
            job.pending.cancel()
            await asyncio.wait([job.pending])
        await job.items.aclose()

    def _leave_soon(self, key: str) -> None:
        task = start_task(self.leave(key), "gatewaysdk leaving a command of a host that is gone")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)

    async def close(self) -> None:
        """Leave all."""
        for key in list(self._jobs):
            await self.leave(key)
