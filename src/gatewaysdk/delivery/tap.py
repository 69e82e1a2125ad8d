"""Gives events to code that waits for one, when they arrive and before they enter the queue for handlers.

So a handler may await an event that comes later, although no other event is handed out while the handler runs.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from ..bases.any_event import AnyEvent
from ..decoding.known import is_struct
from ..errors import StateError
from ..listeners.intents import Where, is_at

__all__ = ["Tap", "is_waited_within", "tick"]

E = TypeVar("E", bound=AnyEvent)

tick: Callable[[], int] = itertools.count().__next__
"""Return a number higher than all before, to order what happens in the process. Unlike times, no two are equal."""


class Tap(Generic[E]):
    """Takes events of some classes that arrive from now on, for one reader.

    Reading pauses while an event lies here unread, so that a slow reader fills no memory.

    Args:
        classes: the classes of events to take.
        accept: returns whether to take an event; if it raises, `get` raises that error.
        changed: called when an event was taken or read, when a wait begins, and when the tap is closed.
        where: take only events from guilds, or from direct messages; None for both.

    Attributes:
        shared: whether several shards offer their events; then the end of one shard does not end the wait.
        waiting_since: the tick at which the reader began to wait; None while it does not wait.
    """

    def __init__(
        self,
        classes: tuple[type[E], ...],
        accept: Callable[[E], bool],
        changed: Callable[[Tap[Any]], None],
        where: Where | None = None,
        *,
        shared: bool = False,
    ) -> None:
        self.classes = classes
        self.where: Where | None = where
        self.shared = shared
        self.closed = False
        self.waiting_since: int | None = None
        self._accept = accept
        self._changed = changed
        self._items: deque[E] = deque()
        self._cause: BaseException | None = None
        self._last_read = tick()
        self._waiter: asyncio.Future[None] | None = None

    def wants(self, *, structs: bool) -> bool:
        """Whether it takes events as models, or as structs."""
        return any(is_struct(one) is structs for one in self.classes)

    def offer(self, event: AnyEvent) -> None:
        """Take an event if it fits. If ``accept`` raises, the tap ends with that error."""
        if self.closed or not isinstance(event, self.classes):
            return
        # `accept` is user code that runs while the connection reads, so its error must not get out of here.
        try:
            accepted = (self.where is None or is_at(event, self.where)) and self._accept(event)
        except Exception as error:
            self.fail(error)
            return
        if accepted:
            self._items.append(event)
            self._wake()
            self._changed(self)

    async def get(self) -> E:
        """Return the next event. After the end it first returns the events that are left.

        Raises the error with which the tap ended: that of the shard, of ``accept``, or a `StateError` after `close`.
        """
        self._last_read = tick()
        if not self._items and not self.closed:
            self._waiter = asyncio.get_running_loop().create_future()
            self.waiting_since = self._last_read
            self._changed(self)  # if reading is paused, this wait may need it to go on
            try:
                await self._waiter
            finally:
                self._waiter = self.waiting_since = None
        if not self._items:
            assert self._cause is not None  # closed
            raise self._cause
        event = self._items.popleft()
        self._changed(self)  # this event may have been what kept reading paused
        return event

    def fail(self, cause: BaseException) -> None:
        """End the tap: `get` returns the events that are left, then raises ``cause``."""
        if not self.closed:
            self.closed = True
            self._cause = cause
            self._wake()

    def close(self) -> None:
        """End the tap and drop the events in it."""
        self._items.clear()
        self.fail(StateError("nothing more comes: the wait was closed"))
        self._changed(self)

    def holds_up(self, others: Iterable[Tap[Any]]) -> bool:
        """Whether an unread event lies here and its reader can come for it, so that reading must pause."""
        return bool(self._items) and not is_waited_within(others, self._last_read)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def is_waited_within(taps: Iterable[Tap[Any]], since: int) -> bool:
    """Whether any tap began to wait after the tick ``since``.

    A task that got an event at that tick and has not come back may be the one waiting. Pausing would then deadlock.
    """
    return any(tap.waiting_since is not None and tap.waiting_since > since for tap in taps)
