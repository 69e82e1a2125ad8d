"""What has arrived and is not done with: how much it is, how old, and what is let go when it is too much."""

from __future__ import annotations

from collections import Counter, deque
from itertools import chain
from typing import TypeAlias

from ._tap import tick
from .codec import Envelope
from .errors import EventsDropped
from .event import Event
from .overflow import DropEvents, Overflow
from .registry import event_class
from .stats import Stats
from .stream import Mark

__all__ = ["Backlog", "Item", "mark_of"]


Item: TypeAlias = tuple[int, Envelope, Event | None]
"""A dispatch on its way to handlers and streams: the number of its session, its envelope, its event if decoded.

A tuple, as it is made for every event that somebody listens for.
"""


def mark_of(item: Item) -> Mark:
    """Return where a dispatch stands among all."""
    return item[0], item[1][1] or 0


class Backlog:
    """A bounded queue, and the items taken from it that are being worked on.

    Attributes:
        waiting: the queue.
        working: those taken from it, in order, by the tick at which work on them began.
        full: whether there are as many as may be; until half of them are done.
    """

    def __init__(self, size: int, overflow: Overflow, stats: Stats) -> None:
        self._size = size
        self._overflow = overflow
        self._stats = stats
        self.waiting: deque[Item] = deque()
        self.working: dict[int, Item] = {}
        self._dropped: Counter[str] = Counter()
        self.full = False

    def __len__(self) -> int:
        return len(self.waiting) + len(self.working)

    @property
    def oldest(self) -> Mark | None:
        """The first event that is not done with."""
        first = next(chain(self.working.values(), self.waiting), None)
        return None if first is None else mark_of(first)

    @property
    def begun(self) -> int:
        """The tick at which work on the oldest began."""
        first = next(iter(self.working), None)
        return tick() if first is None else first

    @property
    def working_on(self) -> str:
        """Names of the events that handlers have in hand."""
        return ", ".join(dict.fromkeys(envelope[2] or "" for _, envelope, _ in self.working.values()))

    def add(self, item: Item) -> bool:
        """Queue an item, or let one go as the policy says; return whether there are as many as may be."""
        count = len(self.waiting) + len(self.working)
        if count < self._size:
            self.waiting.append(item)
            count += 1
        elif self._overflow == "drop_oldest" and self.waiting:
            self._drop(self.waiting.popleft())
            self.waiting.append(item)
        elif isinstance(self._overflow, DropEvents) and item[1][2] in self._overflow.names:
            self._drop(item)
        else:
            self.waiting.append(item)
        if count >= self._size:
            self.full = True
        return self.full and self._overflow != "drop_oldest"

    def has_room(self) -> bool:
        """Return whether there is room again after it was full, once half of the items are done."""
        if len(self) > self._size // 2:
            return False
        self.full = False
        return True

    def overdue(self) -> bool:
        """Whether so much has come in spite of a full queue that it must stop."""
        return len(self) >= 10 * self._size

    def _drop(self, item: Item) -> None:
        name = item[1][2] or ""
        if event_class(name) is None:
            name = "(unknown)"  # names from outside must not make memory grow
        self._stats.dropped += 1
        by_event = self._stats.dropped_by_event
        by_event[name] = by_event.get(name, 0) + 1
        self._dropped[name] += 1

    def take_dropped(self) -> EventsDropped | None:
        """Return what was let go since the last time, once there is room again."""
        if not self._dropped or self.full:
            return None
        dropped, self._dropped = self._dropped, Counter()
        return EventsDropped(dict(dropped))
