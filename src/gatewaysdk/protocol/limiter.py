"""The send limits: 120 frames in any 60 seconds of a connection (events/gateway#rate-limiting).

At most 5 of them in any 20 seconds may be presences.
"""

from __future__ import annotations

import math

__all__ = ["PRESENCE_LIMIT", "PRESENCE_WINDOW", "SEND_LIMIT", "SEND_WINDOW", "SendLimiter", "heartbeat_reserve"]

SEND_LIMIT = 120
"""Frames that a connection may send in a window."""

SEND_WINDOW = 60.0
"""Seconds of that window."""

PRESENCE_LIMIT = 5
"""Presences that a session may send in a window."""

PRESENCE_WINDOW = 20.0
"""Seconds of the window of presences."""


def heartbeat_reserve(interval: float) -> int:
    """Return how many frames of a window commands must leave free for heartbeats every ``interval`` seconds."""
    # One more for a beat that the gateway asks for; at most half, so that a short interval still lets commands out.
    return min(math.ceil(SEND_WINDOW / interval) + 1, SEND_LIMIT // 2)


class SendLimiter:
    """A sliding window: no ``window`` seconds hold more than ``limit`` frames. Bursts within that are fine."""

    __slots__ = ("_limit", "_sent", "_window")

    def __init__(self, limit: int = SEND_LIMIT, window: float = SEND_WINDOW) -> None:
        self._limit = limit
        self._window = window
        # When frames were sent. Those before the last ``limit`` cannot matter any more. A list, as a deque takes 700
        # bytes more, and a process may have thousands of these.
        self._sent: list[float] = []

    def free_at(self, reserve: int = 0) -> float:
        """Return when one more frame may be sent so that ``reserve`` stay free. The time may be in the past."""
        # The window is full until the frame at this index is ``window`` seconds old.
        surplus = len(self._sent) - (self._limit - reserve)
        return -math.inf if surplus < 0 else self._sent[surplus] + self._window

    def wait(self, now: float, reserve: int, ahead: int) -> float:
        """Return the seconds until a frame may be sent if ``ahead`` others go first, with ``reserve`` left free."""
        # Each windowful ahead takes a whole window; the rest waits until frames already sent leave it.
        windows, ahead = divmod(ahead, self._limit - reserve)
        surplus = len(self._sent) + ahead - (self._limit - reserve)
        first = 0.0 if surplus < 0 else self._sent[surplus] - now + self._window
        return max(0.0, first) + windows * self._window

    def record(self, now: float) -> None:
        """Note that a frame is sent now."""
        self._sent.append(now)
        if len(self._sent) > self._limit:
            del self._sent[0]
