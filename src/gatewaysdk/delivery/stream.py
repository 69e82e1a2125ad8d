"""Events as an async iterator."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Generic, Protocol, TypeAlias, TypeVar

from ..bases.any_event import AnyEvent
from ..decoding.known import could_be, is_struct
from ..listeners.intents import Where, is_at
from .tap import tick

__all__ = ["Channel", "EventStream", "Mark", "Source"]

E = TypeVar("E", bound=AnyEvent)

Mark: TypeAlias = tuple[int, int]
"""The position of an event among all of a shard: the number of its session, and its sequence number in that session."""


class Channel:
    """The bounded queue between a shard and the readers of a stream; the shard waits for slow readers.

    A reader is a task. Its event is done when it asks for the next one; ``on_done`` is awaited before it gets that. The
    event of a task that has ended is done when another task asks: on Python 3.11 `asyncio.wait_for` reads in a new task
    each time.

    Args:
        classes: the classes of events that the stream takes.
        size: most events to hold.
        most_bytes: most bytes of their messages.
        on_done: awaited when a reader has finished an event; it saves the session. None if there is no store.
        where: take only events from guilds, or from direct messages; None for both.
        on_put: called when an event was added.
        on_left: called with the position of each event that is done, or was dropped.
    """

    def __init__(
        self,
        classes: tuple[type[AnyEvent], ...],
        size: int,
        most_bytes: int,
        on_done: Callable[[], Awaitable[None]] | None,
        where: Where | None = None,
        on_put: Callable[[Channel], None] | None = None,
        on_left: Callable[[Mark], None] | None = None,
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
        self._on_left = on_left
        self._items: deque[tuple[Mark, AnyEvent, int]] = deque()
        self._in_hand: dict[asyncio.Task[Any] | None, Mark] = {}
        self._closed = False
        self._notes_next = False  # abandoned while empty: the next event is kept, to show how far the reader got
        self._open_wide = False
        # One Event for both sides: it wakes readers when there is an event, and the shard when there is room. Each
        # checks its own condition when it wakes, so a wake-up for the other side does no harm.
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether it takes no more events."""
        return self._closed

    @property
    def oldest(self) -> Mark | None:
        """The position of the first event that is not done; None if there is none."""
        waiting = [self._items[0][0]] if self._items else []
        return min([*self._in_hand.values(), *waiting], default=None)

    @property
    def has_items(self) -> bool:
        """Whether `get` would return an event at once."""
        return bool(self._items)

    def wants_name(self, name: str, *, structs: bool = False) -> bool:
        """Whether events of this name must be decoded for this stream, as models or as structs."""
        return self._takes and any(could_be(one, name) and is_struct(one) is structs for one in self.classes)

    @property
    def _takes(self) -> bool:
        # Where somebody asks for each event whether it is done, those after an abandonment are not done either.
        return not self._closed or self._notes_next or (self.abandoned and self._on_left is not None)

    def wants(self, event: AnyEvent) -> bool:
        """Whether the stream takes this event."""
        return isinstance(event, self.classes) and (self.where is None or is_at(event, self.where))

    @property
    def full(self) -> bool:
        """Whether the shard has to wait for a reader."""
        return not self._open_wide and (len(self._items) >= self._size or self._bytes >= self._most_bytes)

    async def put(self, mark: Mark, event: AnyEvent, size: int) -> None:
        """Add an event, whose message has ``size`` bytes, once there is room; a closed stream drops it."""
        while self.full and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if self._takes:
            self._notes_next = False
            self._items.append((mark, event, size))
            self._bytes += size
            self._changed.set()
            if self._on_put is not None:
                self._on_put(self)
        else:
            self._left(mark)

    async def get(self) -> AnyEvent | None:
        """Return the next event; None after the last one. The event that this task got before is done now."""
        self.last_read = tick()  # for `Pressure`: a reader that began to wait on a tap after this cannot read here
        reader = asyncio.current_task()
        if self._in_hand:
            # Saved before the wait for the next event, which may be long.
            await self.finish(reader)
        while not self._items and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        self._changed.set()  # for other readers, and for the shard: taking this event makes room
        if not self._items:
            return None
        self._in_hand[reader], event, size = self._items.popleft()
        self._bytes -= size
        return event

    async def finish(self, reader: asyncio.Task[Any] | None) -> None:
        """A reader is done with the event that it has, and so are the tasks that have ended."""
        for task in [one for one in self._in_hand if one is reader or one is None or one.done()]:
            self._left(self._in_hand.pop(task))
        if self._on_done is not None:
            await self._on_done()

    def open_wide(self) -> None:
        """Lift the bounds: no more events arrive, and those in the queue must not wait for a reader."""
        self._open_wide = True
        self._changed.set()

    def end(self, error: BaseException | None) -> None:
        """Take no more events. Readers get those that are left, then ``error`` if there is one, else the end."""
        self.error = error
        self._closed = True
        self._changed.set()

    def settle(self) -> None:
        """Count all events that were given out as done."""
        while self._in_hand:
            self._left(self._in_hand.popitem()[1])

    def drop(self) -> None:
        """End the stream and drop the events in it, which then count as done."""
        self.settle()
        while self._items:
            self._left(self._items.popleft()[0])
        self._bytes = 0
        self.end(None)

    def _left(self, mark: Mark) -> None:
        if self._on_left is not None:
            self._on_left(mark)

    def abandon(self) -> None:
        """End the stream because nothing refers to it any more, perhaps after an exception in the work on an event.

        So its events do not count as done yet: `Readers.forget_abandoned` decides that later.
        """
        # The first is enough to show how far the reader got; the others would take memory.
        while len(self._items) > 1 and self._on_left is None:
            self._items.pop()
        self._notes_next = not self._closed and not self._items
        self.abandoned = True
        self.end(None)


class Source(Protocol):
    """What a stream reads from: the channel of one shard, or the channels of several."""

    error: BaseException | None

    async def get(self) -> AnyEvent | None: ...
    def drop(self) -> None: ...
    def abandon(self) -> None: ...


class EventStream(AsyncIterator[E], Generic[E]):
    """An async iterator of events, in order. It ends when the shard is closed, and raises the error if it failed.

    When nothing refers to a stream any more, it takes no more events and delays nothing.
    """

    def __init__(self, channel: Source) -> None:
        self._channel = channel
        # The shard refers to the channel only, so this stream is collected as soon as the user lets go of it.
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
        """End the stream: take no more events, and forget those that were not read."""
        self._channel.drop()

    async def aclose(self) -> None:
        """End the stream like `drop`; for ``contextlib.aclosing``."""
        self.drop()
