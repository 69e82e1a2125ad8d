"""Whether to read on: not while too much is held, unless that waits for what is yet to be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..errors import StateError
from .backlog import Backlog
from .stream import Channel
from .tap import Tap, is_waited_within

__all__ = ["Pressure", "Reader"]

_WAIT_REMEDY = "wait in a task of its own rather than in a handler, or handle events concurrently"


class Reader(Protocol):
    """Who brings the frames, and must know when to stop and go on."""

    def on_full(self) -> None:
        """As much is held as may be."""

    def on_room(self) -> None:
        """There is room again."""


class Pressure:
    """Tells the reader when to stop and when to go on."""

    def __init__(self, backlog: Backlog, reader: Reader) -> None:
        self._backlog = backlog
        self._reader = reader
        self._held = False

    def weigh(self, taps: Iterable[Tap[Any]], channels: Iterable[Channel], too_many: bool = False) -> None:
        """Judge anew, as something was put, taken, or is waited for; ``too_many`` are withheld elsewhere."""
        backlog, taps = self._backlog, [tap for tap in taps if not tap.closed]
        held = backlog.full
        if held:
            # A handler that took an event after `since` may be the one that waits. To stop reading would be for good.
            since = min([backlog.begun, *(channel.last_read for channel in channels if channel.full)])
            if is_waited_within(taps, since):
                held = False
                if backlog.overdue():
                    for tap in taps:
                        if tap.waiting_since is not None:
                            tap.fail(StateError(f"{len(backlog)} events came meanwhile; {_WAIT_REMEDY}"))
        held = held or too_many or any(tap.holds_up(taps) for tap in taps)
        if held:
            self._reader.on_full()
        elif self._held:
            self._reader.on_room()
        self._held = held
