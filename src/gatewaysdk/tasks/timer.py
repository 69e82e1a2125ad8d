"""The one timer of a shard: waits for the core's next deadline, and notices when the event loop was blocked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

__all__ = ["Timer"]

_STALL = 1.0
"""Seconds late from which on the loop counts as blocked. What arrived meanwhile is then read before deadlines count."""

_GRACE = 0.1
"""Seconds that this reading gets."""


class Timer:
    """Calls back when a deadline has passed.

    Args:
        due: called when the deadline has passed.
        stalled: called with the seconds by which the loop was late, once for each time that it was blocked.
        failed: called with a name and the error when one of these raises; otherwise only asyncio's log would have it.
    """

    def __init__(
        self, due: Callable[[], None], stalled: Callable[[float], None], failed: Callable[[str, BaseException], None]
    ) -> None:
        self._due = due
        self._stalled = stalled
        self._failed = failed
        self._handle: asyncio.TimerHandle | None = None
        # Kept beside the handle, as uvloop's handle for a time in the past does not know its time.
        self._deadline: float | None = None
        self._in_grace = False

    def set(self, deadline: float | None) -> None:
        """Wait for ``deadline``, in seconds of the loop's clock, instead of the last one. None: wait for nothing.

        During the time for reading after a stall this does nothing: `due` is called when that time is over, and what is
        read meanwhile must not delay it.
        """
        # Called after each frame that is not merely the next event, mostly with the same deadline.
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
        """Stop waiting, also for reading after a stall."""
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
