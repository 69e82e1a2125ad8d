"""What a fault acts on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..connection import SimulatedConnection
from ..emitter import Emitter
from ..sessions import SimulatedSession
from ..state import SharedState

__all__ = ["Target"]


@dataclass(frozen=True, slots=True)
class Target:
    """The clients of a simulator, or those of one shard.

    Attributes:
        state: what the connections share.
        emitter: sends events.
        shard: the shard that is meant, None for all.
        find_open: returns the connections that are open and meant.
    """

    state: SharedState
    emitter: Emitter
    shard: int | None
    find_open: Callable[[int | None], list[SimulatedConnection]]

    @property
    def connections(self) -> list[SimulatedConnection]:
        """The connections that are open and meant."""
        return self.find_open(self.shard)

    @property
    def sessions(self) -> list[SimulatedSession]:
        """The sessions that are meant, those of clients that are away too."""
        return [one for one in self.state.sessions.values() if self.shard in (None, one.shard_id)]

    async def emit(self, name: str, payload: dict[str, Any] | None = None, *, respect_intents: bool = True) -> None:
        """Send an event to the sessions that are meant."""
        await self.emitter.emit(name, payload, shard=self.shard, respect_intents=respect_intents)

    def cut(self) -> None:
        """Cut the connections, so that new ones come."""
        for connection in self.connections:
            connection.drop()

    def forget(self) -> None:
        """End the sessions, so that clients have to identify."""
        for session in self.sessions:
            self.state.forget(session)
