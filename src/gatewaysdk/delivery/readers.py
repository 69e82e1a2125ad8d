"""The streams and waits of a shard, which get events besides the handlers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any, TypeVar

from ..bases.any_event import AnyEvent
from ..decoding.known import could_be
from ..listeners.intents import Where
from .stream import Channel, EventStream, Mark
from .tap import Tap

__all__ = ["Readers"]

E = TypeVar("E", bound=AnyEvent)


class Readers:
    """The streams and waits of a shard.

    Args:
        changed: called when a stream or a wait was added or has ended, so cached plans must go.
        weigh: called when a wait begins or ends, to decide anew whether to read.

    Attributes:
        channels: the bounded queue of each stream.
        taps: the waits.
    """

    def __init__(self, changed: Callable[[], None], weigh: Callable[[], None]) -> None:
        self._changed = changed
        self._weigh = weigh
        self.channels: list[Channel] = []
        self.taps: list[Tap[Any]] = []

    def open_stream(
        self,
        classes: tuple[type[AnyEvent], ...],
        size: int,
        most_bytes: int,
        on_done: Callable[[], Awaitable[None]] | None,
        where: Where | None,
    ) -> EventStream[Any]:
        """Return a stream of the events that arrive from now on; `Channel` has the arguments."""
        channel = Channel(classes, size, most_bytes, on_done, where)
        self.add(channel)
        return EventStream(channel)

    def tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        """Return a tap of the events that arrive from now on; the caller must close it."""
        tap = Tap(classes, accept, self.tap_changed, where)
        self.add(tap)
        return tap

    def add(self, source: Channel | Tap[Any]) -> None:
        """Let a channel or a tap, which shards may share, take the events that arrive from now on."""
        if isinstance(source, Channel):
            self.channels.append(source)
        else:
            self.taps.append(source)
        self._changed()

    def tap_changed(self, tap: Tap[Any]) -> None:
        """Decide anew whether to read: a wait has begun, got an event, or ended."""
        if tap.closed:
            self._changed()
        self._weigh()

    def forget_closed(self) -> None:
        """Forget streams and waits that take no more events and hold none."""
        # An abandoned stream stays until `forget_abandoned`: it keeps its events from counting as done.
        self.channels = [one for one in self.channels if not one.closed or one.oldest is not None or one.abandoned]
        self.taps = [tap for tap in self.taps if not tap.closed]

    def forget_abandoned(self) -> None:
        """Forget abandoned streams, so that their unread events count as done and are not sent again after a restart.

        Called when a heartbeat is answered. Until then the exception that may have abandoned a stream can end the
        program, and then its events must come again.
        """
        kept = [channel for channel in self.channels if not channel.abandoned]
        if len(kept) < len(self.channels):
            self.channels = kept
            self._changed()

    def taps_of(self, name: str) -> tuple[Tap[Any], ...]:
        """Return the waits that may take events of this name."""
        return tuple(tap for tap in self.taps if any(could_be(one, name) for one in tap.classes))

    def wants_name(self, name: str, *, structs: bool = False) -> bool:
        """Whether a stream may take the event of this name as a model, or as a struct."""
        return any(channel.wants_name(name, structs=structs) for channel in self.channels)

    def wanted(self) -> Iterator[tuple[type[AnyEvent], Where | None]]:
        """Yield the classes that open streams and waits take, and from where, to derive intents."""
        sources: list[Channel | Tap[Any]] = [*self.channels, *self.taps]
        for source in sources:
            if not source.closed:
                for one in source.classes:
                    yield one, source.where

    @property
    def oldest(self) -> Mark | None:
        """The position of the first event in a stream that is not done; None if there is none."""
        marks = [mark for channel in self.channels if (mark := channel.oldest) is not None]
        return min(marks, default=None)

    def settle(self) -> None:
        """Count the events that streams have given out as done."""
        for channel in self.channels:
            channel.settle()

    def end_waits(self, cause: BaseException) -> None:
        """End all waits with ``cause``, and lift the bounds of streams, because no more events arrive."""
        for tap in self.taps:
            if not tap.shared:  # a shared one may still get its event from another shard
                tap.fail(cause)
        for channel in self.channels:
            channel.open_wide()  # its reader may be waiting for `close`, so the delivery must not wait for the reader

    def end_streams(self, cause: BaseException | None) -> None:
        """Let streams end after the events that they hold, with ``cause`` if there is one."""
        for channel in self.channels:
            channel.end(cause)
