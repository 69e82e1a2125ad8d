"""What a shard counts."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["Stats"]


@dataclass(slots=True)
class Stats:
    """Counters of one shard since it was made; read them at any time, export them as you like."""

    frames: int = 0
    """Gateway messages of any opcode."""
    events: int = 0
    """Dispatches, listened for or not."""
    decoded: int = 0
    """Dispatches made into events, as somebody listened."""
    unknown_events: int = 0
    """Events that this release has no class for, among those decoded."""
    invalid_events: int = 0
    """Events whose data was no object, or could not be decoded."""
    violations: int = 0
    """Places in which decoded payloads broke the documentation."""
    handler_errors: int = 0
    """Exceptions raised by handlers."""
    dropped: int = 0
    """Events let go as handlers were too slow for them, which only happens when ``overflow`` says so."""
    dropped_by_event: dict[str, int] = field(default_factory=dict)
    """The same by name on the wire."""
    stalls: int = 0
    """Times that the event loop stood still for so long that heartbeats were late."""
    longest_stall: float = 0.0
    """Seconds of the longest of these."""
    unexpected: int = 0
    """Messages that made no sense when they came, and were survived."""
    connections: int = 0
    """Sockets opened or tried."""
    identifies: int = 0
    """Sessions asked for; Discord grants a limited number each day."""
    resumes: int = 0
    """Sessions resumed."""
    replayed: int = 0
    """Events that came late because of a resume, and were not lost."""
    commands: int = 0
    """Commands sent, heartbeats not counted."""
    bytes_received: int = 0
    """Bytes of WebSocket messages, before decompression."""
