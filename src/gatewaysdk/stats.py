"""The counters of a shard."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Stats"]


@dataclass(slots=True)
class Stats:
    """Counters of one shard since it was made. Read them at any time."""

    frames: int = 0
    """Gateway messages received, of any opcode."""
    events: int = 0
    """Dispatches received, whether or not anything listened for them."""
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
    commands: int = 0
    """Commands sent, without heartbeats."""
    bytes_received: int = 0
    """Bytes of WebSocket messages, before decompression."""
