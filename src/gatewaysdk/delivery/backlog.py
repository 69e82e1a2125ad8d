"""What has arrived and is not done with: how much it is, how old, and what is let go when it is too much."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Hashable, Iterator
from itertools import chain
from typing import TypeAlias

from ..bases.event import Event
from ..codec import Envelope
from ..decoding.registry import event_class
from ..errors import EventsDropped
from ..stats import Stats
from .overflow import DropEvents, Overflow
from .stream import Mark
from .tap import tick

__all__ = ["Backlog", "Item", "mark_of"]


Item: TypeAlias = tuple[int, Envelope, Event | None, int]
"""A dispatch on its way to handlers and streams.

That is the number of its session, its envelope, its event if decoded, and the bytes of its message. A tuple, as it is
made for every event that somebody listens for.
"""


def mark_of(item: Item) -> Mark:
    """Return where a dispatch stands among all."""
    return item[0], item[1][1] or 0


class Backlog:
    """A queue, the items taken from it, and the bound on both.

    An item waits, is taken, and is done with. With lines, one for each key, a taken item stands in the line of its key
    before work on it begins. Invariant: no more than ``size`` items and ``most_bytes`` bytes are held, but for one item
    that comes alone, and for what arrives after `put` asked to stop reading.

    Args:
        size: most items.
        most_bytes: most bytes of their messages.
        overflow: what happens to more.
        stats: counts what is let go.
        lined: whether `line_up` will be used.

    Attributes:
        at_ease: while fewer items wait and fewer bytes are held than ``bytes_at_ease``, an item may be appended to
            ``waiting``, and its bytes added to ``bytes``, without a call of `put`.
        waiting: items that were not taken yet.
        taken: items that were, in the order of their arrival, by the tick at which that happened.
        bytes: how many bytes the messages of all of them have.
        full: whether as much is held as may be; until half of it is done with.
    """

    def __init__(self, size: int, most_bytes: int, overflow: Overflow, stats: Stats, *, lined: bool = False) -> None:
        self._size = size
        self._most_bytes = most_bytes
        self._overflow = overflow
        self._stats = stats
        # As much may wait without a thought: one at most is being worked on then, and the queue is not half full.
        self.at_ease = 0 if lined else size // 2 - 1
        self.bytes_at_ease = most_bytes // 2
        self.waiting: deque[Item] = deque()
        self.taken: dict[int, Item] = {}
        self._lines: dict[Hashable, deque[int]] = {}
        self._lined: dict[int, deque[int]] = {}  # those in lines, with the line
        self._dropped: Counter[str] = Counter()
        self.bytes = 0
        self.full = False

    def __len__(self) -> int:
        return len(self.waiting) + len(self.taken)

    @property
    def oldest(self) -> Mark | None:
        """The first event that is not done with."""
        first = next(chain(self.taken.values(), self.waiting), None)
        return None if first is None else mark_of(first)

    @property
    def begun(self) -> int:
        """The tick at which the oldest was taken."""
        first = next(iter(self.taken), None)
        return tick() if first is None else first

    @property
    def in_work(self) -> Iterator[int]:
        """The ticks of the items that are being worked on."""
        return (number for number in self.taken if number not in self._lined)

    @property
    def working_on(self) -> str:
        """Names of the events that handlers have in hand."""
        return ", ".join(dict.fromkeys(self.taken[number][1][2] or "" for number in self.in_work))

    # Put, take, done

    def put(self, item: Item) -> bool:
        """Queue an item, or let one go as the policy says; return whether reading should stop."""
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
        """Whether an item of so many bytes would be too much. One that comes alone never is."""
        held = len(self)
        return held >= self._size or (held > 0 and self.bytes + size > self._most_bytes)

    def take(self) -> Iterator[int]:
        """Give out what waits, one by one. To ask for the next is to be done with the one before."""
        waiting, taken = self.waiting, self.taken
        while waiting:
            number = tick()
            item = taken[number] = waiting.popleft()
            yield number
            if number in taken:  # else `done` was called for it
                del taken[number]
                self.bytes -= item[3]

    def take_one(self) -> int:
        """Take the first that waits, which is to be lined up."""
        number = tick()
        self.taken[number] = self.waiting.popleft()
        return number

    def line_up(self, number: int, item: Item, key: Hashable) -> None:
        """Let a taken item stand in the line of its key; ``item`` replaces it, as it is decoded now."""
        self.taken[number] = item
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = deque()
        line.append(number)
        self._lined[number] = line

    def take_from(self, key: Hashable) -> Iterator[int]:
        """Give out the line of a key, as `take` does what waits."""
        line = self._lines.get(key)
        while line:
            number = line.popleft()
            del self._lined[number]
            yield number
            if number in self.taken:
                self.done(number)
        self._lines.pop(key, None)

    def has_line(self, key: Hashable) -> bool:
        """Whether something may stand in the line of a key."""
        return key in self._lines

    def done(self, number: int) -> None:
        """Hold an item no longer."""
        self.bytes -= self.taken.pop(number)[3]

    def put_back(self) -> None:
        """Let all items that were taken wait again, in order: work on them was broken off."""
        self.waiting.extendleft(reversed(self.taken.values()))
        self.taken.clear()
        self._lines.clear()
        self._lined.clear()

    # Too much

    def has_room(self) -> bool:
        """Return whether there is room again after it was full, once half of what it held is done with."""
        if len(self) > self._size // 2 or self.bytes > self.bytes_at_ease:
            return False
        self.full = False
        return True

    def overdue(self) -> bool:
        """Whether so much has come in spite of a full queue that it must stop."""
        return len(self) >= 10 * self._size or self.bytes >= 10 * self._most_bytes

    def _drop_oldest(self) -> bool:
        """Let go of the oldest item that nobody works on; return whether there was one."""
        number = next(iter(self._lined), None)
        if number is not None:
            line = self._lined.pop(number)
            line.popleft()  # lines keep the order of arrival, so that the oldest of all is the first in its line
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
