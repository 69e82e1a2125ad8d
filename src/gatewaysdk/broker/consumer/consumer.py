"""What users hold to handle the events of a log."""

from __future__ import annotations

import asyncio
import re
import signal
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Self, TypeVar, overload

from ...bases.any_event import AnyEvent
from ...bases.families import Family
from ...delivery.concurrency import Concurrency, get_key_function
from ...delivery.plans import Plans, make_plan
from ...delivery.readers import Readers
from ...delivery.reports import Reports
from ...delivery.settings import QUEUE_BYTES, DeliverySettings
from ...delivery.stream import Channel, EventStream
from ...delivery.tap import Tap
from ...errors import BrokerError, ConfigurationError, StateError, TaskCancelled
from ...listeners.checks import check_handled
from ...listeners.dispatcher import Dispatcher
from ...listeners.handler_list import ErrorHandler, HandlerList
from ...listeners.intents import ALL_INTENTS, Wanted, Where
from ...requests.exchange import RemoteAsker
from ...shard.routing import Routing
from ...snowflake import Snowflake
from ...stats import Stats
from ...tasks.closing import Closing, wait_for_cancelled
from ...tasks.label import UNSHARDED
from ...tasks.lifetime import Lifetime
from ...tasks.signals import stop_on
from ...tasks.worker import start_task
from ..commands.reach import Reach
from ..protocols import CommandBus, EventLog
from .held import ConsumerStats, InHand
from .intake import Intake
from .line import IN_HAND, Bench
from .origin import Origin
from .replay import Replays, replay_name
from .retries import Retries

if TYPE_CHECKING:
    from ...bases.command import SnowflakeLike
    from ...bases.event import Event
    from ...commands import UpdatePresence

__all__ = ["EventConsumer"]

E = TypeVar("E", bound=AnyEvent)
E1 = TypeVar("E1", bound=AnyEvent)
E2 = TypeVar("E2", bound=AnyEvent)
E3 = TypeVar("E3", bound=AnyEvent)

GRACE = 5.0
"""Seconds that handlers get at the end for what is in hand, unless the caller says otherwise."""

