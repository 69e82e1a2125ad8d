"""The heartbeat of one connection (events/gateway#sending-heartbeats)."""

from __future__ import annotations

import math
from typing import Any

from ..errors import ProtocolError

__all__ = ["HeartbeatTracker", "read_heartbeat_interval"]

_LONGEST_INTERVAL = 3600.0  # seconds; Discord uses about 41, and a longer one would hide a dead connection


class HeartbeatTracker:
    """Says when to send heartbeats, and whether the gateway answers them. Times are monotonic seconds.

    Attributes:
        interval: seconds between two beats.
        next_at: when the timer's next beat is due.
        requested: whether the gateway asked for a beat (op 1) that was not sent yet.
        latency: seconds between the last acknowledged beat and its ACK, None before the first.
        answered_at: when the last ACK came, None before the first.
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
        # When each unanswered beat was sent, and its frame number. A list, as there is rarely more than one; an empty
        # deque takes ten times the memory, in each shard.
        self._unanswered: list[tuple[float, int]] = []

    @property
    def due_at(self) -> float:
        """When to beat next: at once (-inf) if the gateway asked for it."""
        return -math.inf if self.requested else self.next_at

    @property
    def zombie_at(self) -> float:
        """When the connection counts as dead: at the timer's next beat if its last one has no ACK by then; else inf."""
        return math.inf if self._answered else self.next_at

    def beat(self, now: float, serial: int = 0) -> None:
        """Note that a beat is sent now, as frame number ``serial`` of the connection."""
        self.requested = False
        self._unanswered.append((now, serial))
        # A requested beat leaves the timer alone. Its ACK may come after the timer's next beat is due, and the
        # connection is not dead for that.
        if now >= self.next_at:
            self._answered = False
            self.next_at = now + self.interval
            # Forget beats without an ACK after a whole interval, so that the list stays short.
            while self._unanswered[0][0] <= now - self.interval:
                self._unanswered.pop(0)

    def forgive(self) -> None:
        """Do not expect an ACK for the last beat any more: it may lie unread where our caller has not read."""
        self._answered = True

    def acknowledge(self, now: float) -> int | None:
        """Note that an ACK came; return the number of the frame that it answers, None if no beat waited for one."""
        # Any ACK proves that the gateway lives, so it answers the timer even if one ACK came for two beats.
        self._answered = True
        self.answered_at = now
        if not self._unanswered:
            return None
        sent_at, serial = self._unanswered.pop(0)
        self.latency = now - sent_at
        return serial


def read_heartbeat_interval(data: Any) -> float:
    """Return the interval in HELLO's data, in seconds. Raises ``ProtocolError`` when there is no usable one."""
    milliseconds = data.get("heartbeat_interval") if isinstance(data, dict) else None
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float):
        raise ProtocolError("HELLO holds no heartbeat_interval")
    # Written so that NaN fails too.
    if not 1 <= milliseconds <= _LONGEST_INTERVAL * 1000:
        raise ProtocolError("HELLO holds a heartbeat_interval that is not between 1 ms and an hour")
    return milliseconds / 1000
