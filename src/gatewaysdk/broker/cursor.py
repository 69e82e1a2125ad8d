"""How far a consumer is in a partition: which events it has finished, and which may have been in hand at a crash."""

from __future__ import annotations

import json
from typing import Any

__all__ = ["Cursor"]

_MOST_CRASHES = 100
"""Crashes that are remembered, for `Cursor.attempt`."""


class Cursor:
    """The state of one partition for one consumer, which its owner writes to a `Register` as a whole.

    Attributes:
        floor: all events up to this position are finished.
        handed: no event behind this position was ever handed out.
    """

    def __init__(self) -> None:
        self.floor = 0
        self.handed = 0
        self._finished: set[int] = set()
        self._failures: dict[int, int] = {}
        self._crashes: list[int] = []
        self._in_hand: dict[int, None] = {}  # in order
        self._read_to = 0  # by this owner; `handed` may be from the one before

    @property
    def in_hand(self) -> int:
        """How many events were handed out and are not finished."""
        return len(self._in_hand)

    @property
    def finished_above_floor(self) -> int:
        """How many events behind the floor are finished."""
        return len(self._finished)

    def take_over(self) -> None:
        """Begin as a new owner: what the last one had in hand counts as tried."""
        if self.handed > self.floor:
            self._crashes = [*self._crashes, self.handed][-_MOST_CRASHES:]

    def hand(self, position: int) -> bool:
        """Note that an event is handed out, in order. Return False for one that is finished already."""
        self._read_to = position
        if position <= self.floor or position in self._finished:
            return False
        self._in_hand[position] = None
        self.handed = max(self.handed, position)
        return True

    def attempt(self, position: int) -> int:
        """Return how often an event was handed out, this time included."""
        return 1 + self._failures.get(position, 0) + sum(handed >= position for handed in self._crashes)

    def fail(self, position: int) -> None:
        """Note that an event in hand was tried in vain."""
        self._failures[position] = self._failures.get(position, 0) + 1

    def finish(self, position: int) -> None:
        """Note that an event in hand is finished."""
        self._in_hand.pop(position, None)
        self._failures.pop(position, None)
        self._finished.add(position)
        first = next(iter(self._in_hand), None)
        floor = self._read_to if first is None else first - 1
        if floor > self.floor:
            self.floor = floor
            self._finished = {one for one in self._finished if one > floor}
            self._crashes = [one for one in self._crashes if one > floor]

    def leave(self, tried: int) -> None:
        """Note that only events up to the position ``tried`` reached the consumer, before its owner goes."""
        self.handed = max(self.floor, min(self.handed, tried))

    def dump(self, owner: str) -> bytes:
        """Return what `parse` reads, with the name of who wrote it."""
        parts = [owner, self.floor, self.handed, sorted(self._finished), list(self._failures.items()), self._crashes]
        return json.dumps(parts, separators=(",", ":")).encode()

    @classmethod
    def parse(cls, data: bytes) -> Cursor:
        """Return the cursor that `dump` wrote."""
        parts: Any = json.loads(data)
        cursor = cls()
        _, cursor.floor, cursor.handed, finished, failures, cursor._crashes = parts
        cursor._finished, cursor._failures = set(finished), dict(failures)
        return cursor
