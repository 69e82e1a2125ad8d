"""A session on the gateway's side, with the events that a client may have missed."""

from __future__ import annotations

from collections import deque
from typing import Any, Protocol

from ..enums.intents import Intents
from ..enums.opcode import Opcode
from ..frame import Frame
from ..tables.events import FIRST_SHARD_ONLY
from ..tables.intents import EVENT_INTENTS

__all__ = ["Carrier", "SimulatedSession"]


class Carrier(Protocol):
    """The connection that carries a session."""

    session: SimulatedSession | None

    async def send(self, *frames: Frame) -> None:
        """Send frames, with no other frame between them."""

    async def close(self, code: int, reason: str = "") -> None:
        """Close with a code."""


class SimulatedSession:
    """A session, from READY until it can no longer be resumed (events/gateway#resuming).

    Attributes:
        session_id: the id that READY sent.
        intents: the intents of its IDENTIFY.
        shard: (shard_id, num_shards), or None for a session without sharding.
        guild_ids: guilds whose events it gets.
        large_threshold: how many members a guild may have to be shown with all of them.
        version: of the API that it was begun with.
        sequence: number of the last event, sent or kept.
        connection: the connection that carries it; None while its client is away.
        away_since: when its client left, by the simulator's clock; None while it is there.
    """

    def __init__(
        self,
        session_id: str,
        intents: Intents,
        shard: tuple[int, int] | None,
        guild_ids: tuple[int, ...],
        replay_limit: int,
        large_threshold: int = 50,
        version: int = 10,
    ) -> None:
        self.session_id = session_id
        self.intents = intents
        self.shard = shard
        self.guild_ids = guild_ids
        self.large_threshold = large_threshold
        self.version = version
        self.sequence = 0
        self.connection: Carrier | None = None
        self.away_since: float | None = None
        self._kept: deque[Frame] = deque(maxlen=replay_limit)

    @property
    def shard_id(self) -> int:
        """The id of its shard, 0 without sharding."""
        return 0 if self.shard is None else self.shard[0]

    def covers(self, guild_id: int) -> bool:
        """Whether a guild is on its shard (events/gateway#sharding)."""
        shard_id, num_shards = self.shard or (0, 1)
        return (guild_id >> 22) % num_shards == shard_id

    def wants(self, name: str) -> bool:
        """Whether Discord would send it this event (events/gateway#list-of-intents)."""
        if name in FIRST_SHARD_ONLY and self.shard_id != 0:
            return False
        needed = EVENT_INTENTS.get(name, Intents(0))
        return not needed or bool(needed & self.intents)

    def note(self, name: str, d: Any) -> Frame:
        """Number an event and keep it for a replay. The caller must send the frames in the order of their numbers."""
        self.sequence += 1
        frame = Frame(Opcode.DISPATCH, d, self.sequence, name)
        self._kept.append(frame)
        return frame

    async def dispatch(self, name: str, d: Any) -> None:
        """Send an event, or keep it until the client resumes."""
        frame = self.note(name, d)
        if self.connection is not None:
            await self.connection.send(frame)

    def missed_after(self, seq: int) -> list[Frame] | None:
        """Return the events after ``seq``, or None if some of them are no longer kept."""
        missed = [frame for frame in self._kept if frame.s is not None and frame.s > seq]
        return missed if len(missed) == self.sequence - seq else None

    def __repr__(self) -> str:
        where = "away" if self.connection is None else f"on {self.connection!r}"
        return f"SimulatedSession({self.session_id!r}, shard={self.shard}, sequence={self.sequence}, {where})"
