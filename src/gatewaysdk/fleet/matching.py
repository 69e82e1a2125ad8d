"""Which of two sightings of an event is handed out, while two fleets see the same events.

The events of a guild reach both fleets in the same order, at different times. One fleet is the guild's first: its
events are handed out as they come. Those of the second wait until the first has shown them too, and are let go. The
first shows them late when it was cut off, and never when it has lost its session. What it skips, and what it does not
show for some time, is handed out from the second.

Invariant: an event that both fleets see is handed out once; one that either of them sees is handed out.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

__all__ = ["EXPIRY", "PATIENCE", "Lane", "Sighting"]

T = TypeVar("T")

PATIENCE = 1.0
"""Seconds for which an event of the second fleet waits until the first shows it."""

EXPIRY = 60.0
"""Seconds after which a sighting that only one fleet has had is forgotten. The other is no longer that late."""


class Sighting(NamedTuple, Generic[T]):
    """An event as one of the fleets has seen it.

    Attributes:
        side: 0 for the old fleet, 1 for the new one.
        content: what tells it from other events; equal events that are really two have the same.
        item: what is handed out.
        at: when, in seconds.
    """

    side: int
    content: bytes
    item: T
    at: float


@dataclass(slots=True)
class _Shown:
    """What a side has handed out and the other has not seen: contents as a multiset, and when each came."""

    counts: Counter[bytes]
    times: deque[tuple[float, bytes]]

    def add(self, content: bytes, at: float) -> None:
        self.counts[content] += 1
        self.times.append((at, content))

    def take(self, content: bytes) -> bool:
        count = self.counts.get(content, 0)
        if count > 1:
            self.counts[content] = count - 1
        elif count:
            del self.counts[content]
        return count > 0

    def forget_before(self, at: float) -> None:
        # An entry whose sighting was matched meanwhile may stand for a later one of the same content. That is then
        # forgotten a little early, which only matters if the other side is later than `EXPIRY`.
        while self.times and self.times[0][0] < at:
            self.take(self.times.popleft()[1])


class Lane(Generic[T]):
    """The events of one guild, seen by two fleets.

    Args:
        first: the side whose events are handed out as they come.

    Attributes:
        first: that side.
        alone: whether the other fleet shows no more: then what this one shows needs no match.
    """

    def __init__(self, first: int) -> None:
        self.first = first
        self.alone = False
        self._shown = (_Shown(Counter(), deque()), _Shown(Counter(), deque()))
        self._held: deque[Sighting[T]] = deque()  # of the second side

    @property
    def empty(self) -> bool:
        """Whether nothing is unmatched, so that the lane may be forgotten."""
        return not self._held and not self._shown[0].counts and not self._shown[1].counts

    @property
    def oldest(self) -> float | None:
        """When the first came of the second side's events that wait; None when none waits."""
        return self._held[0].at if self._held else None

    def sight(self, one: Sighting[T], *, at_once: bool = False) -> tuple[list[Sighting[T]], list[Sighting[T]]]:
        """Take a sighting; return what is to be handed out now, in order, and what is let go.

        With ``at_once`` the event is handed out at its first sighting, whichever side that is of.
        """
        if self._shown[1 - one.side].take(one.content):
            return [], [one]
        if one.side != self.first and not at_once:
            self._held.append(one)
            return [], []
        out, gone = list(self._skipped(one)), []
        if out and out[-1].content == one.content and out[-1].side != one.side:
            gone.append(out.pop())  # both have it now, and the first side's is the one that is handed out
            self._shown[1 - one.side].take(one.content)
        elif not self.alone:
            self._shown[one.side].add(one.content, one.at)
        return [*out, one], gone

    def _skipped(self, one: Sighting[T]) -> Iterator[Sighting[T]]:
        """Give out what the second side has seen before an event, and the first has not; then that event of it."""
        if not any(held.content == one.content for held in self._held):
            return
        while True:
            held = self._held.popleft()
            self._shown[held.side].add(held.content, held.at)
            yield held
            if held.content == one.content:
                return

    def lead(self, side: int) -> list[Sighting[T]]:
        """Make a side the first; return what it has that was not handed out yet, in order."""
        if side == self.first:
            return []
        self.first = side
        return self.give_out()

    def give_out(self) -> list[Sighting[T]]:
        """Return what the second side has that was not handed out yet, in order: it is handed out now."""
        held, self._held = list(self._held), deque()
        for one in held:
            self._shown[one.side].add(one.content, one.at)
        return held

    def give_up(self) -> list[Sighting[T]]:
        """Return what the second side has that was not handed out. It is not: the first side will show it, or has."""
        held, self._held = list(self._held), deque()
        return held

    def pass_time(self, now: float) -> list[Sighting[T]]:
        """Return what has waited too long. The side that has seen it is the first from then on."""
        for shown in self._shown:
            shown.forget_before(now - EXPIRY)
        if self._held and now - self._held[0].at >= PATIENCE:
            return self.lead(1 - self.first)
        return []
