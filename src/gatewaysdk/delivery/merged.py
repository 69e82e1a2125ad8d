"""One stream out of the channels of many shards."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from ..bases.any_event import AnyEvent
from ..listeners.intents import Where
from .stream import Channel

__all__ = ["MergedChannels"]


class MergedChannels:
    """Gives out the events of all its channels, in the order in which they came into them.

    Each shard has a channel of its own, with a bound of its own. A slow reader pauses the shards whose channel is full.

    Args:
        classes: of the events.
        size: most events that wait, for each shard.
        most_bytes: most bytes of their messages, for each shard.
        where: where they come from.
    """

    def __init__(self, classes: tuple[type[AnyEvent], ...], size: int, most_bytes: int, where: Where | None) -> None:
        self.classes = classes
        self.where: Where | None = where
        self.error: BaseException | None = None
        self.closed = False
        self._size = size
        self._most_bytes = most_bytes
        self._channels: list[Channel] = []
        self._ready: deque[Channel] = deque()
        self._in_hand: dict[asyncio.Task[Any] | None, Channel] = {}
        self._changed = asyncio.Event()

    def open(self, on_done: Callable[[], Awaitable[None]] | None) -> Channel:
        """Return a channel for one more shard."""
        self._channels = [one for one in self._channels if not one.closed or one.has_items]
        channel = Channel(self.classes, self._size, self._most_bytes, on_done, self.where, self._came)
        self._channels.append(channel)
        return channel

    def _came(self, channel: Channel) -> None:
        self._ready.append(channel)
        self._changed.set()

    async def get(self) -> AnyEvent | None:
        """Return the next event, None after the last one."""
        reader = asyncio.current_task()
        for task in [one for one in self._in_hand if one is reader or one is None or one.done()]:
            await self._in_hand.pop(task).finish(task)
        while True:
            while self._ready:
                channel = self._ready.popleft()
                if channel.has_items:
                    self._in_hand[reader] = channel
                    return await channel.get()
            if self.closed:
                self._changed.set()  # for the other readers
                return None
            self._changed.clear()
            await self._changed.wait()

    def end(self, error: BaseException | None) -> None:
        """Let the readers finish what is there, then stop, with ``error`` if there is one."""
        self.error = error
        self.closed = True
        self._changed.set()

    def drop(self) -> None:
        """The readers want nothing any more, not even what is left."""
        self._leave(Channel.drop)

    def abandon(self) -> None:
        """The reader is gone, perhaps in the midst of an event."""
        self._leave(Channel.abandon)

    def _leave(self, how: Callable[[Channel], None]) -> None:
        channels, self._channels = self._channels, []
        for channel in channels:
            how(channel)
        self._ready.clear()
        self._in_hand.clear()
        self.end(None)
