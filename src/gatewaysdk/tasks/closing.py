"""Closing a shard: gently first; then what is left is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from .label import UNSHARDED, Label

__all__ = ["Closing", "wait_for_cancelled"]


class Closing:
    """Closes once, in a task of its own: many callers may wait for it, and a cancelled one does not stop it.

    Args:
        gently: waits for work under way to end, for at most the seconds it is given.
        finish: ends all that is left.
        label: names the tasks.
    """

    def __init__(
        self,
        gently: Callable[[float], Coroutine[Any, Any, None]],
        finish: Callable[[], Awaitable[None]],
        label: Label = UNSHARDED,
    ) -> None:
        self._gently = gently
        self._finish = finish
        self._label = label
        self._hurry: asyncio.Event | None = None  # made by `begin`, as it takes nearly 1 KB
        self._task: asyncio.Task[None] | None = None

    def begin(self, grace: float) -> asyncio.Task[None]:
        """Begin to close, with ``grace`` seconds for the gentle part, unless that has begun. Return the task."""
        if self._task is None:
            self._hurry = asyncio.Event()
            self._task = asyncio.create_task(self._close(grace, self._hurry), name=self._label.task_name("closing"))
        return self._task

    @property
    def under_way(self) -> bool:
        """Whether closing has begun and is not over."""
        return self._task is not None and not self._task.done()

    async def wait(self, closing: asyncio.Task[None]) -> None:
        """Return when all is closed. If the caller is cancelled, the gentle part is cut short."""
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            assert self._hurry is not None  # `begin` made the task
            self._hurry.set()
            await asyncio.shield(closing)  # shielded, so that a second cancellation does not stop the task
            raise

    async def _close(self, grace: float, in_a_hurry: asyncio.Event) -> None:
        try:
            hurry = asyncio.create_task(in_a_hurry.wait(), name=self._label.task_name("closing in a hurry"))
            gently = asyncio.create_task(self._gently(grace), name=self._label.task_name("closing gently"))
            await asyncio.wait([hurry, gently], return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            gently.cancel()
        finally:
            await self._finish()


async def wait_for_cancelled(tasks: Iterable[asyncio.Task[Any]], timeout: float, label: Label = UNSHARDED) -> None:
    """Wait ``timeout`` seconds at most for cancelled tasks to end. The log names those that go on: user code may."""
    tasks = list(tasks)
    if not tasks:
        return
    _, left = await asyncio.wait(tasks, timeout=timeout)
    for task in left:
        label.log.error("%s goes on although it was cancelled %g s ago", task.get_name(), timeout)