_LOOK = 5.0
"""Seconds between two looks at the lag, and at streams that were abandoned."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}").fullmatch


class EventConsumer(Routing):
    """Handles the events of a log with the methods of a `Shard`: ``EventConsumer("bot", log)``.

    Each event is delivered until its handlers have returned, and streams have gone on. When the process ends before
    that, the event comes again, here or to another process with the same name; all such processes share the shards
    among them, and must register the same handlers. Handlers may take the consumer as their second argument.

    Args:
        name: the durable name: letters, digits, ``_`` and ``-``. A new name begins with the oldest event of the log.
        log: the log, of the engine.
        bus: where commands and questions for shards go, and where dead letters come back from; None for neither.
        num_shards: how many shards the bot has, by which a guild's shard is found; None to learn it from the events.
        extra_events: classes of events to ask the log for besides those that are listened for at the start.
        concurrency: which events may be handled at the same time. Those with an equal key are handled in order.
        in_hand: most events to hold: those that wait and those being handled. None is ever dropped.
        in_hand_bytes: most bytes of their data.
        retries: what happens to an event whose handler raises.
        handler_timeout: seconds after which a handler is cancelled, which counts as an error of it; None for no limit.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(
        self,
        name: str,
        log: EventLog,
        *,
        bus: CommandBus | None = None,
        num_shards: int | None = None,
        extra_events: Iterable[type[AnyEvent]] = (),
        concurrency: Concurrency = "guild",
        in_hand: int = 1000,
        in_hand_bytes: int = QUEUE_BYTES,
        retries: Retries | None = None,
        handler_timeout: float | None = None,
    ) -> None:
        if not isinstance(name, str) or not _NAME(name):
            raise ConfigurationError(f"name is {name!r}; it takes 1 to 64 letters, digits, '_' and '-'")
        extra = tuple(extra_events)
        if extra:
            check_handled("extra_events", extra, None)
        self._settings = DeliverySettings(in_hand, in_hand_bytes, "pause", concurrency)
        self._key_of = get_key_function(concurrency)
        self._set_intents(ALL_INTENTS, 0)  # those of the shards, which check what they need themselves
        self._extra = extra
        self._asked: frozenset[str] | None = None  # the events that the log is asked for; empty for all
        self._handlers = HandlerList(handler_timeout)
        self._bus = bus
        self._reach = Reach(bus, num_shards)
        self._stats, self._reports_stats = ConsumerStats(), Stats()
        plans = Plans(lambda event: make_plan(event, dispatcher, readers))
        dispatcher = Dispatcher(self, plans.clear, self._handlers)
        readers = Readers(plans.clear, self._weigh)
        self._bench = Bench(
            name, log, InHand(in_hand, in_hand_bytes, self._finished), plans, dispatcher, readers,
            Reports(self._reports_stats), Retries() if retries is None else retries, self._stats,
        )  # fmt: skip
        self._lifetime = Lifetime()
        self._closing = Closing(self._settle, self._tear_down)
        self._cause: Exception | None = None
        self._intake: Intake | None = None
        self._attending: asyncio.Task[None] | None = None
        self._lag: int | None = None

    # Lifetime

    async def run(self, *, stop_signals: Iterable[signal.Signals] | None = None) -> None:
        """Handle events until `close` or `stop` is called, or a signal comes.

        Args:
            stop_signals: signals that call `stop`; None for SIGINT and SIGTERM, in the main thread. What is in hand
                is finished, or comes again.

        Raises:
            ConfigurationError: nothing is listened for.
            StateError: the consumer runs already.
            BrokerError: the engine cannot go on. While it merely does not answer, the consumer waits for it.
        """
        if stop_signals is None:
            main = threading.current_thread() is threading.main_thread()
            stop_signals = (signal.SIGINT, signal.SIGTERM) if main else ()
        self._start()
        try:
            with stop_on(stop_signals, self.stop):
                await self._lifetime.wait_ended()
        finally:
            await self.close()

    def _start(self) -> None:
        if self._lifetime.running or self._closing.under_way:
            raise StateError("the consumer runs already; await close() first")
        names = () if self._wants_everything() else sorted({name for name, _ in self._wanted()})
        if not names and not self._wants_everything():
            raise ConfigurationError("nothing is listened for: register handlers with on(...), or open a stream")
        self._asked, self._cause, self._bench.closing = frozenset(names), None, False
        self._lifetime.begin()
        self._closing = Closing(self._settle, self._tear_down)
        self._bench.in_hand = InHand(self._settings.queue_size, self._settings.queue_bytes, self._finished)
        self._intake = Intake(self._bench, self._key_of, names, self._reach.learn, self._end)
        if self._lifetime.take_stop():
            self._end(None)
            return
        self._intake.start()
        self._attending = start_task(self._attend(self._intake), f"gatewaysdk attending to consumer {self.name}")
        self._attending.add_done_callback(self._attending_ended)
        self._lifetime.set_live()

    def _end(self, error: Exception | None) -> None:
        if self._lifetime.running:
            self._cause = error
            if self._intake is not None:
                self._intake.expect_end()
            self._lifetime.end(error)

    def stop(self) -> None:
        """Begin to close and return at once: `run` returns when it is done. From any thread, and in handlers."""
        self._lifetime.request_stop(lambda: self._end(None))

    async def close(self, *, grace: float = GRACE) -> None:
        """Close, and return when all has ended. What is not finished by then comes again.

        Called by a handler, or a task that a handler has made, it begins to close and returns at once.

        Args:
            grace: seconds that handlers get for the events in hand; of several calls the first decides.
        """
        self._end(None)
        if self._intake is None:
            return
        closing = self._closing.begin(grace)
        if not self._intake.is_calling():
            await self._closing.wait(closing)

    async def _settle(self, grace: float) -> None:
        assert self._intake is not None  # `close` has seen to it
        await self._intake.settle(grace)

    async def _tear_down(self) -> None:
        assert self._intake is not None
        if self._attending is not None:
            self._attending.cancel()
            await wait_for_cancelled([self._attending], GRACE)
        await self._intake.end(self._cause)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, exc_type: type[BaseException] | None, *exc_info: object) -> None:
        if exc_type is None:
            # Only then: an exception may have interrupted the work on the last event.
            self._bench.readers.settle()
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
        self, one: type[Family], two: type[Family], three: type[Family], four: type[Family], /, *more: type[Family]
    ) -> EventStream[Family]: ...
    def events(self, *classes: type[AnyEvent]) -> EventStream[Any]:
        """Return a `stream` of some classes of events, or all, and begin if the consumer is not running.

        An event is done when the reader asks for the next one.
        """
        stream = self.stream(*classes)
        if not self._lifetime.running:
            try:
                self._start()
            except BaseException:
                stream.drop()
                raise
        return stream

    # The event in hand, and figures

    @property
    def name(self) -> str:
        """The durable name."""
        return self._bench.name

    @property
    def origin(self) -> Origin:
        """Where the event comes from that the calling handler has in hand. Raises `StateError` elsewhere."""
        consumer, held = IN_HAND.get() or (None, None)
        if held is None or consumer != self.name:
            raise StateError("no event is in hand here: handlers ask for origin; readers of a stream for origin_of()")
        return held.origin(self.name)

    def origin_of(self, event: AnyEvent) -> Origin:
        """Return where an event comes from that a handler or a reader of a stream has. Raises `StateError` if none."""
        origin = self._bench.in_hand.origin_of(event, self.name)
        if origin is None:
            raise StateError(f"this {type(event).__name__} is not in hand: it is done, or came from elsewhere")
        return origin

    @property
    def stats(self) -> ConsumerStats:
        """Counters since the consumer was made."""
        return self._stats

    @property
    def in_hand(self) -> int:
        """How many events are in hand."""
        return len(self._bench.in_hand)

    @property
    def lag(self) -> int | None:
        """How many stored events no process of this name has finished, as of the last 5 seconds; None before that."""
        return self._lag

    async def measure_lag(self) -> int | None:
        """Ask the log for `lag` now, and return it; None if the log does not know this consumer yet.

        Raises `BrokerUnavailable` if the engine does not answer.
        """
        try:
            self._lag = await self._bench.log.lag(self.name)
        except ConfigurationError:
            self._lag = None  # it has not read before
        return self._lag

    async def _attend(self, intake: Intake) -> None:
        """Do what is due besides events: answer replays, look at the lag, forget abandoned streams."""
        replays, end = Replays(intake.replay), None
        try:
            while True:
                try:
                    if end is None and self._bus is not None:
                        end = await self._bus.serve(replay_name(self.name), replays.answer)
                    await self.measure_lag()
                except BrokerError as error:
                    self._lag = None
                    UNSHARDED.log.warning("the lag of consumer %s is unknown: %s", self.name, error)
                await asyncio.sleep(_LOOK)
                intake.forget_abandoned()
        finally:
            replays.end()
            if end is not None:
                await end()

    def _attending_ended(self, task: asyncio.Task[None]) -> None:
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._end(error)  # does nothing while the consumer closes, which cancels the task

    # What is sent

    @property
    def user_id(self) -> Snowflake | None:
        """None: the shards know it, and use it for answers that need it."""
        return None

    def _route(self, guild_id: SnowflakeLike) -> RemoteAsker:
        return self._reach.route(guild_id)

    async def _show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        return await self._reach.show_presence(command, timeout)

    # What listening needs

    @property
    def _receiver(self) -> Self:
        return self

    def _wanted(self) -> set[Wanted]:
        return super()._wanted() | {(one.event_name, None) for one in self._extra if one.event_name}

    def _wants_everything(self) -> bool:
        return super()._wants_everything() or any(not one.event_name for one in self._extra)

    def _check_late(self, wanted: set[Wanted]) -> None:
        """Raise `ConfigurationError` if the log has been asked for events without one of these."""
        if not self._lifetime.running or not self._asked:
            return
        for name in sorted(name for name, _ in wanted if name not in self._asked):
            raise ConfigurationError(
                f"{name} has a listener but the log was asked for other events only; name its class in extra_events"
            )

    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        channel = Channel(
            classes, self._settings.queue_size, self._settings.queue_bytes, None, where,
            on_left=lambda mark: self._bench.in_hand.let_go(mark[1]),
        )  # fmt: skip
        self._bench.readers.add(channel)
        return EventStream(channel)

    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        return self._bench.readers.tap(classes, accept, where)

    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        return self._bench.readers.wanted()

    def _set_error_hook(self, handler: ErrorHandler) -> None:
        self._bench.reports.on_error = handler

    def _finished(self, held: Any) -> None:
        assert self._intake is not None  # it has brought the event
        self._intake.finished(held)

    def _weigh(self) -> None:
        if self._intake is not None:
            self._intake.weigh()

    def __repr__(self) -> str:
        if not hasattr(self, "_lifetime"):
            return "<EventConsumer unfinished>"
        state = "running" if self._lifetime.running else "closed"
        return f"<EventConsumer {self.name}, {state}, {self.in_hand} events in hand>"
