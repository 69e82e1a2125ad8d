"""How much may be sent: 120 frames in any 60 seconds of a connection (events/gateway#rate-limiting).

Of presences besides, 5 in any 20 seconds.
"""

from __future__ import annotations

import math
from collections import deque

__all__ = ["PRESENCE_LIMIT", "PRESENCE_WINDOW", "SEND_LIMIT", "SEND_WINDOW", "SendLimiter", "heartbeat_reserve"]

SEND_LIMIT = 120
"""Frames that a connection may send in a window."""

SEND_WINDOW = 60.0
"""Seconds of the window."""

PRESENCE_LIMIT = 5
"""Presences that a session may send in a window of their own."""

PRESENCE_WINDOW = 20.0
"""Seconds of that."""


def heartbeat_reserve(interval: float) -> int:
    """Frames of a window that commands leave to heartbeats ``interval`` seconds apart, and one that is asked for."""
    return min(math.ceil(SEND_WINDOW / interval) + 1, SEND_LIMIT // 2)


class SendLimiter:
    """A sliding window: bursts are fine as long as no ``window`` seconds hold more than ``limit`` frames."""

    __slots__ = ("_limit", "_sent", "_window")

    def __init__(self, limit: int = SEND_LIMIT, window: float = SEND_WINDOW) -> None:
        self._limit = limit
        self._window = window
        self._sent: deque[float] = deque(maxlen=limit)

    def free_at(self, reserve: int = 0) -> float:
        """Return when one more frame may be sent while ``reserve`` stay free: maybe a time in the past."""
        # The window is full when as many frames as it may hold were sent since the one at this index.
        surplus = len(self._sent) - (self._limit - reserve)
        return -math.inf if surplus < 0 else self._sent[surplus] + self._window

    def wait(self, now: float, reserve: int, ahead: int) -> float:
        """Return the seconds until a frame may be sent that ``ahead`` others go before."""
        windows, ahead = divmod(ahead, self._limit - reserve)
        surplus = len(self._sent) + ahead - (self._limit - reserve)
        # What is sent at once counts from now on, what was sent counts from when it was.
        first = 0.0 if surplus < 0 else self._sent[surplus] - now + self._window
        return max(0.0, first) + windows * self._window

    def record(self, now: float) -> None:
        """Note that a frame is sent now."""
        self._sent.append(now)
