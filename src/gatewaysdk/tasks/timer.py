"""The one timer of a shard: it waits for the core's next deadline, and notices when the event loop stood still."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Timer"]

_STALL = 1.0
"""Seconds late after which the loop counts as having stood still: what has arrived is read then before it is judged."""

_GRACE = 0.1
"""Seconds for that reading."""


class Timer:
    """Calls back when a deadline has passed.

    Args:
        due: called then.
        stalled: called with the seconds by which the loop was late, once for each stall.
        failed: called with what either of them raises, as nobody else would hear of it.
    """

    def __init__(
        self, due: Callable[[], None], stalled: Callable[[float], None], failed: Callable[[str, BaseException], None]
    ) -> None:
        self._due = due
        self._stalled = stalled
        self._failed = failed
        self._handle: asyncio.TimerHandle | None = None
        # Kept beside it, as for a time that has passed uvloop gives a handle which cannot tell.
        self._deadline: float | None = None
        self._in_grace = False

    def set(self, deadline: float | None) -> None:
        """Wait for another deadline, in seconds as the loop counts them; None for nothing.

        A grace that runs is left alone: all that is overdue is looked at when it is over, and what is read meanwhile
        must not put that off.
        """
        if self._in_grace:
            return
        if self._handle is not None:
            if self._deadline == deadline:
                return
            self._handle.cancel()
            self._handle = None
        if deadline is not None:
            self._deadline = deadline
            self._handle = asyncio.get_running_loop().call_at(deadline, self._passed, deadline)

    def cancel(self) -> None:
        """Wait for nothing."""
        self._in_grace = False
        self.set(None)

    def _passed(self, deadline: float) -> None:
        self._handle = None
        loop = asyncio.get_running_loop()
        late = loop.time() - deadline
        if late <= _STALL:
            self._call(self._due)
            return
        self._handle = loop.call_later(_GRACE, self._grace_over)
        self._in_grace = True
        self._call(lambda: self._stalled(late))

    def _grace_over(self) -> None:
        self._handle = None
        self._in_grace = False
        self._call(self._due)

    def _call(self, callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception as error:
            self._failed("the timer", error)
