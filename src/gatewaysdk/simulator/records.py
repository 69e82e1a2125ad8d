"""Records what clients have done, and waits for what they do next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from .connection import SimulatedConnection
from .sessions import SimulatedSession
from .state import ReceivedMessage, SharedState

__all__ = ["Records"]

T = TypeVar("T")


class Records:
    """The part of a `Simulator` that shows what has happened."""

    _state: SharedState
    _connections: list[SimulatedConnection]

    @property
    def connections(self) -> list[SimulatedConnection]:
        """Every connection so far, including closed ones, of which the setting ``history`` is the most."""
        return self._connections

    @property
    def sessions(self) -> list[SimulatedSession]:
        """The sessions that can be used or resumed, oldest first."""
        return list(self._state.sessions.values())

    @property
    def received(self) -> list[ReceivedMessage]:
        """Every message from clients, in order, without tokens; the last of them with the setting ``history``."""
        return self._state.received

    @property
    def identifies(self) -> list[dict[str, Any]]:
        """The data of every IDENTIFY, without tokens, including refused ones."""
        return self._state.identifies

    @property
    def resumes(self) -> list[dict[str, Any]]:
        """The data of every RESUME, without tokens, including refused ones."""
        return self._state.resumes

    @property
    def guild_ids(self) -> tuple[int, ...]:
        """The guilds that the bot is in."""
        return tuple(self._state.world.guilds)

    async def wait_for(self, condition: Callable[[], T], timeout: float = 5.0) -> T:
        """Wait until ``condition()`` is true, and return its result. It is called whenever something has happened.

        Raises ``TimeoutError`` after ``timeout`` seconds.
        """
        return await self._state.watch.until(condition, timeout)

    async def wait_for_session(self, count: int = 1, timeout: float = 5.0) -> SimulatedSession:
        """Wait until ``count`` sessions are connected and return the last of them."""
        await self.wait_for(lambda: len(self._live()) >= count, timeout)
        return self._live()[-1]

    async def wait_for_received(self, op: int, count: int = 1, timeout: float = 5.0) -> list[ReceivedMessage]:
        """Wait until ``count`` messages with this opcode have come, and return all of them."""
        await self.wait_for(lambda: sum(one.op == op for one in self.received) >= count, timeout)
        return [one for one in self.received if one.op == op]

    def _live(self) -> list[SimulatedSession]:
        return [session for session in self.sessions if session.connection is not None]
