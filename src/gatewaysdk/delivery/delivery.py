"""Brings arrived dispatches to handlers and streams, in order, and never delays heartbeats.

Invariant: while the shard runs, every event put here reaches its handlers and streams, or the error hook learns why.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from contextvars import ContextVar, copy_context
from functools import partial
from typing import Any, Protocol, TypeVar

from ..bases.any_event import AnyEvent
from ..codec import Codec, Envelope
from ..decoding.registry import build_event
from ..errors import ShardClosed
from ..listeners.dispatcher import Dispatcher
from ..listeners.intents import Where
from ..stats import Stats
from ..tasks.label import UNSHARDED, Label
from ..tasks.worker import EAGER, Worker
from .ahead import Ahead
from .backlog import Backlog
from .concurrency import get_key_function
from .diversion import DIVERTED, Diversion
from .hands import Desk, Hands, LineHands, Sorter
from .plans import NOBODY, CountingPlans, Plan, Plans, make_plan
from .pressure import Pressure, Reader
from .readers import Readers
from .reports import Reports
from .settings import DeliverySettings
from .stream import EventStream, Mark
from .tap import Tap, tick

__all__ = ["Delivery", "Owner"]

E = TypeVar("E", bound=AnyEvent)

_APART = 0.0001
"""Least seconds between two events that `put` hands out itself. Faster ones wait for one run, which is cheaper."""

# Set in the context of handlers and inherited by the tasks that they make, so `is_calling` can recognise both.
_handled_by: ContextVar[tuple[Delivery, ...]] = ContextVar("gatewaysdk deliveries that this is part of the work of")


class Owner(Reader, Protocol):
    """The shard that brings the dispatches."""

    def on_delivery_failed(self, error: BaseException) -> None:
        """A worker has ended with an error, which is a bug of ours: handlers' errors never get here."""


