"""The heartbeat of one connection (events/gateway#sending-heartbeats)."""

from __future__ import annotations

import math
from typing import Any

from ..errors import ProtocolError

__all__ = ["HeartbeatTracker", "read_heartbeat_interval"]

_LONGEST_INTERVAL = 3600.0  # seconds; Discord uses about 41, a dead connection should not be believed for longer


class HeartbeatTracker:
    """When to beat, and whether beats are answered. Times are monotonic seconds.

    Attributes:
        interval: seconds between two beats.
        next_at: when the next beat of the timer is due.
        requested: whether the gateway asked for a beat (op 1) that was not sent yet.
        latency: seconds of the last round trip, or None.
        answered_at: when the last answer came, or None.
    """

    __slots__ = ("_answered", "_unanswered", "answered_at", "interval", "latency", "next_at", "requested")

    def __init__(self, interval: float, now: float, jitter: float) -> None:
        self.interval = interval
        # Clients that reconnect together must not beat together (events/gateway#heartbeat-interval).
        self.next_at = now + interval * jitter
        self.requested = False
        self.latency: float | None = None
        self.answered_at: float | None = None
        self._answered = True
        # When each was sent, and which frame of the connection it was. A list, as it is as good as always one, and an
        # empty deque takes ten times the memory.
        self._unanswered: list[tuple[float, int]] = []

    @property
    def due_at(self) -> float:
        """When to beat next: at once when the gateway asked for it."""
        return -math.inf if self.requested else self.next_at

    @property
    def zombie_at(self) -> float:
        """When the connection counts as dead: the timer's next beat, should its last one be unanswered by then."""
        return math.inf if self._answered else self.next_at

    def beat(self, now: float, serial: int = 0) -> None:
        """Note that a beat is sent now, as the frame of the connection with this number."""
        self.requested = False
        self._unanswered.append((now, serial))
        # A beat on request changes neither the timer nor what the timer knows: its ACK may well come after the
        # timer's next beat is due, and that is no zombie.
        if now >= self.next_at:
            self._answered = False
            self.next_at = now + self.interval
            while self._unanswered[0][0] <= now - self.interval:
                self._unanswered.pop(0)

    def forgive(self) -> None:
        """Expect no answer to the last beat: it may have come while nobody read."""
        self._answered = True

    def acknowledge(self, now: float) -> int | None:
        """Note that an ACK came; return the number of the frame that it answers, None when no beat waited for one."""
        # Any sign of life answers the timer, also when the gateway acknowledges two beats with one ACK.
        self._answered = True
        self.answered_at = now
        if not self._unanswered:
            return None
        sent_at, serial = self._unanswered.pop(0)
        self.latency = now - sent_at
        return serial


def read_heartbeat_interval(data: Any) -> float:
    """Return the interval that HELLO names, in seconds; raise ``ProtocolError`` when it names none."""
    milliseconds = data.get("heartbeat_interval") if isinstance(data, dict) else None
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        raise ProtocolError("HELLO holds no heartbeat_interval")
    # Written so that NaN fails too.
    if not 1 <= milliseconds <= _LONGEST_INTERVAL * 1000:
        raise ProtocolError("HELLO holds a heartbeat_interval that is not between 1 ms and an hour")
    return milliseconds / 1000
