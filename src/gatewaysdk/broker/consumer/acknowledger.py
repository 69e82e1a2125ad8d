"""Tells the log which events are done: many at once, because an answer of the engine takes a while."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

from ...errors import BrokerUnavailable, LeaseLost
from ...tasks.label import UNSHARDED
from ...tasks.worker import Worker
from .held import Held

__all__ = ["Acknowledger"]

_log = UNSHARDED.log

_AGAIN = 1.0
"""Seconds until an event that the log could not note as done is told again."""


class Acknowledger(Worker):
    """Has the log note events as done.

    Args:
        acknowledged: called with each event that the log has noted, or that another process has by now.
        rest: the arguments of `Worker`.
    """

    __slots__ = ("_acknowledged", "_waiting")

    def __init__(self, acknowledged: Callable[[Held], None], *rest: Any) -> None:
        super().__init__(*rest)
        self._acknowledged = acknowledged
        self._waiting: deque[Held] = deque()

    def add(self, held: Held) -> None:
        """Have one more event noted, soon."""
        self._waiting.append(held)
        self.wake()

    def has_work(self) -> bool:
        return bool(self._waiting)

    async def work(self) -> None:
        """Go on until all are noted. After a cancellation by other code the next task tells the same ones again."""
        self.stray = None
        while self._waiting:
            unsure = False
            batch = [(held, held.delivered) for held in self._waiting]
            results = await asyncio.gather(*(delivered.done() for _, delivered in batch), return_exceptions=True)
            for (held, delivered), result in zip(batch, results, strict=True):
                self._waiting.popleft()
                if isinstance(result, BrokerUnavailable):
                    unsure = True
                    self._waiting.append(held)
                    continue
                if held.delivered is not delivered:  # the log gave it out again meanwhile, and waits for that one
                    self._waiting.append(held)
                    continue
                if isinstance(result, LeaseLost):
                    _log.warning("another process handles an event again that this one has handled: %s", result)
                elif result is not None:
                    raise result
                self._acknowledged(held)
            if unsure:
                await asyncio.sleep(_AGAIN)
