"""From arrived dispatches to handlers and streams: in order, and never in the way of heartbeats."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from ._backlog import Backlog, mark_of
from ._intents import Where
from ._lanes import Lanes
from ._standby import Standby
from ._tap import Tap, is_waited_within, tick
from .codec import Codec, Envelope
from .concurrency import Concurrency, KeyFunction, get_key_function
from .dispatch import Call, Dispatcher, ErrorHandler
from .errors import (
    ConfigurationError,
    EventsDropped,
    PayloadError,
    PeerError,
    ShardClosed,
    StateError,
)
from .event import Event, InvalidEvent, UnknownEvent
from .overflow import DropEvents, Overflow
from .registry import could_be, decode_received, event_class, undecodable_event
from .stats import Stats
from .stream import Channel, EventStream, Mark
from .turn import Turn

__all__ = ["NOBODY", "Delivery", "DeliverySettings", "Reader"]

log = logging.getLogger("gatewaysdk")

E = TypeVar("E", bound=Event)


class Reader(Protocol):
    """Who brings the frames, and must know when to stop and go on."""

    def on_full(self) -> None:
        """As much waits as may."""

    def on_room(self) -> None:
        """There is room again."""


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How events are handed on. Raises `ConfigurationError` for what cannot work.

    Attributes:
        queue_size: dispatches that may wait.
        overflow: what happens to more than that.
        concurrency: which of them may be handled at the same time.
    """

    queue_size: int
    overflow: Overflow
    concurrency: Concurrency

    def __post_init__(self) -> None:
        if self.queue_size < 1:
            raise ConfigurationError(f"queue_size is {self.queue_size}, it must be at least 1")
        if not isinstance(self.overflow, DropEvents) and self.overflow not in ("pause", "drop_oldest"):
            raise ConfigurationError(
                f"overflow is {self.overflow!r}; it takes 'pause', 'drop_oldest' or DropEvents(TypingStart, ...)"
            )
        get_key_function(self.concurrency)


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gets the events of a name."""

    taps: tuple[Tap[Any], ...]
    raw: tuple[Call, ...]
    typed: bool
    """Whether handlers or streams take the event itself."""


NOBODY = Plan((), (), False)


class Plans(dict[str, Plan]):
    """Plans by name, made when first asked for, so that finding one takes no call; forgotten when others listen."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[str], Plan]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, name: str) -> Plan:
        plan = self._make(name)
        if event_class(name) is not None:  # names from outside must not make memory grow
            self[name] = plan
        return plan


_WAIT_REMEDY = "wait in a task of its own rather than in a handler, or handle events concurrently"


