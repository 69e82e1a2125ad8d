"""Takes events out of the log, within bounds, and gives each to the line of its key."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Hashable, Sequence
from contextlib import suppress
from contextvars import ContextVar, copy_context
from functools import cache
from importlib import import_module
from typing import Any

from ...bases.any_event import AnyEvent
from ...codec import Codec, Envelope, get_codec
from ...decoding.registry import decode_received
from ...delivery.concurrency import KeyFunction
from ...delivery.plans import NOBODY, Plan
from ...delivery.pressure import Pressure
from ...errors import BrokerUnavailable, ShardClosed, TaskCancelled
from ...tasks.closing import wait_for_cancelled
from ...tasks.label import UNSHARDED
from ...tasks.turn import Turn
from ...tasks.worker import start_task
from ..protocols import Delivered
from .acknowledger import Acknowledger
from .held import Held
from .line import Bench, KeyLine
from .replay import Replayed

__all__ = ["Intake"]

_log = UNSHARDED.log

_WITHIN: ContextVar[tuple[object, ...]] = ContextVar("gatewaysdk consumers that this is part of the work of")
"""Set for handlers and inherited by the tasks that they make."""

_LONGEST_CANCEL = 5.0
"""Seconds that cancelled handlers, and the last acknowledgements, get."""


@cache
def _struct_decoder() -> Callable[[Codec, Envelope], AnyEvent]:
    """Return what makes structs; imported by those who ask for them, as it needs msgspec."""
    decode: Callable[[Codec, Envelope], AnyEvent] = import_module("...decoding.structs", __package__).decode_received
    return decode


class Intake:
    """One run of a consumer, from its first event to its last acknowledgement. Also what `Pressure` pauses.

    Args:
        bench: what lines share.
        key_of: returns the key of an event; None to handle one event after the other.
        names: the events to ask the log for; all if empty.
        learn: called with the number of shards of each event that the log gives out.
        failed: called with an error that ends the consumer.

    Attributes:
        lines: by key; each exists while it has events.
    """

    def __init__(
        self,
        bench: Bench,
        key_of: KeyFunction | None,
        names: Sequence[str],
        learn: Callable[[int], None],
        failed: Callable[[Exception], None],
    ) -> None:
        self._bench = bench
        self._key_of = key_of
        self._names = names
        self._learn = learn
        self._failed = failed
        self._pressure = Pressure(bench.in_hand, self)
        self.lines: dict[Hashable, KeyLine] = {}
        self._context = copy_context()
        self._context.run(_WITHIN.set, (*_WITHIN.get(()), self))
        self._room = asyncio.Event()
        self._room.set()
        self._settled = asyncio.Event()
        self._settled.set()
        self._events: AsyncGenerator[Delivered, None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._acknowledger = Acknowledger(
            self._acknowledged, self._name("acknowledgements"), self._context.copy(), self._worker_ended
        )

    def _name(self, work: str) -> str:
        return f"gatewaysdk {work} of consumer {self._bench.name}"

    def start(self) -> None:
        """Begin to read."""
        self._task = start_task(self._read(), self._name("reading"), at_once=False)
        self._task.add_done_callback(self._reading_ended)

    def is_calling(self) -> bool:
        """Whether the current task runs a handler of this run, or was made by one, while handlers are running."""
        return self in _WITHIN.get(()) and bool(self.lines)

    # Reading

    async def _read(self) -> None:
        failures, retries = 0, self._bench.retries
        while True:
            # An engine yields from a generator; closing it gives back what is in hand.
            self._events = self._bench.log.consume(self._bench.name, names=self._names)
            turn = Turn()
            try:
                async for delivered in self._events:
                    failures = 0
                    if self._bench.closing:
                        return  # this event was not handled, and comes again
                    self._learn(delivered.event.shard[1])  # not from dead letters: they may be from before a reshard
                    self._admit(delivered)
                    if not self._room.is_set():
                        await self._room.wait()
                    if turn.clock() > turn.end:
                        await turn.pass_on()
            except BrokerUnavailable as error:
                failures += 1
                wait = retries.wait(failures)
                _log.warning("consumer %s reads on in %g s: %s", self._bench.name, wait, error)
                await self._bench.sleep(wait)
            else:
                return

    def _reading_ended(self, task: asyncio.Task[None]) -> None:
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if error is not None and not self._bench.closing:
            self._failed(error if isinstance(error, Exception) else TaskCancelled(task.get_name()))

    async def replay(self, replayed: Replayed) -> bool:
        """Hand out a dead letter. Return False if the event is in hand already."""
        if self._bench.closing or self._bench.in_hand.find(replayed.event) is not None:
            return False
        self._admit(replayed)
        return True

    def _admit(self, delivered: Delivered) -> None:
        bench, event = self._bench, delivered.event
        bench.stats.delivered += 1
        bench.stats.again += delivered.attempt > 1
        held = bench.in_hand.find(event)
        if held is not None:  # the log gave it out again while it is in work here: it is done once, by its new delivery
            held.delivered = delivered
            return
        codec = get_codec(event.encoding)
        held = Held(delivered, codec, codec.envelope_of_data(event.name, event.sequence, event.data), None, None)
        plan = bench.plans[event.name]
        if plan is not NOBODY:
            self._decode(held, plan)
        for tap in plan.taps:
            for one in (held.model, held.struct):
                if one is not None:
                    tap.offer(one)
        bench.in_hand.add(held)
        self._line_up(held, self._key(held))
        if bench.in_hand.full:
            self.weigh()

    def _decode(self, held: Held, plan: Plan) -> None:
        if plan.structs or any(tap.wants(structs=True) for tap in plan.taps):
            held.struct = _struct_decoder()(held.codec, held.envelope)
        if plan.typed or held.struct is None or any(tap.wants(structs=False) for tap in plan.taps):
            held.model = decode_received(held.codec, held.envelope)

    def _key(self, held: Held) -> Hashable:
        """Return the key of an event. If the key function raises, the error is reported later, and the key is None."""
        event: AnyEvent | None = held.event
        if self._key_of is None or event is None:
            return None
        try:
            key = self._key_of(event)
            hash(key)
        except Exception as error:  # of the user's function
            held.key_error = error
            return None
        return key

    def _line_up(self, held: Held, key: Hashable) -> None:
        line = self.lines.get(key)
        if line is None:
            # A copy of the context: lines run at the same time, and must not see each other's context variables.
            name = self._name("handlers of one key" if self._key_of is not None else "handlers")
            line = self.lines[key] = KeyLine(key, self._bench, name, self._context.copy(), self._line_ended)
            self._settled.clear()
        line.held.append(held)
        line.wake()

    # What `Pressure` asks for, and when to ask it

    def on_full(self) -> None:
        self._room.clear()

    def on_room(self) -> None:
        self._room.set()

    def weigh(self) -> None:
        """Decide anew whether to read on."""
        readers = self._bench.readers
        self._pressure.weigh(readers.taps, readers.channels)

    # Done

    def finished(self, held: Held) -> None:
        """Nothing holds an event any more: its handlers have returned, and its streams have gone on."""
        self._bench.stats.handled += 1
        self._acknowledger.add(held)

    def _acknowledged(self, held: Held) -> None:
        if self._bench.in_hand.remove(held):
            self.weigh()

    def _line_ended(self, line: KeyLine, error: BaseException | None) -> None:
        if self.lines.get(line.key) is line and (line.cancelled or not line.held):
            del self.lines[line.key]
        if not self.lines:
            self._settled.set()
        self._worker_ended(line, error)

    def _worker_ended(self, worker: Any, error: BaseException | None) -> None:
        if isinstance(error, Exception):  # a bug of ours: those of handlers never get here
            self._failed(error)

    # The end

    def expect_end(self) -> None:
        """Take no further events. Waits end; handlers go on with what is in hand."""
        self._bench.closing = True
        self._room.set()
        self._bench.readers.end_waits(ShardClosed("the consumer was closed"))

    async def settle(self, grace: float) -> None:
        """Wait for the handlers of what is in hand, ``grace`` seconds at most. The log keeps it ours meanwhile."""
        for channel in self._bench.readers.channels:
            channel.open_wide()
        with suppress(TimeoutError):
            await asyncio.wait_for(self._settled.wait(), grace)

    async def end(self, cause: Exception | None) -> None:
        """Cancel the handlers that are left, have the log note what is done, and give back what is not."""
        self.expect_end()
        lines = list(self.lines.values())
        for line in lines:
            line.cancel()
        await wait_for_cancelled([line.task for line in lines if line.task is not None], _LONGEST_CANCEL)
        self._bench.readers.end_streams(cause)
        if self._acknowledger.task is not None:
            await asyncio.wait([self._acknowledger.task], timeout=_LONGEST_CANCEL)
        self._acknowledger.cancel()
        tasks = [task for task in (self._task, self._acknowledger.task) if task is not None]
        for task in tasks:
            task.cancel()
        await wait_for_cancelled(tasks, _LONGEST_CANCEL)
        if self._events is not None:
            await self._events.aclose()

    def forget_abandoned(self) -> None:
        """Count what abandoned streams hold as done. Until then their events come again when the program ends."""
        for channel in self._bench.readers.channels:
            if channel.abandoned:
                channel.drop()
        self._bench.readers.forget_abandoned()
