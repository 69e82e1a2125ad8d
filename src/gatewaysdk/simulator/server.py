"""The simulator itself: HTTP endpoints, the WebSocket endpoint, and the methods for tests."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Self, TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from ..enums.intents import Intents
from ..enums.permissions import Permissions
from ..errors import ConfigurationError, StateError
from ..tables.intents import PRIVILEGED_INTENTS
from ..token import Token
from .acting import BotActions, Stage
from .application import SIMULATED_TOKEN
from .connection import SimulatedConnection
from .control import ControlSite
from .door import Door, authority
from .rest import MOST_UPLOADED, RestRecords, RestService, UnknownRoutes
from .settings import Settings
from .simulation import Simulation
from .state import SharedState
from .transcript import Transcript
from .world import BOT_PERMISSIONS

__all__ = ["Simulator"]

RouteHandler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]

_CLOSE_SECONDS = 1.0

_log = logging.getLogger(__name__)
# aiohttp logs requests that are not HTTP with a traceback, as if they were our fault; its answer of 400 says why.
_log.addFilter(lambda record: not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError)))


class Simulator(Simulation):
    """A Discord gateway on this machine, for demos and tests.

    Inside ``async with Simulator(token="t") as sim``, connect a client to ``sim.url``: it gets Discord's answers,
    limits and close codes. Nothing leaves the machine, and leaving the block ends every connection.

    Args:
        token: the token that it accepts.
        guilds: how many guilds the bot is in; guild n is on shard ``n % num_shards`` for up to 10 shards.
        members: how many members each guild has, the bot among them.
        heartbeat_interval: milliseconds between heartbeats, sent in HELLO.
        privileged: the privileged intents that the application may use; others are refused with 4014.
        shards: how many shards GET /gateway/bot recommends.
        max_concurrency: identifies allowed in 5 s; GET /gateway/bot returns it.
        session_starts: identifies for each 24 hours from when it was made; when they are used up, IDENTIFY gets 4004.
        enforce_limits: answer op 9 to an IDENTIFY that comes before its bucket is free, and RATE_LIMITED to a second
            request for all members of a guild within 30 s.
        send_limit: messages that a client may send in 60 s before it gets 4008.
        replay_limit: events kept per session for RESUME; a client that missed more gets op 9.
        resume_seconds: how long a session can be resumed after its client has left; None for ever.
        history: how many to keep of each: messages from clients, IDENTIFYs, RESUMEs, and connections that are closed;
            None for all. Of HTTP requests, too, of which None keeps 10,000. What runs for days needs both settings.
        resume_gateway_url: the URL in READY; None for the simulator's own URL.
        seed: equal seeds give equal guilds, members and events.
        etf_style: how to write ETF: ``discord``, with atoms for the envelope's keys, or ``erlpack``, with binaries.
        bot_permissions: what the role of the bot allows in each guild; all but ADMINISTRATOR unless given.
        rest_limit: HTTP requests for a route in a second before one gets 429; None lets all through.
        answer_seconds: how long an interaction waits for its answer; Discord waits for 3 seconds, a slow machine or a
            debugger may need more.
        rate: load, in events a second for each session, from when it is ready; 0 for none. The events are encoded
            beforehand, and neither ``transcript`` nor the feed has them.
        load_events: names of the events that load consists of; messages, presences and the like unless given.
        unknown_routes: what leaving ``async with`` does when HTTP requests came that the simulator has no route for,
            which it answers with 404 as Discord does: ``fail`` raises `UnknownRoutes`, ``allow`` does nothing.
        transcript: how many of the last lines of gateway and HTTP to keep as ``sim.transcript``, for people to read.
        host, port: where to listen; port 0 takes a free one.
        allowed_hosts: names without port that clients may use for the simulator, besides ``host``, the address that it
            is reached at, and all names of this machine's loopback. Other ``Host`` headers get 403.
        allowed_origins: origins, such as ``http://localhost:3000``, whose pages may connect. Other origins get 403,
            before anything else is done; programs other than browsers send no origin.
        control_key: serve the control API and its page at ``/control/``, for programs of this machine that know this
            key; None for neither. docs/howto/drive-the-simulator.md has its routes.
        clock: returns seconds, for the limits; tests can pass their own.
        sleep: waits for delays and planned faults; tests can pass their own, which fits ``clock``.
        now: Unix time, for new ids and timestamps.

    Attributes:
        url, api_url: ``ws://`` and ``http://`` addresses, valid once it has started.
        faults: how connections misbehave that have no faults of their own.

    Raises:
        ConfigurationError: settings that cannot work.
    """

    def __init__(
        self,
        *,
        token: str | bytes | Token = SIMULATED_TOKEN,
        guilds: int = 1,
        members: int = 5,
        heartbeat_interval: int = 41250,
        privileged: Intents = PRIVILEGED_INTENTS,
        shards: int = 1,
        max_concurrency: int = 1,
        session_starts: int = 1000,
        enforce_limits: bool = False,
        send_limit: int = 120,
        replay_limit: int = 10_000,
        resume_seconds: float | None = None,
        history: int | None = None,
        resume_gateway_url: str | None = None,
        seed: int = 0,
        etf_style: str = "discord",
        bot_permissions: Permissions = BOT_PERMISSIONS,
        rest_limit: int | None = None,
        answer_seconds: float = 3.0,
        rate: int = 0,
        load_events: Sequence[str] = (),
        unknown_routes: str = "fail",
        transcript: int = 0,
        host: str = "127.0.0.1",
        port: int = 0,
        allowed_hosts: Sequence[str] = (),
        allowed_origins: Sequence[str] = (),
        control_key: str | None = None,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        token = Token.hold(token)
        token.check()
        settings = Settings(
            token=token,
            guilds=guilds,
            members=members,
            heartbeat_interval=heartbeat_interval,
            privileged=privileged,
            shards=shards,
            max_concurrency=max_concurrency,
            session_starts=session_starts,
            enforce_limits=enforce_limits,
            send_limit=send_limit,
            replay_limit=replay_limit,
            resume_seconds=resume_seconds,
            history=history,
            resume_gateway_url=resume_gateway_url,
            seed=seed,
            etf_style=etf_style,
            bot_permissions=bot_permissions,
            rest_limit=rest_limit,
            answer_seconds=answer_seconds,
            rate=rate,
            load_events=load_events,
        )
        self._state = SharedState(settings, clock, sleep, now, transcript)
        self._rest = RestService(self._state)
        self._stage = Stage(self._state)
        self._bot = BotActions(self._state)
        self._connections: list[SimulatedConnection] = []
        self._connected = 0
        self._door = Door(host, allowed_hosts, allowed_origins)
        self._host = host
        self._port = port
        self._unknown_routes = _checked(unknown_routes)
        self._control = None if control_key is None else ControlSite(self, control_key)
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        """Start to listen. Raises ``OSError`` if the port is taken. ``async with`` calls this."""
        if self._runner is not None:
            raise StateError("the simulator has started already; make another one")
        app = web.Application(middlewares=[self._guard], client_max_size=MOST_UPLOADED)
        for path in ("/", "/gateway-ws"):
            app.router.add_get(path, self._serve_socket)
        if self._control is not None:
            self._control.add_to(app.router)
        app.router.add_route("*", "/{path:.*}", self._rest.answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_SECONDS, logger=_log)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._port).start()
        except OSError:
            await self.stop()
            raise
        self._port = self._runner.addresses[0][1]
        self._state.url = self.url

    async def stop(self) -> None:
        """Close every connection with 1001 and stop listening. ``async with`` calls this.

        Raises the error that ended a task of the simulator early, such as a plan of faults, if one did.
        """
        runner, self._runner = self._runner, None
        if runner is not None:
            if self._control is not None:
                self._control.stop()
            await asyncio.gather(*(one.close(1001) for one in self._connections if one.open))
            await runner.cleanup()
            await self._state.background.stop()  # last, as connections begin tasks

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self.stop()
        # An error that is on its way already says more.
        if kind is None and self._unknown_routes == "fail" and self.rest.unknown:
            raise UnknownRoutes([str(one) for one in self.rest.unknown])

    @property
    def url(self) -> str:
        """The URL of the gateway."""
        return f"ws://{authority(self._host, self._port)}"

    @property
    def api_url(self) -> str:
        """Where Discord's HTTP API is; paths may begin with /api and a version, as /api/v10/gateway/bot."""
        return f"http://{authority(self._host, self._port)}"

    @property
    def control_url(self) -> str | None:
        """Where the control API and its page are, with the key behind ``#``; None without a ``control_key``."""
        return None if self._control is None else f"{self.api_url}/control/#{self._control.key}"

    @property
    def rest(self) -> RestRecords:
        """What came over HTTP."""
        return self._rest.records

    @property
    def transcript(self) -> Transcript | None:
        """What went over gateway and HTTP lately, as lines to read; None unless the setting says how many."""
        return self._state.transcript

    @property
    def load_sent(self) -> int:
        """How many events of load were sent, over all sessions."""
        return 0 if self._state.load is None else self._state.load.sent

    @property
    def token(self) -> Token:
        """The token that the simulator accepts."""
        return self._state.settings.token

    # HTTP

    @web.middleware
    async def _guard(self, request: web.Request, handler: RouteHandler) -> web.StreamResponse:
        """Refuse requests that may not come in before any route sees them, even for paths that do not exist."""
        address = None if request.transport is None else request.transport.get_extra_info("sockname")
        if address is None:
            return web.Response()  # the client is gone already
        headers = request.headers
        refusal = self._door.refusal(headers.getall("Host", []), headers.getall("Origin", []), address[0])
        if refusal is None:
            return await handler(request)
        _log.warning("refused a request: %s", refusal)
        return web.Response(status=403, text=f"{refusal}\n")

    async def _serve_socket(self, request: web.Request) -> web.StreamResponse:
        # Discord compresses messages itself, never with the WebSocket extension.
        socket = web.WebSocketResponse(timeout=_CLOSE_SECONDS, compress=False)
        # A request that becomes no connection, such as a page's image or one of a client that has left, must not use up
        # a queued fault. Nothing is awaited between these checks and the answer, so the client cannot leave meanwhile.
        if not socket.can_prepare(request):
            return web.Response(status=400, text="this is a gateway; send a WebSocket handshake\n")
        if request.transport is None or request.transport.is_closing():
            return web.Response()
        faults = self._state.next_faults()
        if faults.refuse is not None:
            return web.Response(status=faults.refuse)
        await socket.prepare(request)
        connection = SimulatedConnection(self._connected, self._state, faults, socket, request)
        self._connected += 1
        self._connections.append(connection)
        closed = [one for one in self._connections if not one.open]
        for one in closed[: self._state.surplus(closed)]:
            self._connections.remove(one)
        self._state.watch.notify()
        await connection.serve()
        return socket


def _checked(unknown_routes: str) -> str:
    if unknown_routes not in ("fail", "allow"):
        raise ConfigurationError(f"unknown_routes is {unknown_routes!r}; it takes 'fail' or 'allow'")
    return unknown_routes