class Delivery:
    """The queue before the handlers of a shard, and the task that empties it.

    Data is decoded when its turn comes, so what waits is as compact as it came. An event that comes while the task has
    nothing to do is handed out at once, in the task's name.

    Args:
        codec: what decodes the data.
        stats: counters of the shard.
        reader: who brings the frames.
        on_done: awaited when something may be done with, before anything new is handed out.
        settings: what the user chose.

    Attributes:
        plans: who gets the events of a name; `NOBODY` if nobody listens for them.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        codec: Codec,
        stats: Stats,
        reader: Reader,
        on_done: Callable[[], Awaitable[None]] | None,
        settings: DeliverySettings,
    ) -> None:
        self.on_error: ErrorHandler = log_error
        self._dispatcher = dispatcher
        self._codec = codec
        self._on_done = on_done
        self._stats = stats
        self._reader = reader
        self._queue_size = settings.queue_size
        self._backlog = Backlog(settings.queue_size, settings.overflow, stats)
        self._key = get_key_function(settings.concurrency)
        # What is handled concurrently has tasks of its own, and what is saved between two events is awaited.
        self._at_once = self._key is None and on_done is None and settings.queue_size > 1
        # As many may wait without a thought: one at most is being worked on then, and the queue is not half full.
        self._at_ease = settings.queue_size // 2 - 1 if self._key is None else 0
        self.plans = Plans(self._make_plan)
        self._channels: list[Channel] = []
        self._taps: list[Tap[Any]] = []
        self._session = 0
        self._standby = Standby()
        self._ended = True  # nothing more arrives
        self._closing = False  # so, and handlers may still be at work
        self._cause: BaseException | None = None
        self._held = False
        self.task: asyncio.Task[None] | None = None

    # What the shard asks

    def done_up_to(self, latest: int) -> int | None:
        """Return the sequence number up to which handlers and streams are done with all of the present session.

        ``latest`` is the last that arrived; None means that events of an earlier session still wait.
        """
        oldest = self._backlog.oldest
        for channel in self._channels:
            mark = channel.oldest
            if mark is not None and (oldest is None or mark < oldest):
                oldest = mark
        if oldest is None:
            return latest
        return oldest[1] - 1 if oldest[0] == self._session else None

    def new_session(self) -> None:
        """What is offered from now on is of another session, whose sequence starts anew."""
        self._session += 1

    def settle(self) -> None:
        """Readers are done with what they were given."""
        for channel in self._channels:
            channel.settle()

    def forget_abandoned(self) -> None:
        """What readers left behind need not come again."""
        self._channels = [channel for channel in self._channels if not channel.abandoned]

    def wanted(self) -> Iterator[tuple[type[Event], Where | None]]:
        """Tell what streams and waits ask for."""
        sources: list[Channel | Tap[Any]] = [*self._channels, *self._taps]
        for source in sources:
            if not source.closed:
                for one in source.classes:
                    yield one, source.where

    @property
    def working_on(self) -> str:
        """Names of the events that handlers have in hand."""
        return self._backlog.working_on

    def open_stream(self, classes: tuple[type[Event], ...], where: Where | None = None) -> EventStream[Any]:
        """Return a stream of what arrives from now on."""
        channel = Channel(classes, self._queue_size, self._on_done, where)
        self._channels.append(channel)
        self.replan()
        return EventStream(channel)

    def tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None = None) -> Tap[E]:
        """Return a tap of what arrives from now on; to be closed by whoever asks."""
        tap = Tap(classes, accept, self._tap_changed, where)
        if self._closing:
            tap.fail(self._why_over())
        self._taps.append(tap)
        self.replan()
        return tap

    def replan(self) -> None:
        """Others than before may listen."""
        self.plans.clear()

    def start(self) -> asyncio.Task[None]:
        """Start handing on; what is left from before comes first."""
        self._ended = self._closing = False
        self._cause = None
        work = self._run() if self._key is None else self._run_lanes(self._key)
        self.task = self._standby.start(work, "gatewaysdk handlers")
        return self.task

    def end(self, cause: BaseException | None) -> None:
        """Stop once nothing waits any more; streams end then, with ``cause`` if there is one, and waits at once."""
        self._ended = True
        self._cause = cause
        self._standby.wake()
        self._closing = True
        for tap in self._taps:
            tap.fail(self._why_over())

    def _why_over(self) -> BaseException:
        return ShardClosed("the shard was closed") if self._cause is None else self._cause

    # What arrives

    def put(self, plan: Plan, envelope: Envelope, *, at_once: bool = False) -> None:
        """Queue a dispatch for whom its plan names; or hand it out at once, where the caller and the settings allow."""
        event = None
        if plan.taps:
            event = self._decode(envelope)
            for tap in plan.taps:
                tap.offer(event)
            if not (plan.raw or plan.typed or event.violations):
                return
        backlog, item = self._backlog, (self._session, envelope, event)
        waiting = backlog.waiting
        first = not waiting
        if first and at_once and self._at_once and self._standby.may_begin():
            number = tick()
            backlog.working[number] = item
            self._standby.begin(self._work((number,)))
            return
        if len(waiting) < self._at_ease:
            waiting.append(item)
        elif backlog.add(item):
            self._weigh()
        if first:  # else whoever takes them is at it already
            self._standby.wake()

    def _make_plan(self, name: str) -> Plan:
        self._channels = [one for one in self._channels if not one.closed or one.oldest is not None]
        self._taps = [tap for tap in self._taps if not tap.closed]
        plan = Plan(
            tuple(tap for tap in self._taps if any(could_be(one, name) for one in tap.classes)),
            self._dispatcher.raw(name),
            self._dispatcher.wants_typed(name) or any(channel.wants_name(name) for channel in self._channels),
        )
        return NOBODY if plan == NOBODY else plan

    def _tap_changed(self, tap: Tap[Any]) -> None:
        if tap.closed:
            self.replan()
        self._weigh()

    def _weigh(self) -> None:
        """Decide whether to read on: not while too much waits, unless that waits for what is yet to be read."""
        backlog, taps = self._backlog, [tap for tap in self._taps if not tap.closed]
        held = backlog.full
        if held and is_waited_within(taps, self._stuck_since()):
            held = False
            if backlog.overdue():
                for tap in taps:
                    if tap.waiting_since is not None:
                        tap.fail(StateError(f"{len(backlog)} events came meanwhile; {_WAIT_REMEDY}"))
        held = held or any(tap.holds_up(taps) for tap in taps)
        if held:
            self._reader.on_full()
        elif self._held:
            self._reader.on_room()
        self._held = held

    def _stuck_since(self) -> int:
        return min([self._backlog.begun, *(channel.last_read for channel in self._channels if channel.full)])

    # What is handed on

    async def _run(self) -> None:
        turn = Turn()
        try:
            while await self._next(turn):
                await self._work(self._at_hand(turn))
        finally:
            self._end_streams()

    def _at_hand(self, turn: Turn) -> Iterator[int]:
        """Take what waits, until it is time for `_next` again."""
        waiting, working, clock = self._backlog.waiting, self._backlog.working, turn.clock
        singly = self._on_done is not None
        while waiting:
            number = tick()
            working[number] = waiting.popleft()
            yield number
            if singly or clock() > turn.end:
                return

    async def _run_lanes(self, key: KeyFunction) -> None:
        turn = Turn()
        lanes = Lanes(self._work_on_one)
        try:
            while await self._next(turn):
                for number in self._at_hand(turn):
                    lanes.put(await self._key_of(number, key), number)
            await lanes.finish()
        finally:
            await lanes.cancel()
            self._end_streams()

    async def _key_of(self, number: int, key: KeyFunction) -> Hashable:
        session, envelope, event = self._backlog.working[number]
        try:
            if event is None:
                event = self._decode(envelope)
                self._backlog.working[number] = (session, envelope, event)
            return key(event)
        except Exception as error:
            await self.report(error, event)
            return None

    async def _work_on_one(self, number: int) -> None:
        await self._work((number,))
        if self._on_done is not None:
            await self._on_done()

    async def _next(self, turn: Turn) -> bool:
        """Wait until something is there to take; return False at the end."""
        if self._on_done is not None:
            await self._on_done()
        waiting = self._backlog.waiting
        if waiting:
            if turn.clock() > turn.end:
                await turn.pass_on()
            return True
        while not waiting:
            if self._ended:
                return False
            await self._standby.wait()
        turn.begin()
        return True

    async def _work(self, numbers: Iterable[int]) -> None:
        """Hand events that were taken to all who listen for them. A loop, as a coroutine for each would cost more."""
        backlog, plans, by_class = self._backlog, self.plans, self._dispatcher.by_class
        working = backlog.working
        for number in numbers:
            item = working[number]
            _, envelope, event = item
            name = envelope[2] or ""
            plan = plans[name]
            raw = plan.raw
            if plan.typed and event is None:
                event = self._decode(envelope)
            try:
                data = self._codec.data(envelope) if raw else None
            except PeerError as error:  # so raw handlers have nothing to take
                data, raw, event = None, (), undecodable_event(envelope, error)
            for call in raw:
                try:
                    await call(data)
                except (Exception, asyncio.CancelledError) as error:
                    await self._handler_failed(error, event)
            if event is not None:
                kind = type(event)
                if event.__pydantic_private__ is not None or kind is UnknownEvent:
                    await self._examine(name, event)
                for call in by_class.get(kind) or self._dispatcher.typed(kind):
                    try:
                        await call(event)
                    except (Exception, asyncio.CancelledError) as error:
                        await self._handler_failed(error, event)
                if self._channels:
                    await self._put_into_streams(mark_of(item), event)
            # Not when cancelled: what a handler did not finish is not done with.
            del working[number]
            if backlog.full and backlog.has_room():
                self._weigh()
                await self._report_dropped()

    async def _put_into_streams(self, mark: Mark, event: Event) -> None:
        for channel in self._channels:
            if channel.wants(event):
                await channel.put(mark, event)

    def _decode(self, envelope: Envelope) -> Event:
        self._stats.decoded += 1
        return decode_received(self._codec, envelope)

    async def _handler_failed(self, error: BaseException, event: Event | None) -> None:
        """Tell the error hook what a handler raised; it stops nothing."""
        if isinstance(error, asyncio.CancelledError):
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise error
            # Nobody cancelled us: the handler awaited something that was cancelled.
            cause, error = error, RuntimeError("a handler let a CancelledError out")
            error.__cause__ = cause
        assert isinstance(error, Exception)
        if isinstance(error, ShardClosed) and self._ended:
            return  # it waited for something as we closed, and so came to its end
        self._stats.handler_errors += 1
        await self.report(error, event)

    async def _examine(self, name: str, event: Event) -> None:
        if isinstance(event, UnknownEvent):
            self._stats.unknown_events += 1
            return
        if isinstance(event, InvalidEvent):
            self._stats.invalid_events += 1
        self._stats.violations += len(event.violations)
        await self.report(PayloadError(name, tuple(map(str, event.violations))), event)

    async def _report_dropped(self) -> None:
        error = self._backlog.take_dropped()
        if error is not None:
            await self.report(error)

    async def report(self, error: Exception, event: Event | None = None) -> None:
        """Call the error hook, whose own errors go no further than the log."""
        try:
            await self.on_error(error, event)
        except Exception:
            log.exception("the error hook raised")

    def _end_streams(self) -> None:
        self._closing = False
        for channel in self._channels:
            channel.end(self._cause)


async def log_error(error: Exception, event: Event | None) -> None:
    """Log what a handler raised, and events that were lost whole; broken payloads, Discord's affair, when debugging."""
    if isinstance(error, PayloadError):
        log.log(logging.WARNING if isinstance(event, InvalidEvent) else logging.DEBUG, "%s", error)
    elif isinstance(error, EventsDropped):
        log.warning("%s", error)
    else:
        name = "" if event is None else f" for {type(event).__name__}"
        log.error("a handler%s raised", name, exc_info=error)
