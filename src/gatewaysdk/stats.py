"""The counters of a shard."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field

__all__ = ["HEARTBEAT_BOUNDS", "IDENTIFY_BOUNDS", "Durations", "Stats"]

HEARTBEAT_BOUNDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Seconds at which a heartbeat's round trips are told apart."""

IDENTIFY_BOUNDS = (0.1, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, 14_400.0, 86_400.0)
"""Seconds at which waits for the turn to identify are told apart."""


@dataclass(slots=True)
class Durations:
    """How often something took how long.

    Attributes:
        bounds: seconds, each more than the one before.
        counts: how many took at most the first bound, more than that but at most the second, and so on; the last is
            how many took more than all bounds.
        total: seconds that all took together.
    """

    bounds: tuple[float, ...]
    counts: list[int] = field(init=False)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def add(self, seconds: float) -> None:
        """Count one more."""
        self.counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def add_all(self, others: Durations) -> None:
        """Count those that something with the same bounds has counted."""
        for index, count in enumerate(others.counts):
            self.counts[index] += count
        self.total += others.total

    @property
    def count(self) -> int:
        """How many there were."""
        return sum(self.counts)


@dataclass(slots=True)
class Stats:
    """Counters of one shard since it was made. Read them at any time."""

    frames: int = 0
    """Gateway messages received, of any opcode."""
    events: int = 0
    """Dispatches received, whether or not anything listened for them."""
    events_by_name: dict[str, int] = field(default_factory=dict)
    """`events` by name on the wire, since `count_events` was called; those without a class are ``(unknown)``."""
    decoded: int = 0
    """Dispatches decoded into events, because something listened for them."""
    unknown_events: int = 0
    """Decoded events that this release has no class for."""
    invalid_events: int = 0
    """Decoded events whose data was not an object, or could not be decoded."""
    violations: int = 0
    """Places where decoded payloads broke Discord's documentation."""
    handler_errors: int = 0
    """Exceptions raised by handlers."""
    dropped: int = 0
    """Events discarded because handlers were too slow; always 0 unless ``overflow`` allows it."""
    dropped_by_event: dict[str, int] = field(default_factory=dict)
    """`dropped` by name of the event on the wire."""
    stalls: int = 0
    """Times that a deadline, such as a heartbeat's, was over 1 s late because something blocked the event loop."""
    longest_stall: float = 0.0
    """Seconds by which the latest of these deadlines was late."""
    unexpected: int = 0
    """Messages that the protocol did not expect; the connection went on."""
    connections: int = 0
    """Attempts to open a socket."""
    identifies: int = 0
    """IDENTIFYs sent; Discord allows a limited number each day."""
    resumes: int = 0
    """Sessions resumed."""
    replayed: int = 0
    """Events that were missed and then replayed after a resume."""
    heartbeat_rtts: Durations = field(default_factory=lambda: Durations(HEARTBEAT_BOUNDS))
    """Seconds from a heartbeat to its answer."""
    identify_waits: Durations = field(default_factory=lambda: Durations(IDENTIFY_BOUNDS))
    """Seconds from asking the identify queue to its permit."""
    commands: int = 0
    """Commands sent, without heartbeats."""
    bytes_received: int = 0
    """Bytes of WebSocket messages, before decompression."""
