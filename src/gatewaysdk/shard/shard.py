"""The `Shard`, which users make, connect and register handlers on."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from ..bases.any_event import AnyEvent
from ..bases.command import Command
from ..bases.event import Event
from ..bases.families import Family
from ..codec import BackendName, Encoding
from ..compression import MAX_SIZE, Compression
from ..delivery.concurrency import Concurrency
from ..delivery.overflow import Overflow
from ..delivery.settings import QUEUE_BYTES
from ..delivery.stream import EventStream
from ..delivery.tap import Tap
from ..enums.intents import Intents
from ..errors import CommandError, GatewayError, StateError
from ..identify import IdentifyQueue
from ..listeners.dispatcher import Dispatcher
from ..listeners.handler_list import ErrorHandler, HandlerList
from ..listeners.intents import Where, explain
from ..protocol import Effect, ReconnectPolicy, Session, State, Timeouts
from ..sessions.keeper import STORE_TIMEOUT
from ..sessions.store import SessionStore
from ..snowflake import Snowflake
from ..stats import Stats
from ..tasks.signals import stop_on
from ..token import Token
from ..transport import Connector
from .asking import Requests
from .health import Health
from .runtime import DEFAULT_GRACE, Runtime
from .settings import DEFAULT_URL, ShardSettings
from .traffic import Traffic

if TYPE_CHECKING:
    from ..commands.identify_connection_properties import IdentifyConnectionProperties
    from ..commands.update_presence import UpdatePresence
    from ..enums.capabilities import Capabilities

__all__ = ["Shard"]

E = TypeVar("E", bound=AnyEvent)
E1 = TypeVar("E1", bound=AnyEvent)
E2 = TypeVar("E2", bound=AnyEvent)
E3 = TypeVar("E3", bound=AnyEvent)


class Shard(Requests):
    """One connection to the gateway that lasts: it identifies, sends heartbeats, resumes, and calls typed handlers.

    Use it as a context manager, which closes it. Register handlers, then `run`; or iterate over `events`; or go step
    by step with `connect`, `receive`, `send`, `reconnect` and `close`.

    Args:
        token: the bot token; no repr, log or error ever shows it.
        intents: the intents to ask for. None derives them from the handlers and streams at the start.
        extra_intents: intents to add, such as ``Intents.MESSAGE_CONTENT``, which no handler asks for.
        shard: ``(shard_id, num_shards)``; None for a bot in fewer than 2,500 guilds.
        url: URL of the gateway, without a query.
        encoding: ``json`` or ``etf``.
        etf_backend: the backend that decodes ETF: ``auto``, ``native``, ``python`` or ``erlpack``. All give the same
            events; ``gatewaysdk doctor`` shows which are available.
        compress: ``zlib-stream``, ``zstd-stream`` or None.
        payload_compression: let the gateway compress single payloads; for JSON only, and not along with ``compress``.
        large_threshold: 50 to 250; Discord leaves offline members out of guilds with more members.
        presence: the presence that the bot has from the start.
        properties: what Discord is told about this client.
        capabilities: behaviour of the gateway to ask for, such as ``Capabilities.CHANNEL_OBFUSCATION``.
        session: a session to resume: an earlier value of `session`.
        session_store: loads the session at the start and saves it after each event, such as a `FileSessionStore`; not
            together with ``session``.
        timeouts: deadlines for connecting and closing.
        policy: decides when to connect again, and when to give up.
        identify_queue: decides when the shard may start a session, and whether. Pass the same one to all shards of a
            bot. By default the shard has a `LocalIdentifyQueue` of its own.
        reconnect: whether to connect again at all; if not, `run` and `receive` raise the error of the connection.
        connector: opens sockets; by default with aiohttp, through ``proxy``.
        proxy: URL of an HTTP proxy, ``http://`` or ``https://``, with user and password if it needs them.
        store_timeout: seconds that the session store may take to load or save.
        queue_size: most events to hold for slow handlers: those that wait and those being handled.
        queue_bytes: most bytes of these events, decompressed. A single event is accepted however large it is.
        overflow: what happens when the queue is full: ``pause`` stops reading, so nothing is lost; ``drop_oldest``
            drops events, and ``DropEvents(TypingStart, ...)`` only those of some classes, counted and reported.
        concurrency: which events may be handled at the same time: None for one after another, ``guild`` or ``channel``
            for events of different guilds or channels, or a function: events for which it returns equal keys stay in
            order.
        handler_timeout: seconds a handler may run before it is cancelled; None for no limit.
        max_size: most bytes of one gateway message, compressed or not. For each 16 of these bytes it may hold one array
            element or map entry. The shard ends with a `MessageTooLarge` if larger messages keep coming.
        resume_hosts: hosts, with their subdomains, that may get the token when READY or a stored session says to resume
            there. None trusts ``discord.gg`` if ``url`` is within it, else only the host of ``url``.
        content_warning: whether to log a warning at the start if there is a listener for messages, and they will come
            without their content because ``Intents.MESSAGE_CONTENT`` is not asked for.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(
        self,
        token: str | bytes | Token,
        *,
        intents: Intents | int | None = None,
        extra_intents: Intents | int = 0,
        shard: tuple[int, int] | None = None,
        url: str = DEFAULT_URL,
        encoding: Encoding = "json",
        etf_backend: BackendName | None = None,
        compress: Compression | None = "zlib-stream",
        payload_compression: bool = False,
        large_threshold: int | None = None,
        presence: UpdatePresence | None = None,
        properties: IdentifyConnectionProperties | None = None,
        capabilities: Capabilities | int = 0,
        session: Session | None = None,
        session_store: SessionStore | None = None,
        timeouts: Timeouts | None = None,
        policy: ReconnectPolicy | None = None,
        identify_queue: IdentifyQueue | None = None,
        reconnect: bool = True,
        connector: Connector | None = None,
        proxy: str | None = None,
        store_timeout: float = STORE_TIMEOUT,
        queue_size: int = 1000,
        queue_bytes: int = QUEUE_BYTES,
        overflow: Overflow = "pause",
        concurrency: Concurrency = None,
        handler_timeout: float | None = None,
        max_size: int = MAX_SIZE,
        resume_hosts: Collection[str] | None = None,
        content_warning: bool = True,
    ) -> None:
        token = Token.hold(token)  # hides the text: tracebacks of the errors below may show local variables
        settings = ShardSettings(
            token=token, intents=intents, extra_intents=extra_intents, shard=shard, url=url, encoding=encoding,
            etf_backend=etf_backend, compress=compress, payload_compression=payload_compression,
            large_threshold=large_threshold, presence=presence, properties=properties, capabilities=capabilities,
            session=session, session_store=session_store, timeouts=timeouts, policy=policy,
            identify_queue=identify_queue, reconnect=reconnect, connector=connector, proxy=proxy,
            store_timeout=store_timeout, queue_size=queue_size, queue_bytes=queue_bytes, overflow=overflow,
            concurrency=concurrency, handler_timeout=handler_timeout, max_size=max_size, resume_hosts=resume_hosts,
            content_warning=content_warning,
        )  # fmt: skip
        self._set_intents(intents, extra_intents)
        self._content_warning = content_warning
        self._handlers = HandlerList(handler_timeout)
        self._dispatcher = Dispatcher(self, lambda: self._runtime.delivery.replan(), self._handlers)
        self._stream: EventStream[Event] | None = None
        self._in_run = False
        self._runtime = Runtime(settings, self._dispatcher)

    @classmethod
    def from_settings(cls, settings: ShardSettings) -> Self:
        """Return a shard with these settings; `ShardSettings.for_shard` makes them for each shard of a bot.

        If a subclass has its own ``__init__``, it gets the settings as the keyword arguments of `Shard`.
        """
        return cls(**settings.keywords())

    # Run, or iterate over events

    async def run(self, *, stop_signals: Iterable[signal.Signals] = ()) -> None:
        """Connect, and call handlers until `close` or `stop` is called.

        Args:
            stop_signals: signals that call `stop`, such as ``(signal.SIGTERM,)``; in the main thread only.

        With sharding, its errors have a note such as "in shard 3 of 8".

        Raises:
            FatalCloseError: the gateway refused for good; its ``remedy`` says what to do.
            GatewayError: another error that ended the shard, such as `GaveUp`.
            ConfigurationError: the intents never bring an event that has a listener, or a signal cannot be handled.
            StateError: another `run` of this shard is under way; or it has failed for good before: make a new one.
        """
        if self._in_run:
            raise StateError("run() of this shard is under way already; await that one, or wait_for() an event")
        self._in_run = True
        try:
            self._drop_stream()
            await self._runtime.wait_closed()
            if not self._runtime.lifetime.running:
                self._start()
            try:
                with stop_on(stop_signals, self.stop) if stop_signals else nullcontext():
                    await self._runtime.lifetime.wait_ended()
            except Exception as error:
                self._runtime.label.put_on(error)
                raise
            finally:
                # Also when cancelled: a shard must not go on running when the call that runs it has ended.
                await self.close()
        finally:
            self._in_run = False

    @overload
    def events(self) -> EventStream[Event]: ...
    @overload
    def events(self, one: type[E], /) -> EventStream[E]: ...
    @overload
    def events(self, one: type[E1], two: type[E2], /) -> EventStream[E1 | E2]: ...
    @overload
    def events(self, one: type[E1], two: type[E2], three: type[E3], /) -> EventStream[E1 | E2 | E3]: ...
    @overload
    def events(
        self, one: type[Family], two: type[Family], three: type[Family], four: type[Family], /, *more: type[Family]
    ) -> EventStream[Family]: ...
    def events(self, *classes: type[AnyEvent]) -> EventStream[Any]:
        """Return a `stream` of some classes of events, or all, and connect if the shard is not running."""
        if self._stream is not None and not classes:
            all_events, self._stream = self._stream, None
            return all_events
        stream = self.stream(*classes)
        if not self._runtime.lifetime.running:
            try:
                self._start()
            except BaseException:
                stream.drop()
                raise
        return stream

    def observe(self, observer: Callable[[Effect], None], /) -> Callable[[Effect], None]:
        """Call ``observer`` with each effect of the protocol; `gatewaysdk.protocol` has their classes.

        The connection waits while it runs: keep it short. If it raises, the error hook gets the error.
        """
        self._runtime.observers.add(observer)
        return observer

    def unobserve(self, observer: Callable[[Effect], None], /) -> None:
        """Stop calling an observer. Raises `ConfigurationError` if it is not registered."""
        self._runtime.observers.remove(observer)

    def count_events(self) -> None:
        """Count events by name from now on, in ``stats.events_by_name``, which costs a call for each event."""
        self._runtime.delivery.count_events(self.stats.events_by_name)

    def observe_traffic(self, observer: Callable[[Traffic], None], /) -> Callable[[Traffic], None]:
        """Call ``observer`` with each message that is received or sent, before it takes effect.

        The connection waits while it runs: keep it short. If it raises, the error hook gets the error.
        """
        self._runtime.traffic.add(observer)
        return observer

    def unobserve_traffic(self, observer: Callable[[Traffic], None], /) -> None:
        """Stop calling an observer of the traffic. Raises `ConfigurationError` if it is not registered."""
        self._runtime.traffic.remove(observer)

    # Step by step

    async def connect(self) -> Session | None:
        """Connect, and return the session once it is live; then `receive` returns READY, or the missed events, first.

        Returns None if the gateway sent a session that cannot be resumed. To start a new session the shard may have to
        wait for its turn in the identify queue; that wait has no limit.

        Raises:
            GatewayError: the error of the first attempt. The shard does not go on trying.
            StateError: the shard is running already, or `stop` was called before.
        """
        await self._runtime.wait_closed()
        self._runtime.check_not_running()
        self._drop_stream()
        self._stream = self.stream()
        try:
            self._start()
        except BaseException:
            self._drop_stream()
            raise
        try:
            await self._runtime.lifetime.wait_live()
        except BaseException:
            self._drop_stream()
            await self._runtime.stop(keep_session=True, grace=0)
            raise
        return self.session

    async def receive(self) -> Event:
        """Return the next event; call `connect` first.

        Raises:
            StateError: the shard was not connected with `connect`, or was closed.
            GatewayError: the error that ended the shard.
        """
        if self._stream is None:
            raise StateError("nothing to receive from: call connect() first; with run() use handlers or events()")
        try:
            return await anext(self._stream)
        except StopAsyncIteration:
            self._stream = None
            raise StateError("the shard was closed") from None
        except GatewayError:
            self._stream = None
            raise

    async def send(self, command: Command, *, timeout: float | None = None, confirm: bool = False) -> float:
        """Send a command once the session is live and the send limits have room, and return the seconds that it waited.

        Commands are sent in order, at most 120 messages in any 60 seconds, some of which are kept for heartbeats
        (events/gateway#rate-limiting). Of several presences that wait only the latest is sent, at most 5 in 20 seconds.

        "Sent" means written to the socket. If the connection turns out to be dead, the latest presence is sent again;
        other commands may be lost, because Discord does not acknowledge them. Use ``confirm`` to be sure.

        Args:
            command: such as ``UpdatePresence(...)``.
            timeout: seconds to wait at most; if it takes longer, the command is never sent. None for no limit.
            confirm: return only when Discord has answered a heartbeat that is sent right after the command, and so has
                read the command. This costs one more message of the send limit.

        Returns:
            The seconds that it waited; `send_wait` has them beforehand.

        Raises:
            CommandError: ``command`` is not a command for users to send, has more than 4096 bytes when encoded, cannot
                be encoded, or needs an intent that was not sent.
            SendTimeout: it could not be sent in time; raised at once if that is known beforehand.
            SendUnsure: only with ``confirm``: it was sent, but the connection or the time ended before an answer came.
            StateError: the shard is not connected, was closed meanwhile, or too many commands wait.
            GatewayError: the error that ended the shard meanwhile.
        """
        if not isinstance(command, Command):
            # The message leaves out the value: Identify and Resume hold the token.
            raise CommandError(
                type(command).__name__, None, "is not a command; send() takes RequestGuildMembers(...) and the like"
            )
        if self._sent is not None:
            command.check_intents(self._sent)
        return await self._runtime.send(command, timeout, confirm=confirm)

    @property
    def send_wait(self) -> float | None:
        """Seconds a command sent now would wait for the send limit; None while no session is live."""
        return self._runtime.send_wait

    async def reconnect(self) -> None:
        """Drop the connection and resume the session on a new one; `connect` if the shard is not running."""
        if self._runtime.lifetime.running:
            self._runtime.reconnect()
        else:
            await self.connect()

    def stop(self, *, keep_session: bool = True) -> None:
        """Begin to close and return at once. `run` returns, and streams end, when the shard is closed.

        Call it where you cannot await, in any thread: in observers, signal handlers and handlers. If the shard is not
        running, the next `run` returns at once, and the next `connect` raises `StateError`.
        """
        self._runtime.request_stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool = True, grace: float = DEFAULT_GRACE) -> None:
        """Close the shard, and return when the connection and all tasks have ended.

        If a handler calls it, or a task that a handler has made, it begins to close and returns at once, because it
        would wait for its own caller. `run` returns when the shard is closed.

        Args:
            keep_session: leave the session resumable (it stays in `session`); otherwise the bot goes offline at once.
            grace: seconds that handlers get for the events that have arrived; of several calls the first decides.
        """
        await self._runtime.stop(keep_session=keep_session, grace=grace)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        if exc_type is None:
            # Only then: an exception may have interrupted the work on the last event.
            self._runtime.delivery.readers.settle()
        await self.close()

    # State and figures

    @property
    def shard_id(self) -> int:
        """The id of this shard, from 0 on; 0 without sharding (events/gateway#sharding)."""
        return self._runtime.label.shard_id

    @property
    def num_shards(self) -> int:
        """Number of shards of the bot, 1 without sharding. `shard_id_for` needs it to find a guild's shard."""
        return self._runtime.label.num_shards

    @property
    def session(self) -> Session | None:
        """The session as a value that you can save and resume after a restart; None if there is none.

        Its sequence number is the highest up to which all events are done: their handlers have returned or raised, and
        the readers of streams have asked for the next event.
        """
        return self._runtime.keeper.session

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""
        protocol = self._runtime.protocol
        return None if protocol is None or protocol.user_id is None else Snowflake(protocol.user_id)

    @property
    def state(self) -> State:
        """The state of the connection."""
        protocol = self._runtime.protocol
        return State.IDLE if protocol is None else protocol.state

    @property
    def latency(self) -> float | None:
        """Seconds between the last heartbeat and its answer; None before the first answer."""
        protocol = self._runtime.protocol
        return None if protocol is None else protocol.latency

    @property
    def stats(self) -> Stats:
        """Counters since the shard was made."""
        return self._runtime.stats

    @property
    def health(self) -> Health:
        """The health of the shard as ages in seconds, which show if the connection, a handler or the store stopped."""
        return self._runtime.health()

    def _start(self) -> None:
        with self._runtime.label.on_errors():
            intents = self._resolve_intents()
            self._runtime.start(int(intents))
        self._sent = intents
        self._explain(intents)

    def _explain(self, intents: Intents) -> None:
        names = {name for name, _ in self._wanted()}
        explain(intents, names, self._runtime.label.log, content_warning=self._content_warning)

    # What `Listening` and `Requests` need

    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[Self, Sequence[Snowflake]]]:
        return ((self, guild_ids),)

    @property
    def _receiver(self) -> Self:
        return self

    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        return self._runtime.delivery.open_stream(classes, where)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        return self._runtime.delivery.tap(classes, accept, where)

    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        return self._runtime.delivery.readers.wanted()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        self._runtime.delivery.reports.on_error = handler

    def _drop_stream(self) -> None:
        if self._stream is not None:
            self._stream.drop()
            self._stream = None

    def __repr__(self) -> str:
        # Works for a shard whose __init__ has raised, too: tracebacks with local variables show it.
        if not hasattr(self, "_runtime"):
            return "<Shard unfinished>"
        which = self._runtime.label.text.removeprefix("shard ")
        return f"<Shard {which}, {self.state.value}>" if which else f"<Shard {self.state.value}>"
