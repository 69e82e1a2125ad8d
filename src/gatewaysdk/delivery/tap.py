"""Events for whoever waits for one: told as they arrive, before they queue for handlers.

A handler may so await what the gateway sends later, though no other event is handed out while it does.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from ..bases.event import Event
from ..errors import StateError
from ..listeners.intents import Where, is_at

__all__ = ["Tap", "is_waited_within", "tick"]

E = TypeVar("E", bound=Event)

tick: Callable[[], int] = itertools.count().__next__
"""Returns a number higher than all before: what happens later has a higher one."""


class Tap(Generic[E]):
    """Events of some classes from now on, as they arrive.

    Reading pauses while an event lies here that nobody has come for, so that a slow reader fills no memory.

    Attributes:
        shared: whether several shards offer their events, so that the end of one is not the end of the wait.
        waiting_since: the tick at which a reader came that is still without an event.
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

    def offer(self, event: Event) -> None:
        """Take an event if it is wanted; what ``accept`` raises goes to whoever waits."""
        if self.closed or not isinstance(event, self.classes):
            return
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
        """Return the next event; what came before the end is still given out.

        Raises whatever ended the shard, `StateError` when it was closed.
        """
        self._last_read = tick()
        if not self._items and not self.closed:
            self._waiter = asyncio.get_running_loop().create_future()
            self.waiting_since = self._last_read
            self._changed(self)
            try:
                await self._waiter
            finally:
                self._waiter = self.waiting_since = None
        if not self._items:
            assert self._cause is not None  # closed
            raise self._cause
        event = self._items.popleft()
        self._changed(self)
        return event

    def fail(self, cause: BaseException) -> None:
        """Give nothing more than what is here already, then raise ``cause``."""
        if not self.closed:
            self.closed = True
            self._cause = cause
            self._wake()

    def close(self) -> None:
        """Take no more events."""
        self._items.clear()
        self.fail(StateError("nothing more comes: the wait was closed"))
        self._changed(self)

    def holds_up(self, others: Iterable[Tap[Any]]) -> bool:
        """Whether an event waits here for a reader who can come for it."""
        return bool(self._items) and not is_waited_within(others, self._last_read)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def is_waited_within(taps: Iterable[Tap[Any]], since: int) -> bool:
    """Whether somebody began to wait for an event after a tick.

    Whoever got something at that tick and has not come back may be the one: to stop reading would be for good then.
    """
    return any(tap.waiting_since is not None and tap.waiting_since > since for tap in taps)
