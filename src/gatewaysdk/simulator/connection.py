"""The connection of one client, from HELLO to its end."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Any

from aiohttp import WSMsgType, web

from ..codec import Codec, get_codec
from ..compression import Message
from ..enums.intents import Intents
from ..enums.opcode import Opcode
from ..errors import DecodeError
from ..frame import Frame
from ..tables.close_codes import CLOSE_CODES, Action
from .commands import COMMANDS, answer, asks_for_all_members, rate_limited
from .compression import Deflater, get_deflater
from .disturbances import Disturbances
from .faults import Faults
from .handshake import IdentifyRequest, choose_transport, names_of, read_identify, read_resume, redact
from .load import PreparedEvent, ZlibBlocks
from .reading import Refusal, read_id
from .sessions import SimulatedSession
from .state import ReceivedMessage, SharedState
from .wire import Wire
from .world.view import guild_create

__all__ = ["SimulatedConnection"]

_MOST_BYTES = 4096
_LIMIT_SECONDS = 60.0
_ENDING_CODES = (1000, 1001)
_MOST_UNSENT = 1 << 18  # bytes of load in the transport, before which no more is written


class SimulatedConnection:
    """A WebSocket that a client has opened.

    Attributes:
        number: 0 for the first connection of the simulator, and so on.
        path, query: path and query of the URL that the client used.
        faults: how the gateway misbehaves; you may replace it for this connection alone.
        disturbances: what happens to its next messages.
        session: the session on this connection; None before IDENTIFY or RESUME, and after the connection is closed.
        received: the messages that came from the client, the last of them if the simulator has a ``history``.
        open: whether the connection is open.
        close_code: the code that the gateway closed it with, or None.
        client_close_code: the code that the client closed it with, 0 if it gave none; None if it did not close.
    """

    def __init__(
        self, number: int, state: SharedState, faults: Faults, socket: web.WebSocketResponse, request: web.Request
    ) -> None:
        self.number = number
        self.path = request.path
        self.query = dict(request.query)
        self.faults = faults
        self.disturbances = Disturbances(state.clock, state.sleep)
        self.session: SimulatedSession | None = None
        self.received: list[ReceivedMessage] = []
        self.open = True
        self.close_code: int | None = None
        self.client_close_code: int | None = None
        self._state = state
        self._socket = socket
        self._transport = request.transport
        asked = (self.query.get("encoding", "json"), self.query.get("compress"), request.headers.get("User-Agent"))
        self._asked_for = ", ".join(filter(None, asked))
        self._sent_times: deque[float] = deque()
        # Replaced once the query is read; before that the gateway sends at most a close code.
        self._wire = Wire(socket, get_codec("json"), get_deflater(None), self.disturbances)

    async def serve(self) -> None:
        """Answer the client until one side closes the connection."""
        try:
            self._state.feed.happened("connect", self.number, "connects", self._asked_for)
            codec, deflater = choose_transport(self.query, self._state.settings.etf_style)
            if self._state.load is not None and self.query.get("compress") == "zlib-stream":
                deflater = ZlibBlocks()
            self._wire = Wire(self._socket, codec, deflater, self.disturbances)
            await self._talk()
        except Refusal as refusal:
            self._state.feed.happened("refuse", self.number, "is refused", f"{refusal.code}: {refusal.why}")
            await self.close(refusal.code, refusal.reason)
        finally:
            self._detach(forget=self.client_close_code in _ENDING_CODES)
            self.open = False
            self.disturbances.end()
            self._state.feed.happened("leave", self.number, "is gone", self._how_it_ended())
            self._state.watch.notify()

    async def _talk(self) -> None:
        # HELLO is sent by a task of its own, so a client that leaves during a delayed HELLO is noticed.
        greeting = asyncio.create_task(self._greet())
        try:
            while True:
                message = await self._socket.receive()
                if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                    if message.type is WSMsgType.CLOSE:
                        self.client_close_code = message.data
                    break
                await self._receive(message.data)
        finally:
            greeting.cancel()
            await asyncio.wait([greeting])

    # What the gateway sends

    async def send(self, *frames: Frame) -> None:
        """Encode, compress and send frames, with no other frame between them."""
        for frame in frames:
            self._state.feed.sent(self.number, frame)
        await self._wire.send(*frames)

    async def send_raw(self, message: Message, *, compressed: bool = False) -> None:
        """Send ``message`` unchanged, or compressed with ``compressed``: as text if str, as binary if bytes."""
        await self._wire.send_raw(message, compressed=compressed)

    # What load sends

    @property
    def codec(self) -> Codec:
        """Its encoding."""
        return self._wire.codec

    @property
    def deflater(self) -> Deflater:
        """Its compression."""
        return self._wire.deflater

    @property
    def congested(self) -> bool:
        """Whether the client is so far behind that load waits for it."""
        return self._transport is None or self._transport.get_write_buffer_size() > _MOST_UNSENT

    async def send_prepared(self, events: Sequence[PreparedEvent], frames: Sequence[Frame]) -> None:
        """Send events of load; they are not told to the feed."""
        if self._transport is not None:
            await self._wire.send_prepared(events, frames, self._transport)

    def _begin_load(self, session: SimulatedSession) -> None:
        if self._state.load is not None and not self.faults.silent:
            self._state.load.start(session, self)

    async def _greet(self) -> None:
        if self.faults.reconnect_before_hello:
            await self.reconnect()
        elif not self.faults.silent:
            if self.faults.hello_delay:
                await self._state.sleep(self.faults.hello_delay)
            await self.send(Frame(Opcode.HELLO, {"heartbeat_interval": self._state.settings.heartbeat_interval}))

    # What the client sends

    async def _receive(self, data: Message) -> None:
        self._count()
        if len(data.encode() if isinstance(data, str) else data) > _MOST_BYTES:
            raise Refusal(4002, why=f"it sent a message of more than {_MOST_BYTES} bytes")
        try:
            frame = self._wire.codec.peek(data)
            op, d = frame.op, frame.d
        except DecodeError as error:
            raise Refusal(4002, why=f"it sent what is no {self._wire.codec.name} message") from error
        session_id = None if self.session is None else self.session.session_id
        received = ReceivedMessage(op, redact(d), session_id, self.number)
        self._state.keep(self.received, received)
        self._state.keep(self._state.received, received)
        self._state.feed.received(self.number, op, received.d)
        await self._obey(op, d)
        self._state.watch.notify()

    def _count(self) -> None:
        now = self._state.clock()
        while self._sent_times and self._sent_times[0] <= now - _LIMIT_SECONDS:
            self._sent_times.popleft()
        self._sent_times.append(now)
        if len(self._sent_times) > self._state.settings.send_limit:
            raise Refusal(4008, why=f"it sent more than {self._state.settings.send_limit} messages in 60 s")

    async def _obey(self, op: int, d: Any) -> None:
        if op == Opcode.HEARTBEAT:
            if not self.faults.no_ack:
                await self.send(Frame(Opcode.HEARTBEAT_ACK))
        elif op == Opcode.IDENTIFY:
            await self._identify(d)
        elif op == Opcode.RESUME:
            await self._resume(d)
        elif op not in COMMANDS:
            raise Refusal(4001, why=f"it sent op {op}, which no client sends")
        elif self.session is None:
            raise Refusal(4003)
        else:
            await self._command(self.session, op, d)

    async def _identify(self, d: Any) -> None:
        if self.session is not None:
            raise Refusal(4005)
        if isinstance(d, dict):
            self._state.keep(self._state.identifies, redact(d))
        request = read_identify(d, self._state.settings)
        self.faults = self._state.faults_of_identify(self.faults)
        session = self._state.start_session(request, int(self.query["v"]))
        if session is None:
            await self._refuse_session("5 s have not passed since the last IDENTIFY of its bucket")
            return
        self._attach(session)
        asked = (
            f"shard {session.shard_id} of {(session.shard or (0, 1))[1]}, intents {names_of(session.intents) or 'none'}"
        )
        self._state.feed.happened("identify", self.number, "identifies", asked)
        if request.compress and "compress" not in self.query and self._wire.codec.name == "json":
            self._wire.deflater = get_deflater(None, payload=True)
        if not self.faults.no_ready:
            await session.dispatch("READY", self._state.ready(session, self.faults.resume_url))
            await self._send_guilds(session, request)
        self._begin_load(session)

    async def _send_guilds(self, session: SimulatedSession, request: IdentifyRequest) -> None:
        if Intents.GUILDS in session.intents:
            world = self._state.world
            for guild in [world.guilds[guild_id] for guild_id in session.guild_ids]:
                d = guild_create(world, guild, session.intents, request.large_threshold)
                await session.dispatch("GUILD_CREATE", d)

    async def _resume(self, d: Any) -> None:
        if self.session is not None:
            raise Refusal(4005)
        if isinstance(d, dict):
            self._state.keep(self._state.resumes, redact(d))
        request = read_resume(d, self._state.settings)
        session = self._state.sessions.get(request.session_id)
        if session is None:
            await self._refuse_session("there is no session of the id that it wants to resume")
            return
        if not 0 <= request.seq <= session.sequence:
            self._state.forget(session)
            raise Refusal(4007, why=f"it wants to resume after event {request.seq} of {session.sequence}")
        missed = session.missed_after(request.seq)
        if missed is None:
            self._state.forget(session)
            await self._refuse_session("it missed more events than are kept")
            return
        self.faults = self._state.faults_of_resume(self.faults)
        old = session.connection
        # Attach and number before the first await, so that events emitted from now on queue for the lock behind these.
        self._attach(session)
        self._state.feed.happened("resume", self.number, "resumes", f"{len(missed)} missed events are sent again")
        if not self.faults.no_resumed:
            missed.append(session.note("RESUMED", {}))
        await self.send(*missed)
        if old is not None:
            await old.close(4000)
        self._begin_load(session)

    async def _refuse_session(self, why: str) -> None:
        self._state.feed.happened("refuse", self.number, "is refused", f"op 9: {why}")
        await self.send(Frame(Opcode.INVALID_SESSION, False))

    async def _command(self, session: SimulatedSession, op: int, d: Any) -> None:
        if op == Opcode.REQUEST_GUILD_MEMBERS and asks_for_all_members(d):
            wait = self._state.all_members_wait(read_id(d.get("guild_id")))
            if wait:
                await session.dispatch(*rate_limited(d, wait))
                return
        for name, event in answer(op, d, session, self._state.world):
            await self._state.teller.settle()
            if session.wants(name):
                await session.dispatch(name, event)
        await self._state.teller.settle()

    # Faults on demand

    async def reconnect(self) -> None:
        """Tell the client to reconnect (op 7)."""
        await self.send(Frame(Opcode.RECONNECT))

    async def invalidate(self, *, resumable: bool) -> None:
        """Tell the client that its session is invalid (op 9); unless ``resumable``, the session is forgotten."""
        self._detach(forget=not resumable)
        await self.send(Frame(Opcode.INVALID_SESSION, resumable))

    async def request_heartbeat(self) -> None:
        """Ask for a heartbeat at once (op 1)."""
        await self.send(Frame(Opcode.HEARTBEAT))

    def corrupt_next(self) -> None:
        """Damage the next message so that it can be neither decompressed nor decoded."""
        self.disturbances.corrupt = 1

    async def close(self, code: int, reason: str = "") -> None:
        """Close with a code; the session stays resumable if Discord documents that for the code."""
        if self._socket.closed:
            return
        if self.disturbances.mute:
            self.drop()
            return
        self.close_code = code
        known = CLOSE_CODES.get(code)
        self._detach(forget=code in _ENDING_CODES or (known is not None and known.action is not Action.RESUME))
        self.disturbances.end()
        await self._socket.close(code=code, message=reason.encode())

    def fall_silent(self) -> None:
        """Neither send nor read anything any more, without closing; the session stays resumable."""
        self._detach(forget=False)
        self.disturbances.mute = True
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def drop(self) -> None:
        """Cut the TCP connection without a close frame; the session stays resumable."""
        self._detach(forget=False)
        self.open = False
        self.disturbances.end()
        if self._transport is not None:
            self._transport.abort()

    def _attach(self, session: SimulatedSession) -> None:
        if session.connection is not None:
            session.connection.session = None
        self.session = session
        session.connection = self
        session.away_since = None

    def _detach(self, *, forget: bool) -> None:
        session, self.session = self.session, None
        if session is not None:
            session.connection = None
            session.away_since = self._state.clock()
            if forget:
                self._state.forget(session)

    def _how_it_ended(self) -> str:
        if self.close_code is not None:
            return f"the gateway closed with {self.close_code}"
        if self.client_close_code is not None:
            return f"it closed with {self.client_close_code or 'no code'}"
        return "the connection was cut"

    def __repr__(self) -> str:
        return f"SimulatedConnection({self.number}, {'open' if self.open else 'closed'})"
