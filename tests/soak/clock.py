"""The virtual clock: what is due next happens next, and time jumps from one thing to the other."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Any

__all__ = ["DAY", "HOUR", "MINUTE", "Clock"]

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Clock:
    """A heap of things to do. Those due at the same time are done in the order in which they were planned."""

    __slots__ = ("_heap", "_number", "now")

    def __init__(self) -> None:
        self.now = 0.0
        self._heap: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._number = count()

    def at(self, when: float, do: Callable[..., None], *args: Any) -> None:
        heapq.heappush(self._heap, (when, next(self._number), do, args))

    def after(self, seconds: float, do: Callable[..., None], *args: Any) -> None:
        heapq.heappush(self._heap, (self.now + seconds, next(self._number), do, args))

    def run(self, until: float) -> None:
        heap = self._heap
        while heap and heap[0][0] <= until:
            self.now, _, do, args = heapq.heappop(heap)
            do(*args)
        self.now = until
