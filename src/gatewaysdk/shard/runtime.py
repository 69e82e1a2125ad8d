"""The glue of a shard: carries out the effects of the protocol core with asyncio.

The current `Connection` is a task; the `Delivery`, which hands events to handlers and streams, has tasks while there
are events. The timer is a callback of the event loop, so heartbeats never wait for user code.

Invariant: if one of our tasks ends unexpectedly, or a callback raises, the shard ends with that error. So either the
shard works, or `run` raises.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from ..bases.command import Command
from ..codec import CodecFrame
from ..compression import Inflater, Message
from ..delivery.delivery import Delivery
from ..delivery.plans import NOBODY
from ..errors import ConnectError, ConnectionLost, GatewayError, PeerError, StateError, TaskCancelled
from ..frame import Frame
from ..listeners.dispatcher import Dispatcher
from ..protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Effect,
    Failed,
    GatewayProtocol,
    HeartbeatAcknowledged,
    IdentifyWanted,
    Opcode,
    Send,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    Stopped,
    Timeouts,
    Unexpected,
)
from ..sessions.keeper import SessionKeeper
from ..stats import Stats
from ..tasks.closing import Closing, wait_for_cancelled
from ..tasks.label import Label
from ..tasks.lifetime import Lifetime
from ..tasks.timer import Timer
from ..tasks.turn import get_clock
from .connection import Connection
from .health import Health, take_health
from .observers import Observers
from .outage import Outage
from .permit import PermitHolder
from .sender import Sender
from .settings import ShardSettings
from .traffic import Traffic

__all__ = ["DEFAULT_GRACE", "Runtime"]

DEFAULT_GRACE = 5.0
"""Seconds that handlers get, when the shard closes, for the events that have arrived."""


class Runtime:
    """Runs one shard between `start` and `stop`."""

    def __init__(self, settings: ShardSettings, dispatcher: Dispatcher) -> None:
        self._settings = settings
        self._identify = settings.identify
        self._codec = codec = settings.codec
        self._event_envelope = codec.event_envelope
        self._connector = settings.make_connector()
        self._close_timeout = (settings.timeouts or Timeouts()).close
        self.protocol: GatewayProtocol | None = None
        self.label = Label(settings.shard)
        self._log = self.label.log
        self.stats = Stats()
        self.on_done = None if settings.session_store is None else self._saved
        self.delivery = Delivery(dispatcher, codec, self.stats, self, self.on_done, settings.delivery, self.label)
        self._sender = Sender(codec, self.stats, self._apply)
        self._report = self.delivery.reports.report
        self.keeper = SessionKeeper(
            settings.session_store, settings.shard, settings.session, self._progress, self._report,
            settings.store_timeout, self.label,
        )  # fmt: skip
        self._outage = Outage(self.label)
        self._permit = PermitHolder(
            settings.make_identify_queue(), self.label, self._apply, self.on_failure, self.stats.identify_waits
        )
        self.observers: Observers[Effect] = Observers(self._observer_failed)
        self.traffic: Observers[Traffic] = Observers(self._observer_failed)
        # Made before the shard connects: a library's state for zlib has room for the whole window, and pages of it that
        # nothing was written to take no memory, unless what connecting needed for a moment has lain there before.
        self._first_inflater: Inflater | None = settings.make_inflater()
        self._connection: Connection | None = None
        self._leftovers: set[asyncio.Task[Any]] = set()
        self._timer = Timer(self._due, self._stalled, self.on_failure)
        self._event_at: float | None = None
        self._paused_at: float | None = None
        self.lifetime = Lifetime()
        self._closing = Closing(self._wait_for_end, self._tear_down, self.label)

    # What `Shard` calls

    def check_not_running(self) -> None:
        """Raise `StateError` if the shard is running or still closing."""
        if self.lifetime.running or self._closing.under_way:
            raise StateError("the shard is running already, or still closing; await close() first")

    def start(self, intents: int) -> None:
        """Connect and keep connected. Raises `StateError` if the shard is running already, or failed for good.

        A call that raises changes nothing.
        """
        self.check_not_running()
        self._clock = get_clock()
        effects: list[Effect] = []
        if self.protocol is None:
            self._identify = replace(self._identify, intents=intents)
            if self.keeper.store is None:
                self.protocol = self._new_protocol()
        if self.protocol is not None:
            effects = self.protocol.connect(self._now())
        self.lifetime.begin()
        self._closing = Closing(self._wait_for_end, self._tear_down, self.label)
        self.delivery.start()
        if self.lifetime.take_stop():
            self._end_before_connecting()
        elif self.protocol is None:
            self._spawn(self._load_and_begin(), "session load")
        else:
            self._apply(effects)

    def _end_before_connecting(self) -> None:
        if self.protocol is not None:
            self.protocol.close(self._now())
            self.protocol.connect_failed(ConnectError("the gateway", "given up"), self._now())
        self._end(None)

    def _new_protocol(self) -> GatewayProtocol:
        protocol = self._settings.make_protocol(self._identify, self.keeper.session)
        problem = protocol.resume_url_problem
        if problem is not None:
            self._log.warning("the stored session's resume_gateway_url is %s; resuming on the base URL", problem)
        return protocol

    async def _load_and_begin(self) -> None:
        try:
            await self.keeper.load()
            if self.lifetime.running:  # it may have been closed while the store was loading
                self.protocol = self._new_protocol()
                self._apply(self.protocol.connect(self._now()))
        except Exception as error:  # an error of the session store ends the shard: `run` raises it
            self._end(error)

    @property
    def send_wait(self) -> float | None:
        """Seconds a command sent now would wait for the send limit; None while no session is live."""
        return None if self.protocol is None else self.protocol.send_wait(self._now())

    async def send(self, command: Command, timeout: float | None, *, confirm: bool) -> float:
        """Send a command. Returns the seconds that it waited; see `Shard.send` for the errors."""
        if self.protocol is None or not self.lifetime.running:
            name = type(command).__name__
            raise StateError(f"{name} cannot be sent before the shard is connected; call connect() or run()")
        return await self._sender.send(self.protocol, command, timeout, confirm=confirm)

    def reconnect(self) -> None:
        """Drop the connection and resume the session on a new one."""
        if self.protocol is not None:  # else it is about to connect
            self._apply(self.protocol.reconnect(self._now()))

    def health(self) -> Health:
        """Return the health of the shard now."""
        now = self._now() if self.lifetime.running else None
        return take_health(now, self.protocol, self.delivery, self.keeper, self._event_at, self._paused_at)

    # Closing

    def request_stop(self, *, keep_session: bool) -> None:
        """Begin to close and return at once. May be called from any thread and from signal handlers.

        If the shard is not running, its next start ends at once.
        """

        def stop() -> None:
            self._begin_closing(keep_session, DEFAULT_GRACE)

        self.lifetime.request_stop(stop)

    async def stop(self, *, keep_session: bool, grace: float) -> None:
        """Close, give handlers ``grace`` seconds for the events that have arrived, and return when all has ended.

        If a handler calls this, or a task that a handler has started, it begins to close and returns at once, because
        it would wait for itself.
        """
        closing = self._begin_closing(keep_session, grace)
        if not self.delivery.is_calling():
            await self._closing.wait(closing)

    async def wait_closed(self) -> None:
        """Wait until an earlier closing has ended; return at once if there is none."""
        if self._closing.under_way and not self.delivery.is_calling():
            await self._closing.wait(self._closing.begin(0))

    def _begin_closing(self, keep_session: bool, grace: float) -> asyncio.Task[None]:
        if self.lifetime.running:
            self._close(keep_session)
        elif not keep_session:
            self.keeper.drop()
        return self._closing.begin(grace)

    def _close(self, keep_session: bool) -> None:
        if not keep_session:
            self.keeper.drop()
        if self.protocol is None:
            self._end(None)
            return
        self.delivery.expect_end()
        self._apply(self.protocol.close(self._now(), keep_session=keep_session))
        self._sender.fail(None)

    async def _wait_for_end(self, grace: float) -> None:
        await self.lifetime.wait_over(self._close_timeout + 1)
        await self.delivery.wait_over(grace)

    async def _tear_down(self) -> None:
        self._end(None)
        self._timer.cancel()
        tasks: list[asyncio.Task[Any]] = [*self._leftovers, *self._permit.cancel(), *self.delivery.cancel()]
        if self._connection is not None:
            self._connection.abort()
            tasks.append(self._connection.task)
            self._connection = None
        for task in tasks:
            task.remove_done_callback(self._task_done)
            task.cancel()
        await wait_for_cancelled(tasks, self._close_timeout, self.label)
        try:
            await asyncio.wait_for(self.keeper.save(), self._close_timeout)
        except TimeoutError:
            self._log.error("the session store took longer than %g s; it may lack the last events", self._close_timeout)
        await wait_for_cancelled(self.keeper.cancel(), self._close_timeout, self.label)
        await self._connector.close()

    # What a connection calls (`ConnectionOwner`)

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
        op, s, t, _, _, _ = envelope  # unpacked: a slice would make another tuple
        stats.frames += 1
        if self.traffic.observers:
            self.traffic.tell(Traffic(False, self._codec.frame(envelope), len(envelope[3]), self._codec))
        if t is not None and protocol.is_next_event(op, s, t):
            # The usual case changes no deadline, so the timer stays; an event without a listener makes no frame.
            stats.events += 1
            self._event_at = now = self._clock()
            delivery = self.delivery
            plan = delivery.plans[t]
            if plan is not NOBODY:
                delivery.take_in(plan, envelope, now)
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
                case IdentifyWanted(shard_id) if self.protocol is not None:  # always: the effect came from it
                    self.observers.tell(effect)
                    self._permit.ask(self.protocol, shard_id)
                case Connect(url):
                    self.observers.tell(effect)
                    self._open(url)
                case Close(code, reason):
                    self.observers.tell(effect)
                    if self._connection is not None:
                        self._connection.close(code, reason)
                case _:
                    self._note(effect)
        self._permit.settle()
        self._set_timer()

    def _dispatched(self, frame: Frame) -> None:
        self.stats.events += 1
        self._event_at = self._now()
        plan = self.delivery.plans[frame.t or ""]
        if plan is not NOBODY:
            assert isinstance(frame, CodecFrame)  # the core returns the same frame that `on_message` gave it
            self.delivery.take_in(plan, frame.envelope, None)

    def _open(self, url: str) -> None:
        if self._connection is not None:
            self._connection.abort()
            self._retire(self._connection.task)
        self.stats.connections += 1
        inflater, self._first_inflater = self._first_inflater or self._settings.make_inflater(), None
        self._connection = Connection(
            url, self._connector, inflater, self, self.stats,
            binary=self._codec.binary, label=self.label,
        )  # fmt: skip
        self._paused_at = None
        self._connection.task.add_done_callback(partial(self._connection_done, self._connection))

    def _retire(self, task: asyncio.Task[Any]) -> None:
        self._leftovers.add(task)
        task.add_done_callback(self._leftovers.discard)

    def _spawn(self, coroutine: Coroutine[Any, Any, None], work: str) -> None:
        task = asyncio.create_task(coroutine, name=self.label.task_name(work))
        task.add_done_callback(self._task_done)
        self._retire(task)

    def _transmit(self, op: int, data: Any, tickets: tuple[Any, ...]) -> None:
        if op == Opcode.IDENTIFY:
            self.stats.identifies += 1
            self._permit.use()
        if self._connection is not None:
            message = self._sender.encode(op, data)
            self._connection.send(message)
            if self.traffic.observers:
                self.traffic.tell(Traffic(True, Frame(op=op, d=data), len(message), self._codec))
        self._sender.sent(tickets)

    def _note(self, effect: Effect) -> None:
        match effect:
            case SessionStarted(session):
                self.delivery.new_session()
                self.keeper.begin(session)
                self._now_live()
            case SessionResumed(_, replayed):
                self.stats.resumes += 1
                self.stats.replayed += replayed
                self.keeper.seen()
                self._now_live()
            case SessionInvalidated(resumable=False):
                self.keeper.drop()
                self._save()
            case HeartbeatAcknowledged(latency, tickets):
                self.stats.heartbeat_rtts.add(latency)
                self._sender.read(tickets)
                self.delivery.readers.forget_abandoned()
                self.keeper.seen()
                self._save()  # events without a listener save nothing themselves
            case Disconnected(reason, error):
                if isinstance(error, PeerError):  # broken data is worth a warning; a lost connection is normal
                    self._log.warning("disconnected: %s: %s", reason, error)
                else:
                    self._log.info("disconnected: %s", reason)
                    self._outage.disconnected(reason)
                self._sender.disconnected()
                if error is not None:
                    self.lifetime.set_live(self.label.put_on(error))
                if not self._settings.reconnect:
                    self._give_up(error if error is not None else ConnectionLost(reason))
            case Failed(error):
                self._log.error("the shard stops: %s", error)
                self._end(error)
            case Stopped():
                self._end(None)
            case Unexpected(frame, problem, serious):
                self.stats.unexpected += 1
                what = self._identify.token.redact(repr(frame))[:200]
                self._log.log(logging.WARNING if serious else logging.DEBUG, "unexpected message %s: %s", what, problem)
            case _:
                pass
        self.observers.tell(effect)

    def _now_live(self) -> None:
        self._save()
        self._outage.live()
        self.lifetime.set_live()

    def _observer_failed(self, error: Exception) -> None:
        self._spawn(self._report(error), "observer's error")

    def _give_up(self, error: GatewayError) -> None:
        # With reconnect=False the core stops but keeps its session, so that the user's connect() can resume it.
        assert self.protocol is not None
        self._end(error)
        asyncio.get_running_loop().call_soon(self._stop_machine)

    def _stop_machine(self) -> None:
        if self.protocol is not None:
            self._apply(self.protocol.close(self._now()))

    def on_failure(self, where: str, error: BaseException) -> None:
        """End the shard after a bug of ours, or if other code cancelled a task: `run` raises the error."""
        self._log.error("internal error in %s", where, exc_info=error)
        self._end(error)

    def _end(self, error: BaseException | None) -> None:
        """End the shard once: wake everything that waits for its end, with ``error`` if there is one."""
        if error is not None:
            self.label.put_on(error)
        if self.lifetime.end(error):
            self._permit.give_up()
            self.delivery.end(error)
            self._sender.fail(error)

    def _task_done(self, task: asyncio.Task[Any]) -> None:
        """End the shard if a task was cancelled by other code or raised. A task that has done its work may end."""
        if task.cancelled():
            # asyncio.run cancels all tasks when it ends. Handlers must not go on then.
            self._end(TaskCancelled(task.get_name()))
            self.delivery.cancel()
        elif (error := task.exception()) is not None:
            self.on_failure(task.get_name(), error)

    def _connection_done(self, connection: Connection, task: asyncio.Task[None]) -> None:
        if not (task.cancelled() and connection.closing):
            self._task_done(task)

    # Time

    def _set_timer(self) -> None:
        self._timer.set(None if self.protocol is None else self.protocol.deadline)

    def _stalled(self, seconds: float) -> None:
        self.stats.stalls += 1
        self.stats.longest_stall = max(self.stats.longest_stall, seconds)
        names = self.delivery.backlog.working_on
        cause = f"a handler of {names} may block it" if names else "something besides handlers blocks it"
        self._log.warning("the event loop stood still for %.1f s, too long for heartbeats: %s", seconds, cause)

    def _due(self) -> None:
        if self.protocol is not None:
            self._apply(self.protocol.handle_timeout(self._now()))

    # What the delivery calls (`Owner`)

    def on_full(self) -> None:
        if self._connection is not None and self.protocol is not None:
            if self._paused_at is None:
                self._paused_at = self._now()
            self._connection.pause()
            self.protocol.reading_paused()

    def on_room(self) -> None:
        if self._connection is not None and self.protocol is not None and self._connection.paused:
            self._paused_at = None
            self._connection.resume()
            self._apply(self.protocol.reading_resumed(self._now()))

    def on_delivery_failed(self, error: BaseException) -> None:
        self.on_failure("gatewaysdk handlers", error)

    async def _saved(self) -> None:
        await self.keeper.save(wait=False)

    # The session

    def _progress(self) -> int | None:
        latest = None if self.protocol is None else self.protocol.sequence
        return None if latest is None else self.delivery.done_up_to(latest)

    def _save(self) -> None:
        if self.keeper.store is not None:
            self._spawn(self.keeper.save(), "session save")
