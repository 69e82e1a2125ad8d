"""Events as an async iterator."""

from __future__ import annotations

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator
from typing import Generic, TypeVar

from .event import Event
from .registry import could_be

__all__ = ["Channel", "EventStream"]

E = TypeVar("E", bound=Event)


class Channel:
    """A bounded way from a shard to one reader; the shard waits where the reader is slow."""

    def __init__(self, classes: tuple[type[Event], ...], size: int) -> None:
        self.classes = classes
        self.error: BaseException | None = None
        self._size = size
        self._items: deque[Event] = deque()
        self._closed = False
        self._changed = asyncio.Event()

    @property
    def closed(self) -> bool:
        """Whether no more events are taken."""
        return self._closed

    def wants_name(self, name: str) -> bool:
        """Whether events with this name are worth decoding for the reader."""
        return not self._closed and any(could_be(one, name) for one in self.classes)

    def wants(self, event: Event) -> bool:
        """Whether the reader asked for events of this class."""
        return isinstance(event, self.classes)

    async def put(self, event: Event) -> None:
        """Add an event as soon as there is room; a closed channel drops it."""
        while len(self._items) >= self._size and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        if not self._closed:
            self._items.append(event)
            self._changed.set()

    async def get(self) -> Event | None:
        """Return the next event, None after the last one."""
        while not self._items and not self._closed:
            self._changed.clear()
            await self._changed.wait()
        self._changed.set()
        return self._items.popleft() if self._items else None

    def end(self, error: BaseException | None) -> None:
        """Let the reader finish what is there, then stop, with ``error`` if there is one."""
        self.error = error
        self._closed = True
        self._changed.set()

    def drop(self) -> None:
        """The reader is gone."""
        self._items.clear()
        self.end(None)


class EventStream(AsyncIterator[E], Generic[E]):
    """Events in the order in which they came; ends when the shard is closed, raises when it failed.

    A stream that is let go of takes no more events and holds nothing up.
    """

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        weakref.finalize(self, channel.drop)

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
