"""Makes connections and sessions fail when a test asks for it."""

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
        """How connections misbehave. Changed fields apply at once; an assigned `Faults` applies to new connections."""
        return self._state.faults

    @faults.setter
    def faults(self, faults: Faults) -> None:
        self._state.faults = faults

    def queue_faults(self, *faults: Faults) -> None:
        """Give each of the next connections its own faults, in order; connections after these use ``sim.faults``."""
        self._state.queued_faults.extend(faults)

    def forget_sessions(self) -> None:
        """End all sessions, as Discord does after some time: RESUME then gets op 9. Connections stay open."""
        self._state.sessions.clear()

    async def reconnect(self, *, shard: int | None = None) -> None:
        """Tell clients to reconnect (op 7): all clients or, as with the methods below, those of one shard."""
        for connection in self._open(shard):
            await connection.reconnect()

    async def invalidate(self, *, resumable: bool, shard: int | None = None) -> None:
        """Tell clients that their session is invalid (op 9); unless ``resumable``, the session is forgotten."""
        for connection in self._open(shard):
            await connection.invalidate(resumable=resumable)

    async def request_heartbeat(self, *, shard: int | None = None) -> None:
        """Ask clients for a heartbeat at once (op 1)."""
        for connection in self._open(shard):
            await connection.request_heartbeat()

    async def close(self, code: int, reason: str = "", *, shard: int | None = None) -> None:
        """Close connections with a code; sessions stay resumable if Discord documents that for the code."""
        for connection in self._open(shard):
            await connection.close(code, reason)

    async def drop(self, *, shard: int | None = None) -> None:
        """Cut TCP connections without a close frame; sessions stay resumable."""
        for connection in self._open(shard):
            connection.drop()

    async def send_raw(self, message: Message, *, compressed: bool = False, shard: int | None = None) -> None:
        """Send one WebSocket message unchanged, or with ``compressed`` in the compression of the connection."""
        for connection in self._open(shard):
            await connection.send_raw(message, compressed=compressed)

    def corrupt_next(self, *, shard: int | None = None) -> None:
        """Damage the next message to each client so that it cannot be decompressed or decoded."""
        for connection in self._open(shard):
            connection.corrupt_next()

    def _open(self, shard: int | None) -> list[SimulatedConnection]:
        found = [one for one in self._connections if one.open]
        return [one for one in found if shard is None or (one.session is not None and one.session.shard_id == shard)]
