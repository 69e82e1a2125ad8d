"""Those who read events besides handlers: streams and waits."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from ..bases.event import Event
from ..decoding.registry import could_be
from ..listeners.intents import Where
from .stream import Channel, EventStream, Mark
from .tap import Tap

__all__ = ["Readers"]

E = TypeVar("E", bound=Event)


class Readers:
    """The streams and waits of a shard.

    Args:
        changed: called when other events than before may be wanted.
        weigh: called when a wait begins or is over, so that it may be time to read on, or to stop.

    Attributes:
        channels: the ways to the readers of streams.
        taps: the waits.
    """

    def __init__(self, changed: Callable[[], None], weigh: Callable[[], None]) -> None:
        self._changed = changed
        self._weigh = weigh
        self.channels: list[Channel] = []
        self.taps: list[Tap[Any]] = []

    def open_stream(
        self,
        classes: tuple[type[Event], ...],
        size: int,
        most_bytes: int,
        on_done: Callable[[], Awaitable[None]] | None,
        where: Where | None,
    ) -> EventStream[Any]:
        """Return a stream of what arrives from now on."""
        channel = Channel(classes, size, most_bytes, on_done, where)
        self.add(channel)
        return EventStream(channel)

    def tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        """Return a tap of what arrives from now on; to be closed by whoever asks."""
        tap = Tap(classes, accept, self.tap_changed, where)
        self.add(tap)
        return tap

    def add(self, source: Channel | Tap[Any]) -> None:
        """Let a channel, or a tap that shards share, take what arrives from now on."""
        if isinstance(source, Channel):
            self.channels.append(source)
        else:
            self.taps.append(source)
        self._changed()

    def tap_changed(self, tap: Tap[Any]) -> None:
        """Judge anew: a wait has begun, got something, or is over."""
        if tap.closed:
            self._changed()
        self._weigh()

    def forget_closed(self) -> None:
        """Forget those that take nothing more and hold nothing."""
        self.channels = [one for one in self.channels if not one.closed or one.oldest is not None or one.abandoned]
        self.taps = [tap for tap in self.taps if not tap.closed]

    def forget_abandoned(self) -> None:
        """Forget the streams that were let go of: what their readers left behind need not come again."""
        kept = [channel for channel in self.channels if not channel.abandoned]
        if len(kept) < len(self.channels):
            self.channels = kept
            self._changed()

    def taps_of(self, name: str) -> tuple[Tap[Any], ...]:
        """Return the waits for an event."""
        return tuple(tap for tap in self.taps if any(could_be(one, name) for one in tap.classes))

    def wants_name(self, name: str) -> bool:
        """Whether a stream asks for an event."""
        return any(channel.wants_name(name) for channel in self.channels)

    def wanted(self) -> Iterator[tuple[type[Event], Where | None]]:
        """Tell what is asked for."""
        sources: list[Channel | Tap[Any]] = [*self.channels, *self.taps]
        for source in sources:
            if not source.closed:
                for one in source.classes:
                    yield one, source.where

    @property
    def oldest(self) -> Mark | None:
        """The first event that a stream has taken and its readers are not done with."""
        marks = [mark for channel in self.channels if (mark := channel.oldest) is not None]
        return min(marks, default=None)

    def settle(self) -> None:
        """The readers of streams are done with what they were given."""
        for channel in self.channels:
            channel.settle()

    def end_waits(self, cause: BaseException) -> None:
        """Nothing more arrives: waits end with ``cause``, and no event waits for the reader of a stream any more."""
        for tap in self.taps:
            if not tap.shared:  # else what it waits for may come from another shard
                tap.fail(cause)
        for channel in self.channels:
            channel.open_wide()  # its reader may be the one that closes the shard

    def end_streams(self, cause: BaseException | None) -> None:
        """All that arrived was handed out: streams end after it, with ``cause`` if there is one."""
        for channel in self.channels:
            channel.end(cause)
