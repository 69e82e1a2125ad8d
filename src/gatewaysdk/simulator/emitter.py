"""Emits events when a test or the traffic asks for it."""

from __future__ import annotations

from typing import Any

from ..bases.event import Event
from .changes import check_changes
from .payloads import EVENT_NAMES, sample
from .placing import place
from .presence_rules import hide_content
from .state import SharedState
from .teller import is_content_hidden
from .world import BOT_ID

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
        """Send an event to every session, and return to how many. For a client that is away the event is kept.

        Args:
            name: name of the event; it may be unknown if you pass a payload.
            payload: the event's ``d``; None makes one with `sample`, in a guild and a channel of the session and by a
                member of it; what is created gets a new id.
            shard: send only to sessions of this shard id.
            seed: decides what `sample` makes.
            respect_intents: skip sessions whose intents do not bring the event, and remove the content of messages
                for sessions without MESSAGE_CONTENT; False sends everything to every session.

        Raises:
            ConfigurationError: an unknown name without a payload.
        """
        made = sample(name, seed=seed, full=True) if payload is None else None
        count = 0
        for session in list(self._state.sessions.values()):
            if shard is not None and session.shard_id != shard:
                continue
            if respect_intents and not session.wants(name):
                continue
            d = payload if made is None else place(name, made, session, self._state.world)
            if respect_intents and d is not None and is_content_hidden(name, d, session, BOT_ID):
                d = hide_content(d)
            await session.dispatch(name, d)
            count += 1
        return count

    async def dispatch(self, event: type[Event], /, *, shard: int | None = None, seed: int = 0, **changes: Any) -> int:
        """Emit an event by its class with some fields as given: ``await sim.dispatch(MessageCreate, content="hi")``.

        The rest is made up, as `emit` does, and intents are respected; returns to how many sessions it went. Raises
        `ConfigurationError` for a field that the event does not have, or a value that it does not take.
        """
        name, changes = check_changes(event, changes)
        made = sample(name, seed=seed, full=True)
        sessions = [one for one in self._state.sessions.values() if shard in (None, one.shard_id) and one.wants(name)]
        for session in sessions:
            d = place(name, made, session, self._state.world) | changes
            await session.dispatch(name, hide_content(d) if is_content_hidden(name, d, session, BOT_ID) else d)
        return len(sessions)

    async def emit_all(
        self, *, seed: int = 0, shard: int | None = None, respect_intents: bool = True
    ) -> tuple[str, ...]:
        """Emit one event of every kind and return their names; READY and RESUMED are left to the handshake."""
        names = tuple(name for name in EVENT_NAMES if name not in _HANDSHAKE_EVENTS)
        for name in names:
            await self.emit(name, seed=seed, shard=shard, respect_intents=respect_intents)
        return names

    async def emit_random(self) -> str:
        """Emit an event and return its name; the simulator's seed decides which."""
        name = self._state.random.choice([name for name in EVENT_NAMES if name not in _HANDSHAKE_EVENTS])
        await self.emit(name, seed=self._state.random.randrange(1 << 30))
        return name
