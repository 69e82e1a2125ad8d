"""Where a session waits for the next start of the program: what a store is, and one in memory.

What a stored session promises is in docs/topics/sessions.md.
"""

from __future__ import annotations

from typing import Protocol

from ..protocol import Session

__all__ = ["MemorySessionStore", "SessionStore"]


class SessionStore(Protocol):
    """Keeps the session of each shard, by (shard_id, num_shards), or None for a bot without sharding.

    The shard saves when a session begins, before each event that it hands on, and when it ends. It waits for `save`, so
    a slow store makes events slow. What `load` raises ends the shard; what `save` raises goes to the error hook.
    """

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return what was saved last, or None."""

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Keep the session instead of the one before; None is to forget it."""


class MemorySessionStore:
    """Keeps sessions as long as the process runs: for tests, and for shards that are replaced by others.

    Attributes:
        sessions: what was saved, by shard.
    """

    def __init__(self) -> None:
        self.sessions: dict[tuple[int, int] | None, Session] = {}

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return what was saved last, or None."""
        return self.sessions.get(shard)

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Keep the session, or forget it."""
        if session is None:
            self.sessions.pop(shard, None)
        else:
            self.sessions[shard] = session
