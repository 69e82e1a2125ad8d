"""Streams and waits that take events of all shards of a fleet."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from ..bases.any_event import AnyEvent
from ..delivery.merged import MergedChannels
from ..delivery.stream import EventStream
from ..delivery.tap import Tap
from ..listeners.intents import Where
from ..shard.managed import ManagedShard

__all__ = ["FleetReaders"]

E = TypeVar("E", bound=AnyEvent)


class FleetReaders:
    """The streams and waits of a fleet. A shard that joins feeds all that are open.

    Args:
        shards: returns the shards that run now.
    """

    def __init__(self, shards: Callable[[], Iterable[ManagedShard]]) -> None:
        self._shards = shards
        self._streams: list[MergedChannels] = []
        self._taps: list[Tap[Any]] = []

    def _open(self) -> Iterator[MergedChannels | Tap[Any]]:
        self._streams = [one for one in self._streams if not one.closed]
        self._taps = [one for one in self._taps if not one.closed]
        yield from self._streams
        yield from self._taps

    def join(self, shard: ManagedShard) -> None:
        """Let one more shard feed what is open."""
        for source in self._open():
            shard.join(source)

    def open_stream(
        self, classes: tuple[type[AnyEvent], ...], size: int, most_bytes: int, where: Where | None
    ) -> EventStream[Any]:
        """Return a stream of what arrives at any shard from now on."""
        merged = MergedChannels(classes, size, most_bytes, where)
        self._streams.append(merged)
        for shard in self._shards():
            shard.join(merged)
        return EventStream(merged)

    def open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        """Return a tap of what arrives at any shard from now on; the caller closes it."""
        tap = Tap(classes, accept, self._tap_changed, where, shared=True)
        self._taps.append(tap)
        for shard in self._shards():
            shard.join(tap)
        return tap

    def _tap_changed(self, tap: Tap[Any]) -> None:
        for shard in self._shards():
            shard.delivery.readers.tap_changed(tap)

    def wanted(self) -> Iterator[tuple[type[AnyEvent], Where | None]]:
        """Give the classes of events that are asked for, and where from."""
        for source in self._open():
            for one in source.classes:
                yield one, source.where

    def end(self, error: BaseException | None, cause: BaseException) -> None:
        """End all: streams after what they hold, with ``error`` if there is one; waits at once, with ``cause``."""
        for source in self._open():
            if isinstance(source, MergedChannels):
                source.end(error)
            else:
                source.fail(cause)