class Delivery:
    """The queue before the handlers of a shard, and the workers that empty it.

    An event is decoded when its turn comes: while it waits it takes only the bytes of its message, not its objects,
    which are several times larger. One worker hands out one event after the other. With ``concurrency`` a sorter puts
    them in lines by key, and each line has a worker.

    Args:
        dispatcher: finds the handlers.
        codec: decodes the data.
        stats: counters of the shard.
        owner: told when to pause reading and when to go on, and when a worker fails.
        on_done: awaited after events were handled, before the next one is handed out; it saves the session.
        settings: the user's settings.
        label: names the tasks and log lines.

    Attributes:
        codec: decodes the data.
        plans: the listeners of each name; `NOBODY` if an event has none.
        reports: calls the error hook.
        readers: the streams and waits.
        backlog: the events that wait or are being handled.
        withheld: positions of dispatches that other code holds back before it puts them here.
        take_in: called with each dispatch that arrives: `put`, unless other code chooses which ones it puts here.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        codec: Codec,
        stats: Stats,
        owner: Owner,
        on_done: Callable[[], Awaitable[None]] | None,
        settings: DeliverySettings,
        label: Label = UNSHARDED,
    ) -> None:
        self._dispatcher = dispatcher
        self.codec = codec
        self._owner = owner
        self._settings = settings
        self._label = label
        self._on_done = on_done
        self._key_of = get_key_function(settings.concurrency)
        lined = self._key_of is not None
        self.backlog = Backlog(settings.queue_size, settings.queue_bytes, settings.overflow, stats, lined=lined)
        self.plans = Plans(self._make_plan)
        self.reports = Reports(stats, label)
        self._pressure = Pressure(self.backlog, owner)
        self.readers = Readers(self.replan, self._weigh)
        self._desk = Desk(
            self.backlog, self.plans, dispatcher, self.readers, self.reports, codec, stats, on_done,
            self._weigh, closing=True,
        )  # fmt: skip
        self._ahead = Ahead(owner.on_delivery_failed)
        self._at_once = EAGER and not lined
        self._next_at = 0.0
        self._session = 0
        self.withheld: dict[int, Mark] = {}
        self.take_in: Callable[[Plan, Envelope, float | None], None] = self.put
        self._diversion: Diversion | None = None
        self._worker: Hands | Sorter | None = None  # made by `start`
        self._lines: dict[Hashable, LineHands] = {}
        self._ended = True  # whether no more dispatches arrive
        self._cause: BaseException | None = None
        self._over: asyncio.Future[None] | None = None

    # What the shard calls

    def done_up_to(self, latest: int) -> int | None:
        """Return the sequence number up to which all events of the present session are done.

        ``latest`` is the number of the last event that arrived. Returns None while events of an earlier session wait,
        because no number of the present session is safe to store then.
        """
        if self._diversion is not None:
            return self._diversion.done_up_to()
        held, read = self.backlog.oldest, self.readers.oldest if self.readers.channels else None
        oldest = read if held is None or (read is not None and read < held) else held
        if self.withheld:
            oldest = min(oldest, *self.withheld.values()) if oldest else min(self.withheld.values())
        if oldest is None:
            return latest
        return oldest[1] - 1 if oldest[0] == self._session else None

    def new_session(self) -> None:
        """Count the events put from now on as those of a new session, whose sequence numbers begin again."""
        self._session += 1

    @property
    def over(self) -> bool:
        """Whether all that had arrived by the end was handed out, or broken off."""
        return self._over is not None and self._over.done()

    def mark_of(self, envelope: Envelope) -> Mark:
        """Return where a dispatch of the present session stands among all."""
        return self._session, envelope[1] or 0

    def withhold(self, envelope: Envelope) -> int:
        """Count a dispatch as not done with, although it is not put here yet; return a ticket for `release`.

        Reading pauses while too many are withheld.
        """
        ticket = tick()
        self.withheld[ticket] = self.mark_of(envelope)
        if len(self.withheld) >= self._settings.queue_size:
            self._weigh()
        return ticket

    def release(self, ticket: int) -> None:
        """What was withheld is put here now, or will never be."""
        del self.withheld[ticket]
        if len(self.withheld) == self._settings.queue_size // 2:
            self._weigh()

    def divert(self, diversion: Diversion) -> Callable[[], None]:
        """Give every dispatch to ``diversion`` from now on, and none to handlers and streams. Waits get theirs, too.

        Returns what the diversion calls whenever `Diversion.full` has changed.
        """

        def take_in(plan: Plan, envelope: Envelope, now: float | None) -> None:
            diversion.take(envelope)
            if plan.taps:
                self._offer(plan.taps, envelope)

        self._diversion = diversion
        self.take_in = take_in
        self.replan()
        return self._weigh

    def in_hand(self, now: float) -> list[tuple[str, float]]:
        """Return the names of the events that are being handled, each with the seconds since that began."""
        taken = self.backlog.taken
        hands = [one for one in (self._worker, *self._lines.values()) if isinstance(one, Hands)]
        return [(taken[one.number][1][2] or "", max(0.0, now - one.began)) for one in hands if one.number in taken]

    @property
    def finished_at(self) -> float | None:
        """The loop's time when handlers last finished an event; None before the first."""
        return self._desk.finished_at

    def is_calling(self) -> bool:
        """Whether the current task runs a handler of this shard, or was made by one, while handlers are running."""
        return self in _handled_by.get(()) and any(True for _ in self.backlog.in_work)

    def open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None = None) -> EventStream[Any]:
        """Return a stream of the events that arrive from now on."""
        settings = self._settings
        return self.readers.open_stream(classes, settings.queue_size, settings.queue_bytes, self._on_done, where)

    def tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None = None) -> Tap[E]:
        """Return a tap of the events that arrive from now on; the caller must close it."""
        tap = self.readers.tap(classes, accept, where)
        if self._ended and self._over is not None and not self._over.done():
            tap.fail(self._why_over())
        return tap

    def replan(self) -> None:
        """Forget all cached plans because the set of listeners changed."""
        self.plans.clear()
        self._desk.plans.clear()

    def count_events(self, counts: dict[str, int]) -> None:
        """Count in ``counts`` the names that `plans` is asked for, once for each dispatch that comes."""
        if not isinstance(self.plans, CountingPlans):
            # The desk keeps its own, which it asks once more for what it hands out.
            self.plans = CountingPlans(self._make_plan, counts)

    # Beginning and end

    def start(self) -> None:
        """Start to hand out events, beginning with those left from before."""
        self._desk.closing = self._ended = False
        self._cause = None
        self._over = asyncio.get_running_loop().create_future()
        self._lines.clear()
        self.backlog.put_back()  # work that an earlier end broke off begins again
        self._context = copy_context()
        self._context.run(_handled_by.set, (*_handled_by.get(()), self))
        common = (self._label.task_name("handlers"), self._context, self._worker_ended)
        if self._key_of is None:
            self._worker = Hands(self._desk, *common)
        else:
            self._worker = Sorter(self._desk, self._key_of, self._work_on_line, *common)
        if self.backlog.waiting:
            self._worker.wake()
        classes = dict.fromkeys((*self._dispatcher.classes(), *(one for one, _ in self.readers.wanted())))
        self._ahead.begin(partial(build_event, one) for one in classes if one.event_name)

    def _work_on_line(self, key: Hashable) -> None:
        line = self._lines.get(key)
        if line is None:
            # A copy of the context: lines run at the same time, and must not see each other's context variables.
            name, context = self._label.task_name("handlers of one key"), self._context.copy()
            line = self._lines[key] = LineHands(key, self._desk, name, context, self._line_ended)
        line.wake()

    def expect_end(self) -> None:
        """Note that the shard is closing: a `ShardClosed` out of a handler is not reported from now on."""
        self._desk.closing = True

    def end(self, cause: BaseException | None) -> None:
        """Stop when all events are handed out; then streams end, with ``cause`` if there is one. Waits end at once."""
        self._desk.closing = self._ended = True
        self._ahead.cancel()
        self._cause = cause
        self.readers.end_waits(self._why_over())
        self._end_if_done()

    def _why_over(self) -> BaseException:
        return ShardClosed("the shard was closed") if self._cause is None else self._cause

    async def wait_over(self, timeout: float) -> None:
        """Wait until all events that had arrived are handed out, for ``timeout`` seconds at most."""
        if self._over is not None:
            await asyncio.wait([self._over], timeout=timeout)

    def cancel(self) -> list[asyncio.Task[None]]:
        """Cancel all workers, and return their tasks for the caller to await."""
        workers = [one for one in (self._worker, *self._lines.values()) if one is not None]
        for one in workers:
            one.cancel()
        self._end_if_done()
        return [one.task for one in workers if one.task is not None]

    def _line_ended(self, line: LineHands, error: BaseException | None) -> None:
        if self._lines.get(line.key) is line:
            del self._lines[line.key]
        self._worker_ended(line, error)

    def _worker_ended(self, worker: Worker, error: BaseException | None) -> None:
        if error is not None:
            self._owner.on_delivery_failed(error)
        if self._ended or worker is not self._worker:
            worker.let_go()
            self._end_if_done()

    def _end_if_done(self) -> None:
        worker = self._worker
        if not self._ended or self._over is None or self._over.done() or self._lines:
            return
        if worker is not None and (worker.busy or (self.backlog.waiting and not worker.cancelled)):
            return
        self._over.set_result(None)
        if worker is not None:
            worker.let_go()
        self.readers.end_streams(self._cause)

    # Events that arrive

    def put(self, plan: Plan, envelope: Envelope, now: float | None = None) -> None:
        """Queue a dispatch for the listeners in its plan, and hand it to taps at once.

        By passing ``now``, the loop's time, the caller allows handlers to run before this returns.
        """
        event = struct = None
        if plan.taps:
            # Not by way of the queue: the handler that waits for this event may be the one that the queue waits for.
            event, struct = self._offer(plan.taps, envelope)
            # A broken event is queued even without other listeners: a worker reports its violations.
            broken = any(one is not None and one._findings is not None for one in (event, struct))
            if not (plan.raw or plan.typed or plan.structs or broken):
                return
        backlog, size = self.backlog, len(envelope[3])
        if len(backlog.waiting) < backlog.at_ease and backlog.bytes + size < backlog.bytes_at_ease:
            # The usual case, written out: a call of `Backlog.put` for each event is a cost that can be measured.
            backlog.waiting.append((self._session, envelope, event, size, struct))
            backlog.bytes += size
        elif backlog.put((self._session, envelope, event, size, struct)):
            self._weigh()
        worker = self._worker
        if worker is None or worker.busy:
            return
        if now is not None and self._at_once and now >= self._next_at:
            self._next_at = now + _APART
            worker.wake(at_once=True)
        else:
            worker.wake()

    def _offer(self, taps: tuple[Tap[Any], ...], envelope: Envelope) -> tuple[AnyEvent | None, AnyEvent | None]:
        """Give taps the event, decoded once for each family that they ask for. Returns the model and the struct."""
        event = self._desk.decode(envelope) if any(tap.wants(structs=False) for tap in taps) else None
        struct = self._desk.decode_struct(envelope) if any(tap.wants(structs=True) for tap in taps) else None
        for tap in taps:
            for one in (event, struct):
                if one is not None:
                    tap.offer(one)
        return event, struct

    def _make_plan(self, name: str) -> Plan:
        plan = make_plan(name, self._dispatcher, self.readers)
        return DIVERTED if plan is NOBODY and self._diversion is not None else plan

    def _weigh(self) -> None:
        too_many = len(self.withheld) >= self._settings.queue_size
        if self._diversion is not None:
            too_many = too_many or self._diversion.full
        self._pressure.weigh(self.readers.taps, self.readers.channels, too_many)
