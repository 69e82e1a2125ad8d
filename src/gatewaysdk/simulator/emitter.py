"""Events on demand."""

from __future__ import annotations

from typing import Any

from ..enums.intents import Intents
from .payloads import EVENT_NAMES, sample
from .presence_rules import hide_content
from .sessions import SimulatedSession
from .state import SharedState

__all__ = ["Emitter"]

_HANDSHAKE_EVENTS = ("READY", "RESUMED")


class Emitter:
    """The part of a `Simulator` that makes events happen."""

    _state: SharedState

    async def emit(
        self,
        name: str,
        payload: dict[str, Any] | None = None,
        *,
        shard: int | None = None,
        seed: int = 0,
        respect_intents: bool = True,
    ) -> int:
        """Send an event to every session, or keep it where the client is away; return to how many.

        Args:
            name: of the event; one that does not exist is fine when there is a payload.
            payload: its ``d``; made up by `sample` when None, in a guild of the session's.
            shard: only to sessions of this shard id.
            seed: for a payload that is made up.
            respect_intents: leave out sessions whose intents do not bring the event, and what messages hold for
                those without MESSAGE_CONTENT; False sends everything to everyone.
        """
        made = sample(name, seed=seed) if payload is None else None
        count = 0
        for session in list(self._state.sessions.values()):
            if shard is not None and session.shard_id != shard:
                continue
            if respect_intents and not session.wants(name):
                continue
            d = payload if made is None else _place(made, session)
            if respect_intents and d is not None and _is_content_hidden(name, d, session):
                d = hide_content(d)
            await session.dispatch(name, d)
            count += 1
        return count

    async def emit_all(
        self, *, seed: int = 0, shard: int | None = None, respect_intents: bool = True
    ) -> tuple[str, ...]:
        """Emit one event of every kind but READY and RESUMED, which a handshake brings; return their names."""
        names = tuple(name for name in EVENT_NAMES if name not in _HANDSHAKE_EVENTS)
        for name in names:
            await self.emit(name, seed=seed, shard=shard, respect_intents=respect_intents)
        return names

    async def emit_random(self) -> str:
        """Emit an event of a kind chosen by the simulator's seed; return its name."""
        name = self._state.random.choice([name for name in EVENT_NAMES if name not in _HANDSHAKE_EVENTS])
        await self.emit(name, seed=self._state.random.randrange(1 << 30))
        return name


def _place(made: dict[str, Any], session: SimulatedSession) -> dict[str, Any]:
    if "guild_id" in made and session.guild_ids:
        return {**made, "guild_id": str(session.guild_ids[0])}
    return made


def _is_content_hidden(name: str, d: dict[str, Any], session: SimulatedSession) -> bool:
    # Direct messages are always complete (events/gateway#message-content-intent).
    is_guild_message = name in ("MESSAGE_CREATE", "MESSAGE_UPDATE") and "guild_id" in d
    return is_guild_message and Intents.MESSAGE_CONTENT not in session.intents
