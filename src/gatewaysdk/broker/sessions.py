"""Sessions in the register of an engine, from where any host can resume them."""

from __future__ import annotations

import json
from dataclasses import asdict

from ..errors import ConfigurationError
from ..protocol import Session
from ..protocol.session import check_session
from .protocols import Register

__all__ = ["RegisterSessionStore"]


class RegisterSessionStore:
    """A `SessionStore` over the register of an engine. Sessions hold no token.

    Args:
        register: of the engine.
    """

    def __init__(self, register: Register) -> None:
        self._register = register

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return the session that was saved last for this shard, or None.

        Raises:
            ConfigurationError: what is stored is no session.
            BrokerUnavailable: the engine did not answer.
        """
        entry = await self._register.read(_name(shard))
        if entry is None:
            return None
        try:
            session = Session(**json.loads(entry.value))
        except (ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{_name(shard)} in the register of the engine holds no session: {error}; remove it"
            ) from error
        check_session(session)
        return session

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Keep the session; with None, forget it. Raises `BrokerUnavailable` if the engine did not answer."""
        if session is None:
            await self._register.remove(_name(shard))
        else:
            await self._register.write(_name(shard), json.dumps(asdict(session)).encode())


def _name(shard: tuple[int, int] | None) -> str:
    return "session.all" if shard is None else f"session.{shard[0]}.{shard[1]}"
