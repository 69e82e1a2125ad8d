"""The protocol of session stores, and a store in memory.

docs/topics/sessions.md says what resuming a stored session guarantees.
"""

from __future__ import annotations

from typing import Protocol

from ..protocol import Session

__all__ = ["MemorySessionStore", "SessionStore"]


class SessionStore(Protocol):
    """Keeps the session of each shard. ``shard`` is (shard_id, num_shards), or None for a bot without sharding.

    The shard saves before it hands out each event, at each heartbeat's ACK, when it loses the session and when it ends.
    Events wait for `save`, so a slow store makes them slow. An error of `load` ends the shard; an error of `save` goes
    to the error hook.
    """

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return the session that was saved last for this shard, or None."""

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Replace the stored session of this shard; with None, forget it."""


class MemorySessionStore:
    """Keeps sessions while the process runs: for tests, and to hand a session from one `Shard` to its successor.

    Attributes:
        sessions: the saved sessions, by shard.
    """

    def __init__(self) -> None:
        self.sessions: dict[tuple[int, int] | None, Session] = {}

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return the session that was saved last for this shard, or None."""
        return self.sessions.get(shard)

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Keep the session; with None, forget it."""
        if session is None:
            self.sessions.pop(shard, None)
        else:
            self.sessions[shard] = session
