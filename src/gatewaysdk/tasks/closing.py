"""The end of a shard: gently first, and then whatever is left is cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any

from .label import UNSHARDED, Label

__all__ = ["Closing", "wait_for_cancelled"]


class Closing:
    """Closes in a task of its own, once, however many callers wait for it and whoever of them is cancelled.

    Args:
        gently: waits for the end of what is under way, for so many seconds.
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
        self._hurry = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def begin(self, grace: float) -> asyncio.Task[None]:
        """Begin to close, unless that has begun; return the task."""
        if self._task is None:
            self._task = asyncio.create_task(self._close(grace), name=self._label.task_name("closing"))
        return self._task

    @property
    def under_way(self) -> bool:
        """Whether it has begun and is not over."""
        return self._task is not None and not self._task.done()

    async def wait(self, closing: asyncio.Task[None]) -> None:
        """Return when all is closed. A caller that is cancelled has no patience: what is left ends at once."""
        try:
            await asyncio.shield(closing)
        except asyncio.CancelledError:
            self._hurry.set()
            await asyncio.shield(closing)  # the task goes on even if the caller is cancelled a second time
            raise

    async def _close(self, grace: float) -> None:
        try:
            hurry = asyncio.create_task(self._hurry.wait(), name=self._label.task_name("closing in a hurry"))
            gently = asyncio.create_task(self._gently(grace), name=self._label.task_name("closing gently"))
            await asyncio.wait([hurry, gently], return_when=asyncio.FIRST_COMPLETED)
            hurry.cancel()
            gently.cancel()
        finally:
            await self._finish()


async def wait_for_cancelled(tasks: Iterable[asyncio.Task[Any]], timeout: float, label: Label = UNSHARDED) -> None:
    """Wait until cancelled tasks are gone, but not for ever: user code may ignore a cancellation. The log names it."""
    tasks = list(tasks)
    if not tasks:
        return
    _, left = await asyncio.wait(tasks, timeout=timeout)
    for task in left:
        label.log.error("%s goes on although it was cancelled %g s ago", task.get_name(), timeout)
