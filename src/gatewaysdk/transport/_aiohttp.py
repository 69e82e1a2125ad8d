"""Sockets by aiohttp, which is imported here and nowhere above: a program that opens none need not wait for it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import aiohttp

from ..bounds import MAX_SIZE
from ..compression import Message
from ..errors import ConnectError, MessageTooLarge
from . import Closed, Received, Transport

__all__ = ["AiohttpConnector"]


class _SharedSession:
    """The client session of an event loop: a hundred shards need not have a hundred, of 8 KB each."""

    _by_loop: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, _SharedSession]] = WeakKeyDictionary()

    def __init__(self) -> None:
        # Without aiohttp's limit of 100 connections; and what one bot is told, in cookies, is no business of another.
        connector = aiohttp.TCPConnector(limit=0)
        self.session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self._users = 0

    @classmethod
    def join(cls) -> _SharedSession:
        """Return the one of this loop, to be left again."""
        loop = asyncio.get_running_loop()
        shared = cls._by_loop.get(loop)
        if shared is None:
            shared = cls._by_loop[loop] = cls()
        shared._users += 1
        return shared

    async def leave(self) -> None:
        """Close it when nobody needs it any more."""
        self._users -= 1
        if not self._users:
            self._by_loop.pop(asyncio.get_running_loop(), None)
            await self.session.close()


class AiohttpConnector:
    """Opens connections with aiohttp.

    Args:
        session: a client session of yours, which stays open; by default the connectors of an event loop share one.
        proxy: URL of an HTTP proxy.
        max_message_size: most bytes of one message before decompression, `Shard`'s ``max_size``.
        options: further arguments of aiohttp's ``ws_connect``, such as ``ssl``, ``proxy_auth`` and ``headers``.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession | None = None,
        *,
        proxy: str | None = None,
        max_message_size: int = MAX_SIZE,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self._session = session
        self._shared: _SharedSession | None = None
        self._max_size = max_message_size
        # aiohttp refuses a message of just this size, too.
        self._options: dict[str, Any] = {"max_msg_size": max_message_size + 1, "proxy": proxy, **(options or {})}

    async def connect(self, url: str) -> Transport:
        """Open a connection (events/gateway#connecting). Raises `ConnectError` with the reason in words."""
        session = self._session
        if session is None:
            if self._shared is None:
                self._shared = _SharedSession.join()
            session = self._shared.session
        try:
            # No timeout of aiohttp's: the protocol has deadlines for every phase.
            timeout = aiohttp.ClientWSTimeout(ws_close=None)  # pyright: ignore[reportCallIssue]  # aiohttp hides its dataclass
            socket = await session.ws_connect(url, timeout=timeout, autoping=True, **self._options)
            return _AiohttpTransport(socket, self._max_size)
        except aiohttp.WSServerHandshakeError as error:
            raise ConnectError(
                _plain(url), f"the server answered HTTP {error.status} instead of a WebSocket"
            ) from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ConnectError(_plain(url), str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Let go of the shared session."""
        if self._shared is not None:
            shared, self._shared = self._shared, None
            await shared.leave()


def _plain(url: str) -> str:
    return url.partition("?")[0]


# Looked up once: the way to a member of an enum is longer than all else that is done with a message.
_BINARY, _TEXT = aiohttp.WSMsgType.BINARY, aiohttp.WSMsgType.TEXT


class _AiohttpTransport:
    def __init__(self, socket: aiohttp.ClientWebSocketResponse, max_size: int) -> None:
        self._socket = socket
        self._max_size = max_size
        self._gone: asyncio.Future[None] | None = None  # from `close` on

    async def receive(self) -> Received:
        if self._gone is not None:
            # aiohttp's receive() would close the socket itself here, with 1000, which ends the session.
            await asyncio.shield(self._gone)
            return Closed(None)
        message = await self._socket.receive()
        kind = message.type
        if kind is _BINARY or kind is _TEXT:
            data: Message = message.data
            return data
        if message.type is aiohttp.WSMsgType.CLOSE:
            return Closed(message.data, message.extra or "")
        if message.type is aiohttp.WSMsgType.ERROR:
            error = message.data
            if isinstance(error, aiohttp.WebSocketError) and error.code == aiohttp.WSCloseCode.MESSAGE_TOO_BIG:
                raise MessageTooLarge(
                    f"a message has more than max_size, {self._max_size} bytes, as it is sent; "
                    "if the gateway means it, raise max_size=",
                    self._max_size,
                )
            return Closed(None, str(error))
        # aiohttp gives a socket that just ended the code 1000; only a close frame really brings one.
        return Closed(None)

    async def send(self, data: bytes, *, binary: bool) -> None:
        try:
            await (self._socket.send_bytes(data) if binary else self._socket.send_str(data.decode()))
        except (aiohttp.ClientError, OSError):
            self.abort()

    async def close(self, code: int, reason: str) -> None:
        self._gone = gone = asyncio.get_running_loop().create_future()
        try:
            await self._socket.close(code=code, message=reason.encode()[:123])
        finally:
            gone.set_result(None)

    def abort(self) -> None:
        # aiohttp has no public way to drop a WebSocket without awaiting its closing handshake.
        self._socket._response.close()
