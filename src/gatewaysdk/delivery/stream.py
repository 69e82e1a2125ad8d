"""Events as an async iterator."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from ..bases.event import Event
from ..decoding.registry import could_be
from ..listeners.intents import Where, is_at
from .tap import tick

__all__ = ["Channel", "EventStream", "Mark", "Source"]

E = TypeVar("E", bound=Event)

Mark: TypeAlias = tuple[int, int]
"""Where an event stands among all of a shard: the number of its session, and its sequence number in that."""


class Channel:
    """A bounded way from a shard to the readers of a stream; the shard waits where they are slow.

    A reader is a task. It is done with an event when it asks for the next one; ``on_done`` is awaited before it gets
    that. A task that has ended is done with its event when another reader asks, as on Python 3.11 `asyncio.wait_for`
    reads in a task of its own.
    """

    def __init__(
        self,
        classes: tuple[type[Event], ...],
        size: int,
        most_bytes: int,
        on_done: Callable[[], Awaitable[None]] | None,
        where: Where | None = None,
        on_put: Callable[[Channel], None] | None = None,
    ) -> None:
        self.classes = classes
        self.where: Where | None = where
        self.last_read = tick()
        self.error: BaseException | None = None
        self.abandoned = False
        self._size = size
        self._most_bytes = most_bytes
        self._bytes = 0
        self._on_done = on_done
        self._on_put = on_put
        self._items: deque[tuple[Mark, Event, int]] = deque()
        self._in_hand: dict[asyncio.Task[Any] | None, Mark] = {}
        self._closed = False
        self._notes_next = False  # let go of with nothing in it: the next event tells how far the reader came
        self._open_wide = False
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether no more events are taken."""
        return self._closed

    @property
    def oldest(self) -> Mark | None:
        """The first event that some reader is not done with."""
        waiting = [self._items[0][0]] if self._items else []
        return min([*self._in_hand.values(), *waiting], default=None)

    @property
    def has_items(self) -> bool:
        """Whether `get` would return an event at once."""
        return bool(self._items)

    def wants_name(self, name: str) -> bool:
        """Whether events with this name are worth decoding for the reader."""
        return (not self._closed or self._notes_next) and any(could_be(one, name) for one in self.classes)

    def wants(self, event: Event) -> bool:
        """Whether the reader asked for events like this."""
        return isinstance(event, self.classes) and (self.where is None or is_at(event, self.where))

    @property
    def full(self) -> bool:
        """Whether the shard has to wait for a reader."""
        return not self._open_wide and (len(self._items) >= self._size or self._bytes >= self._most_bytes)

    async def put(self, mark: Mark, event: Event, size: int) -> None:
        """Add an event, of so many bytes on the wire, as soon as there is room; a closed channel drops it."""
        while self.full and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if not self._closed or self._notes_next:
            self._notes_next = False
            self._items.append((mark, event, size))
            self._bytes += size
            self._changed.set()
            if self._on_put is not None:
                self._on_put(self)

    async def get(self) -> Event | None:
        """Return the next event, None after the last one."""
        self.last_read = tick()
        reader = asyncio.current_task()
        if self._in_hand:
            await self.finish(reader)
        while not self._items and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        self._changed.set()
        if not self._items:
            return None
        self._in_hand[reader], event, size = self._items.popleft()
        self._bytes -= size
        return event

    async def finish(self, reader: asyncio.Task[Any] | None) -> None:
        """A reader is done with the event that it has, and so are the tasks that have ended."""
        for task in [one for one in self._in_hand if one is reader or one is None or one.done()]:
            del self._in_hand[task]
        if self._on_done is not None:
            await self._on_done()

    def open_wide(self) -> None:
        """Have no bound any more: nothing new arrives, and what is under way must not wait for a reader."""
        self._open_wide = True
        self._changed.set()

    def end(self, error: BaseException | None) -> None:
        """Let the readers finish what is there, then stop, with ``error`` if there is one."""
        self.error = error
        self._closed = True
        self._changed.set()

    def settle(self) -> None:
        """The readers are done with what they have."""
        self._in_hand.clear()

    def drop(self) -> None:
        """The readers want nothing any more, not even what is left."""
        self.settle()
        self._items.clear()
        self._bytes = 0
        self.end(None)

    def abandon(self) -> None:
        """The reader is gone, perhaps on purpose, perhaps by an exception in the midst of an event."""
        while len(self._items) > 1:  # the first still tells how far the reader came
            self._items.pop()
        self._notes_next = not self._closed and not self._items
        self.abandoned = True
        self.end(None)


class Source(Protocol):
    """What a stream reads from: the channel of one shard, or the channels of several."""

    error: BaseException | None

    async def get(self) -> Event | None: ...
    def drop(self) -> None: ...
    def abandon(self) -> None: ...


class EventStream(AsyncIterator[E], Generic[E]):
    """Events in the order in which they came; ends when the shard is closed, raises when it failed.

    A stream that is let go of takes no more events and holds nothing up.
    """

    def __init__(self, channel: Source) -> None:
        self._channel = channel
        weakref.finalize(self, channel.abandon)

    def __aiter__(self) -> EventStream[E]:
        return self

    async def __anext__(self) -> E:
        event = await self._channel.get()
        if event is None:
            if self._channel.error is not None:
                raise self._channel.error
            raise StopAsyncIteration
        return event  # type: ignore[return-value]  # the channel holds only events of the classes asked for

    def drop(self) -> None:
        """Take no more events."""
        self._channel.drop()

    async def aclose(self) -> None:
        """Take no more events; for ``contextlib.aclosing``."""
        self.drop()
