"""Sockets: the protocols that a shard needs, and their aiohttp implementation, imported on first use."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from ..compression import Message

if TYPE_CHECKING:
    from .aiohttp_connector import AiohttpConnector

__all__ = ["AiohttpConnector", "Closed", "Connector", "Received", "Transport"]


@dataclass(frozen=True, slots=True)
class Closed:
    """The socket is gone. ``code`` is the gateway's close code, None if none came: a cut cable, a reset."""

    code: int | None
    reason: str = ""


Received: TypeAlias = Message | Closed
"""A WebSocket message, binary or text, or the end of the connection."""


class Transport(Protocol):
    """One open WebSocket connection. Another library fits in a few lines; see docs/howto/other-websocket-library.md."""

    async def receive(self) -> Received:
        """Return the next message, or `Closed` once the connection has ended; the network's failures never raise.

        Raises `MessageTooLarge` for a message above its bound; after that the caller only closes it.
        """
        ...

    async def send(self, data: bytes, *, binary: bool) -> None:
        """Write one message. Does not raise on a dead socket: `receive` returns `Closed` then."""
        ...

    async def close(self, code: int, reason: str) -> None:
        """Close with ``code`` and wait for the other side's close. The caller bounds the wait."""
        ...

    def abort(self) -> None:
        """Drop the socket at once, without a closing handshake."""
        ...


class Connector(Protocol):
    """Opens connections for a shard."""

    async def connect(self, url: str) -> Transport:
        """Open a connection. Raises `ConnectError`. The caller bounds the wait."""
        ...

    async def close(self) -> None:
        """Free what its connections share. The shard calls this when it stops."""
        ...


if not TYPE_CHECKING:  # else type checkers would accept any name in this package

    def __getattr__(name: str) -> Any:
        if name == "AiohttpConnector":
            return import_module(".aiohttp_connector", __package__).AiohttpConnector
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
