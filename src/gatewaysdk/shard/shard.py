"""A shard: the protocol core, a socket, a clock and the handlers, tied together."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from ..bases.command import Command
from ..bases.event import Event
from ..compression.bounds import MAX_SIZE
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

if TYPE_CHECKING:
    from ..commands.identify_connection_properties import IdentifyConnectionProperties
    from ..commands.update_presence import UpdatePresence
    from ..enums.capabilities import Capabilities

__all__ = ["Shard"]

E = TypeVar("E", bound=Event)
E1 = TypeVar("E1", bound=Event)
E2 = TypeVar("E2", bound=Event)
E3 = TypeVar("E3", bound=Event)


class Shard(Requests):
    """One connection to the gateway that lasts: it identifies, beats, resumes, and hands typed events to handlers.

    Use it as a context manager, which closes it. Register handlers, then `run`; or iterate over `events`; or go step
    by step with `connect`, `receive`, `send`, `reconnect` and `close`.

    Args:
        token: the bot token; no repr, log or error ever shows it.
        intents: what to subscribe to. None derives it from the handlers and streams at the start.
        extra_intents: what to ask for on top of that, such as ``Intents.MESSAGE_CONTENT``, which no event tells of.
        shard: ``(shard_id, num_shards)``, None for a bot in fewer than 2,500 guilds.
        url: the gateway, without a query.
        encoding: ``json`` or ``etf``.
        etf_backend: what decodes ETF: ``auto``, ``native``, ``python`` or ``erlpack``. All give the same
            events; ``gatewaysdk doctor`` tells which there are.
        compress: ``zlib-stream``, ``zstd-stream`` or None.
        payload_compression: let the gateway compress single payloads; excludes ``compress`` and goes with JSON only.
        large_threshold: 50 to 250 members above which a guild leaves out offline ones.
        presence: what the bot shows from the start.
        properties: what to tell Discord of this client.
        capabilities: behaviour of the gateway to ask for, such as ``Capabilities.CHANNEL_OBFUSCATION``.
        session: a session to resume, as `session` gave it.
        session_store: where the session is loaded from and saved to all along, such as a `FileSessionStore`; instead of
            ``session``.
        timeouts: deadlines of the phases of connecting.
        policy: when to connect again, and when to give up.
        identify_queue: says when the shard may start a session, and whether: one for all shards of a bot. By default a
            `LocalIdentifyQueue` of its own.
        reconnect: whether to connect again at all; if not, `run` and `receive` raise what ended the connection.
        connector: opens sockets; by default aiohttp with ``proxy``.
        proxy: URL of an HTTP proxy, ``http://`` or ``https://``, with user and password if it needs them.
        store_timeout: seconds that the session store may take to load or save.
        queue_size: events that may be held for slow handlers: those that wait and those in hand.
        queue_bytes: bytes that they may have, decompressed. One event is taken in any case.
        overflow: what happens to more than that: ``pause`` stops reading, so that nothing is lost; ``drop_oldest``, or
            ``DropEvents(TypingStart, ...)`` for some kinds, lets events go, counted and reported.
        concurrency: which events may be handled at the same time: None for one after another, ``guild`` or ``channel``
            for those of different guilds or channels, or a function whose equal values keep events in order.
        handler_timeout: seconds after which a handler is cancelled, None for never.
        max_size: most bytes of one gateway message, compressed or not. For each 16 of these bytes it may hold one array
            element or map entry. The shard ends with a `MessageTooLarge` when larger messages keep coming.
        resume_hosts: hosts that may get the token when READY, or a stored session, says to resume there, with their
            subdomains. None trusts ``discord.gg`` when ``url`` is within it, and else the host of ``url`` alone.

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
        encoding: str = "json",
        etf_backend: str | None = None,
        compress: str | None = "zlib-stream",
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
    ) -> None:
        token = Token.hold(token)  # tracebacks may show local variables, and the errors below have tracebacks
        settings = ShardSettings(
            token=token, intents=intents, extra_intents=extra_intents, shard=shard, url=url, encoding=encoding,
            etf_backend=etf_backend, compress=compress, payload_compression=payload_compression,
            large_threshold=large_threshold, presence=presence, properties=properties, capabilities=capabilities,
            session=session, session_store=session_store, timeouts=timeouts, policy=policy,
            identify_queue=identify_queue, reconnect=reconnect, connector=connector, proxy=proxy,
            store_timeout=store_timeout, queue_size=queue_size, queue_bytes=queue_bytes, overflow=overflow,
            concurrency=concurrency, handler_timeout=handler_timeout, max_size=max_size, resume_hosts=resume_hosts,
        )  # fmt: skip
        self._set_intents(intents, extra_intents)
        self._handlers = HandlerList(handler_timeout)
        self._dispatcher = Dispatcher(self, lambda: self._runtime.delivery.replan(), self._handlers)
        self._stream: EventStream[Event] | None = None
        self._runtime = Runtime(settings, self._dispatcher)

    @classmethod
    def from_settings(cls, settings: ShardSettings) -> Self:
        """Return a shard with settings that were kept as a value: for each shard of a bot, `ShardSettings.for_shard`.

        A subclass with an ``__init__`` of its own is called with the keywords of `Shard`.
        """
        return cls(**settings.keywords())

    # All at once

    async def run(self, *, stop_signals: Iterable[signal.Signals] = ()) -> None:
        """Connect, and call handlers until `close` or `stop` is called.

        Args:
            stop_signals: signals that call `stop`, such as ``(signal.SIGTERM,)``; in the main thread only.

        With sharding, what it raises has a note such as "in shard 3 of 8".

        Raises:
            FatalCloseError: the gateway refused for good; its ``remedy`` says what to do.
            ConfigurationError: the intents cannot bring what is listened for, or a signal cannot be handled.
        """
        self._drop_stream()
        await self._runtime.wait_closed()
        if not self._runtime.lifetime.running:
            self._start()
        try:
            with self._runtime.label.on_errors(), stop_on(stop_signals, self.stop):
                await self._runtime.lifetime.wait_ended()
        finally:
            # Also when cancelled: whoever stops waiting here must not leave a shard running behind their back.
            await self.close()

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
        self, one: type[Event], two: type[Event], three: type[Event], four: type[Event], /, *more: type[Event]
    ) -> EventStream[Event]: ...
    def events(self, *classes: type[Event]) -> EventStream[Any]:
        """Return a `stream` of some classes of events, or all, and connect if nothing has yet."""
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
        """Call a function at each step of the connection: see `gatewaysdk.protocol` for the kinds of steps.

        It is called in the midst of the connection's work: keep it short. What it raises goes to the error hook.
        """
        self._runtime.observers.add(observer)
        return observer

    def unobserve(self, observer: Callable[[Effect], None], /) -> None:
        """Call an observer no more. Raises `ConfigurationError` when it is none."""
        self._runtime.observers.remove(observer)

    # Step by step

    async def connect(self) -> Session | None:
        """Connect and return once the session is live; `receive` then gives READY first.

        A new session may have to wait for its turn in the identify queue, which has no limit of its own.

        Returns the session, None when the gateway gave none that can be resumed.

        Raises:
            GatewayError: why the first attempt failed. Nothing goes on in the background then.
            StateError: the shard is running already, or was stopped before.
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
        """Return the next event of a shard that `connect` connected.

        Raises:
            StateError: not connected, or closed.
            GatewayError: what ended the connection for good.
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
        """Send a command as soon as the session is live and the send limits allow it, and return once it went out.

        Commands go out in the order in which they are sent, 120 in any 60 seconds, less what heartbeats need
        (events/gateway#rate-limiting). Of presences only the latest goes out, for all that wait, 5 in 20 seconds.

        What has gone out was given to the socket. If the connection turns out to be dead, the latest presence is sent
        again; other commands may be lost, as Discord acknowledges none. ``confirm`` makes sure.

        Args:
            command: it.
            timeout: seconds to wait at most; when it takes longer, the command is not sent.
            confirm: return only when Discord has answered a heartbeat that is sent right after the command, and so has
                read it. This costs one more message of the send limit.

        Returns:
            The seconds that it waited; `send_wait` tells them beforehand.

        Raises:
            CommandError: no command, such as a `Heartbeat`, which the shard sends by itself; more than 4096 bytes when
                encoded, not encodable, or in need of an intent that was not sent.
            SendTimeout: it could not go out in time; at once if that is known beforehand.
            SendUnsure: with ``confirm``: it went out, and no answer came, as the connection or the time was over.
            StateError: not connected, closed meanwhile, or too many commands wait.
            GatewayError: what ended the shard meanwhile.
        """
        if not isinstance(command, Command):
            # The value is left out: Identify and Resume hold the token.
            raise CommandError(
                type(command).__name__, None, "is no command; send() takes RequestGuildMembers(...) and the like"
            )
        if self._sent is not None:
            command.check_intents(self._sent)
        return await self._runtime.send(command, timeout, confirm=confirm)

    @property
    def send_wait(self) -> float | None:
        """Seconds that a command would wait which is sent now, None while the session is not live."""
        return self._runtime.send_wait

    async def reconnect(self) -> None:
        """Drop the connection and resume the session on a new one."""
        if self._runtime.lifetime.running:
            self._runtime.reconnect()
        else:
            await self.connect()

    def stop(self, *, keep_session: bool = True) -> None:
        """Begin to close, and return: `run` returns, and streams end, when it is done.

        For where nothing can be awaited, in any thread: observers, signal handlers, handlers. A shard that is not
        running remembers it, so that the next `run` returns at once, and the next `connect` raises `StateError`.
        """
        self._runtime.request_stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool = True, grace: float = DEFAULT_GRACE) -> None:
        """Close the connection and wait until nothing is left of it.

        Called by a handler, or by a task that a handler has made, it begins to close and returns at once, as it cannot
        wait for the end of its own caller; `run` returns when it is done.

        Args:
            keep_session: leave the session resumable (it stays in `session`); otherwise the bot goes offline at once.
            grace: seconds that handlers get for the events that have arrived; the first call decides.
        """
        await self._runtime.stop(keep_session=keep_session, grace=grace)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        if exc_type is None:
            # An exception may have cut short what was being done with the last event.
            self._runtime.delivery.readers.settle()
        await self.close()

    # What is to be known

    @property
    def shard_id(self) -> int:
        """Which of the bot's shards this is, from 0 on; 0 without sharding (events/gateway#sharding)."""
        return self._runtime.label.shard_id

    @property
    def num_shards(self) -> int:
        """How many shards the bot has, 1 without sharding: `shard_id_for` takes it to find a guild's shard."""
        return self._runtime.label.num_shards

    @property
    def session(self) -> Session | None:
        """The session as a value to save and to resume after a restart, up to the last event that is done with.

        That is when its handlers have returned and the readers of streams have asked for the next event.
        """
        return self._runtime.keeper.session

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""
        protocol = self._runtime.protocol
        return None if protocol is None or protocol.user_id is None else Snowflake(protocol.user_id)

    @property
    def state(self) -> State:
        """Where the connection stands."""
        protocol = self._runtime.protocol
        return State.IDLE if protocol is None else protocol.state

    @property
    def latency(self) -> float | None:
        """Seconds of the last heartbeat's round trip, None before the first."""
        protocol = self._runtime.protocol
        return None if protocol is None else protocol.latency

    @property
    def stats(self) -> Stats:
        """Counters since the shard was made."""
        return self._runtime.stats

    @property
    def health(self) -> Health:
        """What the shard is at, as ages: what stands still shows, be it the connection, a handler or the store."""
        return self._runtime.health()

    def _start(self) -> None:
        with self._runtime.label.on_errors():
            intents = self._resolve_intents()
            self._runtime.start(int(intents))
        self._sent = intents
        self._explain(intents)

    def _explain(self, intents: Intents) -> None:
        explain(intents, {name for name, _ in self._wanted()}, self._runtime.label.log)

    # What listening and asking need

    def _askers(self, guild_ids: Sequence[Snowflake]) -> Iterable[tuple[Self, Sequence[Snowflake]]]:
        return ((self, guild_ids),)

    @property
    def _receiver(self) -> Self:
        return self

    def _open_stream(self, classes: tuple[type[Event], ...], where: Where | None) -> EventStream[Any]:
        return self._runtime.delivery.open_stream(classes, where)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        return self._runtime.delivery.tap(classes, accept, where)

    def _read(self) -> Iterable[tuple[type[Event], Where | None]]:
        return self._runtime.delivery.readers.wanted()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        self._runtime.delivery.reports.on_error = handler

    def _drop_stream(self) -> None:
        if self._stream is not None:
            self._stream.drop()
            self._stream = None

    def __repr__(self) -> str:
        # Also while it is being made: tracebacks with local variables show it when a setting is refused.
        if not hasattr(self, "_runtime"):
            return "<Shard unfinished>"
        which = self._runtime.label.text.removeprefix("shard ")
        return f"<Shard {which}, {self.state.value}>" if which else f"<Shard {self.state.value}>"
