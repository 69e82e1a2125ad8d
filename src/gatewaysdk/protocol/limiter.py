"""How much may be sent: 120 frames in any 60 seconds of a connection (events/gateway#rate-limiting)."""

from __future__ import annotations

import math
from collections import deque

__all__ = ["SEND_LIMIT", "SEND_WINDOW", "SendLimiter", "heartbeat_reserve"]

SEND_LIMIT = 120
"""Frames that a connection may send in a window."""

SEND_WINDOW = 60.0
"""Seconds of the window."""


def heartbeat_reserve(interval: float) -> int:
    """Frames of a window that commands leave to heartbeats ``interval`` seconds apart, and one that is asked for."""
    return min(math.ceil(SEND_WINDOW / interval) + 1, SEND_LIMIT // 2)


class SendLimiter:
    """A sliding window: bursts are fine as long as no 60 seconds hold more than 120 frames."""

    __slots__ = ("_sent",)

    def __init__(self) -> None:
        self._sent: deque[float] = deque(maxlen=SEND_LIMIT)

    def free_at(self, reserve: int = 0) -> float:
        """Return when one more frame may be sent while ``reserve`` stay free: maybe a time in the past."""
        # The window is full when as many frames as it may hold were sent since the one at this index.
        surplus = len(self._sent) - (SEND_LIMIT - reserve)
        return -math.inf if surplus < 0 else self._sent[surplus] + SEND_WINDOW

    def wait(self, now: float, reserve: int, ahead: int) -> float:
        """Return the seconds until a frame may be sent that ``ahead`` others go before."""
        windows, ahead = divmod(ahead, SEND_LIMIT - reserve)
        surplus = len(self._sent) + ahead - (SEND_LIMIT - reserve)
        # What is sent at once counts from now on, what was sent counts from when it was.
        first = 0.0 if surplus < 0 else self._sent[surplus] - now + SEND_WINDOW
        return max(0.0, first) + windows * SEND_WINDOW

    def record(self, now: float) -> None:
        """Note that a frame is sent now."""
        self._sent.append(now)
