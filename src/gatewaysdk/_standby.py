"""A task that waits for work, and work that is begun in its name while it does.

To wake a task takes a round of the event loop, which costs more than what most handlers do. Where work comes now and
then, it is therefore run at once, by whoever brings it, as though the task ran it: the task is the current one, and its
context. Only when the work must wait for something is the task woken, and goes on with it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import Context, copy_context
from typing import Any

__all__ = ["Standby"]

_APART = 0.0001
"""Seconds between pieces of work begun at once. What comes faster is done in one go, which is cheaper still."""


class Standby:
    """The task that works, and what wakes it or spares it the waking."""

    __slots__ = ("_arrival", "_context", "_loop", "_next_at", "_rest", "_task")

    def __init__(self) -> None:
        self._arrival: asyncio.Future[None] | None = None  # a few times lighter than an Event
        self._rest: _Rest | None = None
        self._next_at = 0.0

    def start(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        """Return a new task that does ``work``, which calls `wait`."""
        self._loop = asyncio.get_running_loop()
        self._arrival = None
        # Tasks that others make may be anything, so that nothing can be begun in their name.
        self._context: Context | None = None if self._loop.get_task_factory() is not None else copy_context()
        if self._context is None:
            self._task = asyncio.create_task(work, name=name)
        else:
            self._task = asyncio.create_task(work, name=name, context=self._context)
        return self._task

    async def wait(self) -> None:
        """Return once woken, or when what was begun meanwhile is done; for the task alone."""
        self._arrival = self._loop.create_future()
        try:
            await self._arrival
        except asyncio.CancelledError as error:
            if self._rest is None:
                raise
            self._rest.cancel(error)
        finally:
            self._arrival = None
        rest, self._rest = self._rest, None
        if rest is not None:
            await rest

    def wake(self) -> None:
        """Let `wait` return, if the task waits there."""
        arrival = self._arrival
        if arrival is not None and not arrival.done():  # it is when the task was cancelled
            arrival.set_result(None)

    def may_begin(self) -> bool:
        """Whether `begin` is to be called now: the task waits, and not so much comes that it had better be woken.

        Whoever is told so must do it, as the time of the next is reckoned from here.
        """
        arrival = self._arrival
        if arrival is None or arrival.done() or self._context is None:
            return False
        now = self._loop.time()
        if now < self._next_at:
            return False
        self._next_at = now + _APART
        return True

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Run ``work`` as far as it goes without waiting, and leave the rest to the task.

        Raises what ``work`` raises, but for `CancelledError`, which goes to the task.
        """
        loop, task, arrival, context = self._loop, self._task, self._arrival, self._context
        assert arrival is not None  # `may_begin` said so
        assert context is not None
        caller = asyncio.current_task()
        assert caller is not None
        asyncio._leave_task(loop, caller)
        asyncio._enter_task(loop, task)
        try:
            awaited = context.run(work.send, None)
        except StopIteration:
            return
        except asyncio.CancelledError:
            arrival.cancel()
            return
        finally:
            asyncio._leave_task(loop, task)
            asyncio._enter_task(loop, caller)
        self._rest = _Rest(work, awaited)
        self.wake()


class _Rest:
    """Work that was begun and awaits something: to await this is to go on with it."""

    __slots__ = ("_awaited", "_error", "_work")

    def __init__(self, work: Coroutine[Any, Any, None], awaited: Any) -> None:
        self._work = work
        self._awaited = awaited
        self._error: BaseException | None = None

    def cancel(self, error: asyncio.CancelledError) -> None:
        """Do what cancelling a task does: cancel what it awaits or, where that cannot be, the work itself."""
        if not (asyncio.isfuture(self._awaited) and self._awaited.cancel(*error.args)):
            self._error = error

    def __await__(self) -> Generator[Any, Any, None]:
        awaited, error = self._awaited, self._error
        while True:
            if error is None:
                try:
                    yield awaited
                    break
                except BaseException as thrown:
                    error = thrown
            try:
                awaited = self._work.throw(error)
            except StopIteration:
                return
            error = None
        yield from self._work.__await__()
