"""The glue of a shard: carries out what the protocol core asks for, on asyncio.

Two tasks run: that of the current `Connection`, and that of the `Delivery`, which hands events to handlers and streams,
though the former runs what the latter would have to be woken for.
The timer is a callback. So heartbeats never wait for anybody's code.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from ._command import Command
from ._delivery import NOBODY, Delivery, DeliverySettings
from ._keeper import SessionKeeper
from ._sender import Sender
from .codec import Codec, CodecFrame
from .compression import Inflater, Message
from .connection import Connection
from .dispatch import Dispatcher
from .errors import (
    ConnectionLost,
    GatewayError,
    PeerError,
    StateError,
)
from .frame import Frame
from .protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Effect,
    Failed,
    GatewayProtocol,
    HeartbeatAcknowledged,
    Identify,
    Opcode,
    Send,
    Session,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    Stopped,
    Unexpected,
)
from .session_store import SessionStore
from .stats import Stats
from .transport import Connector

__all__ = ["Runtime"]

log = logging.getLogger("gatewaysdk")

# A loop that stood still longer than this reads what has arrived before it judges that nothing has.
_STALL = 1.0


class Runtime:
    """What keeps one shard going between `start` and `stop`."""

    def __init__(
        self,
        *,
        identify: Identify,
        make_protocol: Callable[[Identify, Session | None], GatewayProtocol],
        session: Session | None,
        session_store: SessionStore | None,
        codec: Codec,
        make_inflater: Callable[[], Inflater],
        connector: Connector,
        dispatcher: Dispatcher,
        reconnect: bool,
        close_timeout: float,
        settings: DeliverySettings,
    ) -> None:
        self._identify = identify
        self._make_protocol = make_protocol
        self._codec = codec
        self._event_envelope = codec.event_envelope
        self._make_inflater = make_inflater
        self._connector = connector
        self._reconnect = reconnect
        self._close_timeout = close_timeout
        self.protocol: GatewayProtocol | None = None
        self.stats = Stats()
        on_done = None if session_store is None else self._saved
        self.delivery = Delivery(dispatcher, codec, self.stats, self, on_done, settings)
        self._sender = Sender(codec, self.stats, self._apply)
        self.keeper = SessionKeeper(session_store, identify.shard, session, self._progress, self.delivery.report)
        self.observers: list[Callable[[Effect], None]] = []
        self._connection: Connection | None = None
        self._leftovers: set[asyncio.Task[None]] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._ended: asyncio.Future[None] | None = None
        self._live: asyncio.Future[None] | None = None

    # What the shard asks for

    @property
    def running(self) -> bool:
        """Whether `start` was called and nothing has ended it since."""
        return self._ended is not None and not self._ended.done()

    def start(self, intents: int) -> None:
        """Connect and keep connected. Raises `StateError` when running already, or failed for good."""
        if self.running:
            raise StateError("the shard is running already; close it first")
        loop = asyncio.get_running_loop()
        effects: list[Effect] = []
        if self.protocol is not None:
            effects = self.protocol.connect(loop.time())
        self._ended = loop.create_future()
        self._live = loop.create_future()
        self.delivery.start().add_done_callback(self._task_done)
        self._apply(effects)
        if self.protocol is None:
            self._identify = replace(self._identify, intents=intents)
            if self.keeper.store is None:
                self._begin()
            else:
                self._spawn(self._load_and_begin(), "gatewaysdk session load")

    def _begin(self) -> None:
        self.protocol = self._make_protocol(self._identify, self.keeper.session)
        self._apply(self.protocol.connect(self._now()))

    async def _load_and_begin(self) -> None:
        try:
            await self.keeper.load()
            if self.running:  # nobody closed the shard meanwhile
                self._begin()
        except Exception as error:  # what a store raises is for whoever waits for the shard
            self._end(error)

    async def wait_live(self) -> None:
        """Return once READY or RESUMED came; raise what ended the first attempt."""
        assert self._live is not None
        await asyncio.shield(self._live)

    async def wait_ended(self) -> None:
        """Return when the shard was closed; raise what ended it otherwise."""
        assert self._ended is not None
        await asyncio.shield(self._ended)

    @property
    def send_wait(self) -> float | None:
        """Seconds that a command would wait which is sent now, None while the session is not live."""
        return None if self.protocol is None else self.protocol.send_wait(self._now())

    async def send(self, command: Command, timeout: float | None) -> float:
        """Check and queue a command, and return once it has gone out, after how many seconds."""
        if self.protocol is None or not self.running:
            name = type(command).__name__
            raise StateError(f"{name} cannot be sent before the shard is connected; call connect() or run()")
        return await self._sender.send(self.protocol, command, timeout)

    def reconnect(self) -> None:
        """Give the connection up and resume on a new one."""
        if self.protocol is not None:  # else it is about to connect
            self._apply(self.protocol.reconnect(self._now()))

    def request_stop(self, *, keep_session: bool) -> None:
        """Begin to close; what waits for the end is told when it is done."""
        if self.running:
            # Observers may ask for it in the midst of carrying out effects.
            asyncio.get_running_loop().call_soon(self._close, keep_session)

    def _close(self, keep_session: bool) -> None:
        if not self.running:
            return
        if not keep_session:
            self.keeper.drop()
        if self.protocol is None:
            self._end(None)
            return
        self._apply(self.protocol.close(self._now(), keep_session=keep_session))
        self._sender.fail(None)

    async def stop(self, *, keep_session: bool, grace: float) -> None:
        """Close, let handlers finish what has arrived for ``grace`` seconds, and leave nothing behind."""
        try:
            if self.running:
                self._close(keep_session)
                assert self._ended is not None
                await asyncio.wait([self._ended], timeout=self._close_timeout + 1)
            handlers = self.delivery.task
            if handlers is not None and handlers is not asyncio.current_task():
                await asyncio.wait([handlers], timeout=grace)
        finally:
            # Cleaning up goes on even if the caller is cancelled a second time.
            await asyncio.shield(asyncio.ensure_future(self._tear_down(asyncio.current_task())))

    async def _tear_down(self, caller: asyncio.Task[Any] | None) -> None:
        self._end(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        tasks = [task for task in (*self._leftovers, self.delivery.task) if task is not None and task is not caller]
        if self._connection is not None:
            self._connection.abort()
            tasks.append(self._connection.task)
            self._connection = None
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        try:
            await asyncio.wait_for(self.keeper.save(), self._close_timeout)
        except TimeoutError:
            log.error("the session store took longer than %g s; it may lack the last events", self._close_timeout)
        await self._connector.close()

    # What connections tell

    def on_connected(self, connection: Connection) -> None:
        if connection is self._connection and self.protocol is not None:
            self._apply(self.protocol.connected(self._now()))

    def on_connect_failed(self, connection: Connection, error: GatewayError) -> None:
        if connection is self._connection and self.protocol is not None:
            self._connection = None
            self._apply(self.protocol.connect_failed(error, self._now()))

    def on_message(self, connection: Connection, message: Message) -> None:
        protocol, stats = self.protocol, self.stats
        if connection is not self._connection or protocol is None:
            return
        envelope = self._event_envelope(message) or self._codec.envelope(message)
        op, s, t, _, _, _ = envelope  # a slice would be a tuple more
        stats.frames += 1
        if t is not None and protocol.is_next_event(op, s, t):
            # The usual case changes no deadline; and what nobody listens for does not even become a frame.
            stats.events += 1
            delivery = self.delivery
            plan = delivery.plans[t]
            if plan is not NOBODY:
                delivery.put(plan, envelope, at_once=True)
            return
        self._apply(protocol.receive(self._codec.frame(envelope), self._now()))

    def on_broken(self, connection: Connection, error: PeerError) -> None:
        if connection is self._connection and self.protocol is not None:
            self._apply(self.protocol.broken(error, self._now()))

    def on_closed(self, connection: Connection, code: int | None, reason: str) -> None:
        if connection is self._connection and self.protocol is not None:
            self._connection = None
            self._apply(self.protocol.connection_closed(code, reason, self._now()))

    # Carrying out effects

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _apply(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Dispatch(frame):
                    self._dispatched(frame)
                case Send(op, data, tickets):
                    self._transmit(op, data, tickets)
                case Connect(url):
                    self._tell(effect)
                    self._open(url)
                case Close(code, reason):
                    self._tell(effect)
                    if self._connection is not None:
                        self._connection.close(code, reason)
                case _:
                    self._note(effect)
        self._set_timer()

    def _dispatched(self, frame: Frame) -> None:
        self.stats.events += 1
        plan = self.delivery.plans[frame.t or ""]
        if plan is not NOBODY:
            assert isinstance(frame, CodecFrame)  # what the core was given it gives back
            self.delivery.put(plan, frame.envelope)

    def _open(self, url: str) -> None:
        if self._connection is not None:
            self._connection.abort()
            self._retire(self._connection.task)
        self.stats.connections += 1
        self._connection = Connection(
            url, self._connector, self._make_inflater(), self, self.stats, binary=self._codec.binary
        )
        self._connection.task.add_done_callback(self._task_done)

    def _retire(self, task: asyncio.Task[None]) -> None:
        self._leftovers.add(task)
        task.add_done_callback(self._leftovers.discard)

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._task_done)
        self._retire(task)

    def _transmit(self, op: int, data: Any, tickets: tuple[Any, ...]) -> None:
        if op == Opcode.IDENTIFY:
            self.stats.identifies += 1
        if self._connection is not None:
            self._connection.send(self._codec.encode(op, data))
        self._sender.sent(tickets)

    def _note(self, effect: Effect) -> None:
        match effect:
            case SessionStarted(session):
                self.delivery.new_session()
                self.keeper.begin(session)
                self._save()
                self._set_live(None)
            case SessionResumed(_, replayed):
                self.stats.resumes += 1
                self.stats.replayed += replayed
                self.keeper.seen()
                self._save()
                self._set_live(None)
            case SessionInvalidated(resumable=False):
                self.keeper.drop()
                self._save()
            case HeartbeatAcknowledged():
                self.delivery.forget_abandoned()
                self.keeper.seen()
                self._save()  # also for events that nobody listens for
            case Disconnected(reason, error):
                if isinstance(error, PeerError):  # found by the connection or by the core
                    log.warning("disconnected: %s: %s", reason, error)
                else:
                    log.info("disconnected: %s", reason)
                if error is not None:
                    self._set_live(error)
                if not self._reconnect:
                    self._give_up(error if error is not None else ConnectionLost(reason))
            case Failed(error):
                log.error("the shard stops: %s", error)
                self._end(error)
            case Stopped():
                self._end(None)
            case Unexpected(frame, problem):
                self.stats.unexpected += 1
                log.debug("unexpected message %r: %s", frame, problem)
            case _:
                pass
        self._tell(effect)

    def _tell(self, effect: Effect) -> None:
        for observer in self.observers:
            try:
                observer(effect)
            except Exception as error:  # it stands in the midst of the connection's work, which must go on
                self._spawn(self.delivery.report(error), "gatewaysdk observer's error")

    def _give_up(self, error: GatewayError) -> None:
        # Reconnecting is left to the user: the machine stops with its session kept, and connect() goes on from there.
        assert self.protocol is not None
        self._end(error)
        asyncio.get_running_loop().call_soon(self._stop_machine)

    def _stop_machine(self) -> None:
        if self.protocol is not None:
            self._apply(self.protocol.close(self._now()))

    def _set_live(self, error: GatewayError | None) -> None:
        if self._live is not None and not self._live.done():
            if error is None:
                self._live.set_result(None)
            else:
                self._live.set_exception(error)
                self._live.exception()  # nobody need be waiting

    def _end(self, error: BaseException | None) -> None:
        """Resolve what waits for the end, once."""
        if self._live is not None and not self._live.done():
            self._live.set_exception(error if error is not None else StateError("the shard was closed"))
            self._live.exception()
        if self._ended is not None and not self._ended.done():
            if error is None:
                self._ended.set_result(None)
            else:
                self._ended.set_exception(error)
                self._ended.exception()
            self.delivery.end(error)
            self._sender.fail(error)

    def _task_done(self, task: asyncio.Task[None]) -> None:
        """A bug of ours must not look like silence: it ends the shard, and `run` raises it."""
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("internal error in %s", task.get_name(), exc_info=error)
            self._end(error)

    # Time

    def _set_timer(self) -> None:
        deadline = None if self.protocol is None else self.protocol.deadline
        if self._timer is not None:
            if self._timer.when() == deadline and not self._timer.cancelled():
                return
            self._timer.cancel()
            self._timer = None
        if deadline is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._on_timer, deadline)

    def _on_timer(self, deadline: float) -> None:
        self._timer = None
        late = self._now() - deadline
        if late > _STALL:
            self._note_stall(late)
            self._timer = asyncio.get_running_loop().call_later(0.1, self._timeout)
        else:
            self._timeout()

    def _note_stall(self, seconds: float) -> None:
        self.stats.stalls += 1
        self.stats.longest_stall = max(self.stats.longest_stall, seconds)
        names = self.delivery.working_on
        cause = f"a handler of {names} may block it" if names else "something besides handlers blocks it"
        log.warning("the event loop stood still for %.1f s, too long for heartbeats: %s", seconds, cause)

    def _timeout(self) -> None:
        self._timer = None
        if self.protocol is not None:
            self._apply(self.protocol.handle_timeout(self._now()))

    # What the delivery tells

    def on_full(self) -> None:
        if self._connection is not None and self.protocol is not None:
            self._connection.pause()
            self.protocol.reading_paused()

    def on_room(self) -> None:
        if self._connection is not None and self.protocol is not None and self._connection.paused:
            self._connection.resume()
            self._apply(self.protocol.reading_resumed(self._now()))

    async def _saved(self) -> None:
        await self.keeper.save()

    # The session

    def _progress(self) -> int | None:
        latest = None if self.protocol is None else self.protocol.sequence
        return None if latest is None else self.delivery.done_up_to(latest)

    def _save(self) -> None:
        if self.keeper.store is not None:
            self._spawn(self.keeper.save(), "gatewaysdk session save")
