"""Holds the events that have arrived and are not done: counts them, and drops some when there are too many."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterator
from itertools import chain
from typing import TypeAlias

from ..bases.any_event import AnyEvent
from ..codec import Envelope
from ..decoding.known import is_known
from ..errors import EventsDropped
from ..stats import Stats
from .overflow import DropEvents, Overflow
from .stream import Mark
from .tap import tick

__all__ = ["Backlog", "Item", "mark_of"]


Item: TypeAlias = tuple[int, Envelope, AnyEvent | None, int, AnyEvent | None]
"""A dispatch on its way to handlers and streams: its session's number, envelope, model, message's bytes, and struct.

The model and the struct are there if the event was decoded as such already.

A tuple, because one is made for every event with a listener, and a tuple is the cheapest object to make.
"""


def mark_of(item: Item) -> Mark:
    """Return the position of a dispatch among all of a shard."""
    return item[0], item[1][1] or 0


class Backlog:
    """A queue, the items taken from it, and the bound on both.

    An item waits, is taken, and is done. With ``concurrency``, a taken item first stands in a line with the others of
    its key. Invariant: at most ``size`` items and ``most_bytes`` bytes are held, except for a single larger item, and
    for items that arrive after `put` asked to stop reading.

    Args:
        size: most items to hold.
        most_bytes: most bytes of their messages.
        overflow: what to do when it is full.
        stats: counts dropped items.
        lined: whether `line_up` will be used.

    Attributes:
        at_ease: while fewer items than this wait, and fewer bytes than ``bytes_at_ease`` are held, the caller may
            append to ``waiting`` and add to ``bytes`` itself, without a call of `put`.
        waiting: items that were not taken yet.
        taken: items that were taken, in the order of their arrival, by the tick at which they were taken.
        bytes: bytes of the messages of all items.
        full: whether the bound was reached; False again once half of the items are done.
    """

    def __init__(self, size: int, most_bytes: int, overflow: Overflow, stats: Stats, *, lined: bool = False) -> None:
        self._size = size
        self._most_bytes = most_bytes
        self._overflow = overflow
        self._stats = stats
        # Without lines at most one item is taken at a time, so the queue is then less than half full and needs no
        # check. With lines any number may be taken, so every `put` has to count.
        self.at_ease = 0 if lined else size // 2 - 1
        self.bytes_at_ease = most_bytes // 2
        self.waiting: deque[Item] = deque()
        self.taken: dict[int, Item] = {}
        self._lines: dict[Hashable, deque[int]] = {}
        self._lined: dict[int, deque[int]] = {}  # the items in lines, each with its line
        self._dropped: Counter[str] = Counter()
        self.bytes = 0
        self.full = False

    def __len__(self) -> int:
        return len(self.waiting) + len(self.taken)

    @property
    def oldest(self) -> Mark | None:
        """The position of the first item that is not done; None if all are."""
        first = next(chain(self.taken.values(), self.waiting), None)
        return None if first is None else mark_of(first)

    @property
    def begun(self) -> int:
        """The tick at which the oldest item was taken; the present tick if none is taken."""
        first = next(iter(self.taken), None)
        return tick() if first is None else first

    @property
    def in_work(self) -> Iterator[int]:
        """The ticks of the items that are being worked on."""
        return (number for number in self.taken if number not in self._lined)

    @property
    def working_on(self) -> str:
        """Names of the events that are being handled, for the log."""
        return ", ".join(dict.fromkeys(self.taken[number][1][2] or "" for number in self.in_work))

    # Put, take, done

    def put(self, item: Item) -> bool:
        """Queue an item, and drop it or older ones as ``overflow`` says. Returns whether reading should stop."""
        overflow, size = self._overflow, item[3]
        drops = overflow == "drop_oldest" or (isinstance(overflow, DropEvents) and item[1][2] in overflow.names)
        if overflow == "drop_oldest":
            while self._is_over(size) and self._drop_oldest():
                pass
        if drops and self._is_over(size):
            self._note_dropped(item)
        else:
            self.waiting.append(item)
            self.bytes += size
        if len(self) >= self._size or self.bytes >= self._most_bytes:
            self.full = True
        return self.full and overflow != "drop_oldest"

    def _is_over(self, size: int) -> bool:
        """Whether another item of ``size`` bytes exceeds a bound; if nothing is held, an item of any size fits."""
        held = len(self)
        return held >= self._size or (held > 0 and self.bytes + size > self._most_bytes)

    def take(self) -> Iterator[int]:
        """Yield waiting items one by one, by their tick. Asking for the next item marks the one before as done."""
        # A generator, because resuming one costs less than calls of `take_one` and `done` for each event.
        waiting, taken = self.waiting, self.taken
        while waiting:
            number = tick()
            item = taken[number] = waiting.popleft()
            yield number
            if number in taken:  # else `done` was called for it
                del taken[number]
                self.bytes -= item[3]

    def take_one(self) -> int:
        """Take the first waiting item and return its tick; then call `line_up`."""
        number = tick()
        self.taken[number] = self.waiting.popleft()
        return number

    def line_up(self, number: int, item: Item, key: Hashable) -> None:
        """Put a taken item into the line of its key. ``item`` replaces the stored one, because it is decoded now."""
        self.taken[number] = item
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = deque()
        line.append(number)
        self._lined[number] = line

    def take_from(self, key: Hashable) -> Iterator[int]:
        """Yield the items in the line of a key, as `take` yields waiting ones. An empty line is removed."""
        line = self._lines.get(key)
        while line:
            number = line.popleft()
            del self._lined[number]
            yield number
            if number in self.taken:
                self.done(number)
        self._lines.pop(key, None)

    def has_line(self, key: Hashable) -> bool:
        """Whether there is a line for a key."""
        return key in self._lines

    def done(self, number: int) -> None:
        """Forget an item and its bytes."""
        self.bytes -= self.taken.pop(number)[3]

    def put_back(self) -> None:
        """Let all taken items wait again, in order. Call it after the work on them was broken off."""
        self.waiting.extendleft(reversed(self.taken.values()))
        self.taken.clear()
        self._lines.clear()
        self._lined.clear()

    # Too much

    def has_room(self) -> bool:
        """Return whether there is room again after it was full: at most half of each bound is used."""
        # Half, not one place: reading would otherwise stop and start again for every event.
        if len(self) > self._size // 2 or self.bytes > self.bytes_at_ease:
            return False
        self.full = False
        return True

    def overdue(self) -> bool:
        """Whether ten times a bound is reached although the queue was full, so that a wait must end with an error."""
        return len(self) >= 10 * self._size or self.bytes >= 10 * self._most_bytes

    def _drop_oldest(self) -> bool:
        """Drop the oldest item that is not being handled. Returns whether there was one."""
        # Items in lines were taken earlier, so they are older than those that wait.
        number = next(iter(self._lined), None)
        if number is not None:
            line = self._lined.pop(number)
            line.popleft()  # `_lined` and each line keep the order of arrival, so this is the same item
            item = self.taken.pop(number)
        elif self.waiting:
            item = self.waiting.popleft()
        else:
            return False
        self.bytes -= item[3]
        self._note_dropped(item)
        return True

    def _note_dropped(self, item: Item) -> None:
        name = item[1][2] or ""
        if not is_known(name):
            name = "(unknown)"  # a gateway could invent names without end, and each would stay in the counters
        self._stats.dropped += 1
        by_event = self._stats.dropped_by_event
        by_event[name] = by_event.get(name, 0) + 1
        self._dropped[name] += 1

    def take_dropped(self) -> EventsDropped | None:
        """Return the events dropped since the last call, or None if there are none or the queue is still full."""
        if not self._dropped or self.full:
            return None
        dropped, self._dropped = self._dropped, Counter()
        return EventsDropped(dict(dropped))
