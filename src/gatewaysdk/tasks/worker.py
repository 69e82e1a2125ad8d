"""A task that exists only while there is work, and that is replaced when other code cancels it.

Where Python can start a task eagerly (3.12 and later), an idle worker has no task. Work that comes alone begins at
once, in a task of its own, within the call that brings it: to wake a task takes a round of the event loop, which costs
several times as much. On 3.11 there is no way around that round, but a worker that stays spares the making of a task.
"""

from __future__ import annotations

import asyncio
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

__all__ = ["EAGER", "Worker", "is_stray", "start_task"]

T = TypeVar("T")

_MOMENT = 0.01
"""Seconds before a cancelled task is replaced: a loop that ends cancels all tasks, and no task may start on it then."""

EAGER = sys.version_info >= (3, 12)
"""Whether a task can be started eagerly."""


def start_task(
    work: Coroutine[Any, Any, T], name: str, context: Context | None = None, *, at_once: bool = True
) -> asyncio.Task[T]:
    """Return a task for ``work``. With ``at_once``, on 3.12 and later, it has already run up to its first wait.

    On a loop with a task factory it has not, as nothing is known about the tasks of a factory.
    """
    loop = asyncio.get_running_loop()
    if sys.version_info >= (3, 12) and at_once and loop.get_task_factory() is None:
        return asyncio.Task(work, loop=loop, name=name, context=context, eager_start=True)
    return loop.create_task(work, name=name, context=context)


def is_stray() -> bool:
    """Whether a `CancelledError` just caught came from an awaited future: nobody has cancelled the current task."""
    task = asyncio.current_task()
    return task is not None and not task.cancelling()


class Worker(ABC):
    """Does one kind of work, in a task that is made when there is some.

    If other code than `cancel` cancels the task, it is replaced after a moment, so that the work goes on.

    Args:
        name: name of the task.
        context: the context in which all its tasks run.
        ended: called with the worker and None when there is no work left, or with the worker and the error of `work`.

    Attributes:
        task: the task, if it waits for something, be it for more work; else None.
        busy: whether a task is at work, or is about to be replaced.
        cancelled: whether `cancel` was called, or `work` has failed.
        stays: whether an idle worker keeps its task, to be woken, until `cancel` or `let_go`.
        stray: the `CancelledError` with which other code ended the last task. `work` must report and clear it.
    """

    __slots__ = ("_context", "_ended", "_more", "_name", "_replacing", "busy", "cancelled", "stray", "task")
    stays = False

    def __init__(self, name: str, context: Context, ended: Callable[[Any, BaseException | None], None]) -> None:
        self._name = name
        self._context = context
        self._ended = ended
        self.busy = False
        self.cancelled = False
        self.stray: asyncio.CancelledError | None = None
        self._replacing: asyncio.TimerHandle | None = None
        self._more: asyncio.Future[None] | None = None  # what the task of an idle worker waits for
        self.task: asyncio.Task[None] | None = None

    @abstractmethod
    async def work(self) -> None:
        """Do all the work that there is."""

    @abstractmethod
    def has_work(self) -> bool:
        """Whether there is work. Asked when a task ends, as work may have come after it looked for the last time."""

    def wake(self, *, at_once: bool = False) -> None:
        """Start a task unless one is at work. With ``at_once``, where Python can, it has begun when this returns."""
        if not self.busy and not self.cancelled:
            self.busy = True
            if self._more is None:
                self._begin(at_once)
            elif not self._more.done():  # else something has just cancelled the task, and `_done` replaces it
                self._more.set_result(None)

    def _begin(self, at_once: bool) -> None:
        self._replacing = None
        work = self._work_and_stay() if self.stays else self.work()
        task = start_task(work, self._name, self._context, at_once=at_once)
        if task.done():  # it started eagerly and never had to wait, so no callback is needed
            self._done(task)
        else:
            self.task = task
            task.add_done_callback(self._done)

    async def _work_and_stay(self) -> None:
        while True:
            await self.work()
            if self.cancelled:
                return
            self.busy = False
            more = self._more = asyncio.get_running_loop().create_future()
            self._ended(self, None)
            await more
            self._more = None

    def let_go(self) -> None:
        """Keep no task while idle; work that still comes gets a new one."""
        if self._more is not None and not self.busy:
            task, self.task, self._more = self.task, None, None
            assert task is not None  # it waits there
            task.remove_done_callback(self._done)
            task.cancel()

    def cancel(self) -> None:
        """Stop the work for good: cancel the task, or do not replace one that was cancelled."""
        self.cancelled = True
        if self.task is not None:
            self.task.cancel()
        elif self._replacing is not None:
            self._replacing.cancel()
            self._replacing = None
            self.busy = False
            self._ended(self, None)

    def _done(self, task: asyncio.Task[None]) -> None:
        self.task = self._more = None
        if not self.busy:
            return  # it was cancelled while it waited for more, so that nothing is lost
        error = None
        if task.cancelled():
            if not self.cancelled:
                self.stray = asyncio.CancelledError()
        else:
            error = task.exception()
            self.cancelled |= error is not None  # work that failed would fail again
        if self.stray is not None and not self.cancelled:
            # Later, by a timer: if the loop is ending, it never calls this.
            self._replacing = asyncio.get_running_loop().call_later(_MOMENT, self._begin, False)
            return
        self.busy = False
        if not self.cancelled and self.has_work():
            self.wake()
        else:
            self._ended(self, error)
