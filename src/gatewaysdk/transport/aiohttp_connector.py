"""Sockets by aiohttp. Imported on first use, so that a program that opens none does not wait for aiohttp."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import aiohttp

from ..compression import Message
from ..compression.bounds import MAX_SIZE
from ..errors import ConfigurationError, ConnectError, MessageTooLarge, plain_url
from . import Closed, Received, Transport
from .proxy import check_proxy
from .reasons import reason_in_words

__all__ = ["AiohttpConnector"]

_OURS = frozenset({"self", "url", "timeout", "autoping"})
"""Arguments of ``ws_connect`` that users may not set."""


class _Redirected(Exception):
    """The handshake was answered with a redirect."""


# A host that we were redirected to would get IDENTIFY and the token, perhaps without TLS. aiohttp's ws_connect follows
# redirects and no argument turns that off, but it calls a trace before each one, and the trace may raise. In a session
# of the user's the trace stays; it lets the user's own requests pass, as the variable is not set for them.
_in_handshake: ContextVar[bool] = ContextVar("gatewaysdk handshake", default=False)


async def _refuse(session: aiohttp.ClientSession, context: Any, asked: aiohttp.TraceRequestRedirectParams) -> None:
    if _in_handshake.get():
        response = asked.response
        response.close()
        to = plain_url(response.headers.get("Location", ""))[:200]
        raise _Redirected(f"the server answered HTTP {response.status}, a redirect to {to!r}, which is never followed")


_NO_REDIRECTS = aiohttp.TraceConfig()
_NO_REDIRECTS.on_request_redirect.append(_refuse)
_NO_REDIRECTS.freeze()


class _SharedSession:
    """The client session that the connectors of an event loop share, as each session takes 8 KB."""

    _by_loop: ClassVar[WeakKeyDictionary[asyncio.AbstractEventLoop, _SharedSession]] = WeakKeyDictionary()

    def __init__(self) -> None:
        # No limit, as aiohttp's is 100 connections. No cookies, as those of one bot would be sent for another.
        connector = aiohttp.TCPConnector(limit=0)
        self.session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self._users = 0

    @classmethod
    def join(cls) -> _SharedSession:
        """Return the session of this loop. Call `leave` when done with it."""
        loop = asyncio.get_running_loop()
        shared = cls._by_loop.get(loop)
        if shared is None:
            shared = cls._by_loop[loop] = cls()
        shared._users += 1
        return shared

    async def leave(self) -> None:
        """Give the session up; the last one to leave closes it."""
        self._users -= 1
        if not self._users:
            self._by_loop.pop(asyncio.get_running_loop(), None)
            await self.session.close()


class AiohttpConnector:
    """Opens connections with aiohttp. It follows no redirects.

    Args:
        session: a client session of yours, which is not closed; by default the connectors of an event loop share one.
        proxy: URL of an HTTP proxy, ``http://`` or ``https://``.
        max_message_size: most bytes of one message before decompression; a `Shard` passes its ``max_size``.
        options: further arguments of aiohttp's ``ws_connect``, such as ``ssl``, ``proxy_headers`` and ``headers``.

    Raises:
        ConfigurationError: a proxy or an option that aiohttp cannot use.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession | None = None,
        *,
        proxy: str | None = None,
        max_message_size: int = MAX_SIZE,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        if session is not None and (isinstance(session, type) or not hasattr(session, "ws_connect")):
            kind = session.__name__ if isinstance(session, type) else type(session).__name__
            raise ConfigurationError(f"session is {kind}; it takes an aiohttp.ClientSession that is open")
        self._session = session
        self._shared: _SharedSession | None = None
        self._max_size = max_message_size
        # + 1, as aiohttp refuses a message of exactly max_msg_size bytes.
        self._options: dict[str, Any] = {"max_msg_size": max_message_size + 1, "proxy": proxy, **_checked(options)}
        used = self._options["proxy"]
        if used is not None:
            check_proxy(used if isinstance(used, str) or used is proxy else str(used))  # options may hold a yarl.URL

    async def connect(self, url: str) -> Transport:
        """Open a connection (events/gateway#connecting). Raises `ConnectError` with the reason in words."""
        session = self._session
        if session is None:
            if self._shared is None:
                self._shared = _SharedSession.join()
            session = self._shared.session
        if session.closed:
            raise ConfigurationError("the client session is closed; keep it open for as long as the shard runs")
        if _NO_REDIRECTS not in session.trace_configs:
            session.trace_configs.append(_NO_REDIRECTS)
        within = _in_handshake.set(True)
        try:
            # aiohttp has no timeout here: the protocol core has a deadline for every phase.
            timeout = aiohttp.ClientWSTimeout(ws_close=None)  # pyright: ignore[reportCallIssue]  # aiohttp hides its dataclass
            socket = await session.ws_connect(url, timeout=timeout, autoping=True, **self._options)
            return _AiohttpTransport(socket, self._max_size)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            reason = reason_in_words(error)
        except _Redirected as redirected:
            reason = str(redirected)
        finally:
            _in_handshake.reset(within)
        # Raised outside the except block: there, aiohttp's error, which holds the request, would be its context.
        raise ConnectError(url, reason)

    async def close(self) -> None:
        """Give up the shared session, if it used one."""
        if self._shared is not None:
            shared, self._shared = self._shared, None
            await shared.leave()


def _checked(options: Mapping[str, Any] | None) -> Mapping[str, Any]:
    """Return the options; raise `ConfigurationError` for those that ``ws_connect`` does not take."""
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise ConfigurationError(
            f"options is of type {type(options).__name__}; it takes a dict of ws_connect's arguments"
        )
    known = inspect.signature(aiohttp.ClientSession.ws_connect).parameters.keys() - _OURS
    for name in options:
        if name not in known:
            raise ConfigurationError(f"options has {name!r}; it takes {', '.join(sorted(known))}")
    return options


# Bound once: looking up members of the enum would take longer than all else that is done with a message.
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
        # aiohttp reports code 1000 for a socket that merely ended; only a close frame brings a real code.
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
