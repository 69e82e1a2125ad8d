"""Decides whether to go on reading: not while the queue is full, unless a handler in it waits for an event to come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from ..errors import StateError
from .stream import Channel
from .tap import Tap, is_waited_within

__all__ = ["Fillable", "Pressure", "Reader"]

_WAIT_REMEDY = "wait in a task of its own rather than in a handler, or handle events concurrently"


class Reader(Protocol):
    """Reads frames, and is told when to pause and when to go on."""

    def on_full(self) -> None:
        """Pause reading: the queue or a tap is full. Called again while that lasts."""

    def on_room(self) -> None:
        """Go on reading: there is room again."""


class Fillable(Protocol):
    """What is held of the events that were read, such as a `Backlog`, which has these meanings."""

    @property
    def full(self) -> bool: ...

    @property
    def begun(self) -> int: ...

    def __len__(self) -> int: ...
    def overdue(self) -> bool: ...


class Pressure:
    """Tells the reader when to pause and when to go on."""

    def __init__(self, backlog: Fillable, reader: Reader) -> None:
        self._backlog = backlog
        self._reader = reader
        self._held = False

    def weigh(self, taps: Iterable[Tap[Any]], channels: Iterable[Channel], too_many: bool = False) -> None:
        """Decide again. Call it when an event was queued or taken, and when a wait begins or ends.

        ``too_many`` says that other code holds back so many events that reading must pause.
        """
        backlog, taps = self._backlog, [tap for tap in taps if not tap.closed]
        held = backlog.full
        if held:
            # A handler that took an event after `since` may be the one waiting. Pausing now would deadlock: only
            # reading can wake it. So reading goes on up to ten times the bound; then the waits end with an error.
            since = min([backlog.begun, *(channel.last_read for channel in channels if channel.full)])
            if is_waited_within(taps, since):
                held = False
                if backlog.overdue():
                    for tap in taps:
                        if tap.waiting_since is not None:
                            tap.fail(StateError(f"{len(backlog)} events came meanwhile; {_WAIT_REMEDY}"))
        # A tap has no bound of its own: reading pauses as soon as one event lies in it that its reader can come for.
        held = held or too_many or any(tap.holds_up(taps) for tap in taps)
        if held:
            self._reader.on_full()
        elif self._held:
            self._reader.on_room()
        self._held = held
