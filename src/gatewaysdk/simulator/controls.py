"""Trouble on demand."""

from __future__ import annotations

from ..compression import Message
from .connection import SimulatedConnection
from .faults import Faults
from .state import SharedState

__all__ = ["Controls"]


class Controls:
    """The part of a `Simulator` that makes things go wrong."""

    _state: SharedState
    _connections: list[SimulatedConnection]

    @property
    def faults(self) -> Faults:
        """How connections misbehave; change its fields, or assign another, which is for new connections."""
        return self._state.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._state.faults = faults

    def queue_faults(self, *faults: Faults) -> None:
        """Give each of the next connections faults of its own, in order; later ones are back to ``sim.faults``."""
        self._state.queued_faults.extend(faults)

    def forget_sessions(self) -> None:
        """End all sessions, as after a long absence: RESUME gets op 9. Connections stay open."""
        self._state.sessions.clear()

    async def reconnect(self, *, shard: int | None = None) -> None:
        """Tell clients to reconnect (op 7); like the methods below, to those of one shard or to all."""
        for connection in self._open(shard):
            await connection.reconnect()

    async def invalidate(self, *, resumable: bool, shard: int | None = None) -> None:
        """Tell clients that their session is invalid (op 9); unless ``resumable``, it is forgotten."""
        for connection in self._open(shard):
            await connection.invalidate(resumable=resumable)

    async def request_heartbeat(self, *, shard: int | None = None) -> None:
        """Ask clients for a heartbeat at once (op 1)."""
        for connection in self._open(shard):
            await connection.request_heartbeat()

    async def close(self, code: int, reason: str = "", *, shard: int | None = None) -> None:
        """Close connections with a code; sessions stay resumable when the code says so."""
        for connection in self._open(shard):
            await connection.close(code, reason)

    async def drop(self, *, shard: int | None = None) -> None:
        """Cut TCP connections without a close frame; sessions stay resumable."""
        for connection in self._open(shard):
            connection.drop()

    async def send_raw(self, message: Message, *, compressed: bool = False, shard: int | None = None) -> None:
        """Send one WebSocket message as it is, or ``compressed`` as the connection agreed upon."""
        for connection in self._open(shard):
            await connection.send_raw(message, compressed=compressed)

    def corrupt_next(self, *, shard: int | None = None) -> None:
        """Damage the next message to each client so that it cannot be decompressed or decoded."""
        for connection in self._open(shard):
            connection.corrupt_next()

    def _open(self, shard: int | None) -> list[SimulatedConnection]:
        found = [one for one in self._connections if one.open]
        return [one for one in found if shard is None or (one.session is not None and one.session.shard_id == shard)]
