"""Calls the handlers of the events of one key, one event after the other, and tries again what fails."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Hashable
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import Any

from ...bases.any_event import AnyInvalidEvent
from ...decoding.known import UNNAMED
from ...delivery.plans import Plans
from ...delivery.readers import Readers
from ...delivery.reports import Reports
from ...errors import BrokerError, EventBuried, ShardClosed
from ...listeners.dispatcher import Dispatcher
from ...tasks.turn import Turn
from ...tasks.worker import Worker, is_stray
from ..protocols import EventLog
from .held import ConsumerStats, Held, InHand
from .replay import Replayed
from .retries import Retries

__all__ = ["IN_HAND", "Bench", "KeyLine"]

IN_HAND: ContextVar[tuple[str, Held] | None] = ContextVar("gatewaysdk event in hand", default=None)
"""The consumer's name and the event with which the present handler was called."""

_LONGEST_REASON = 2000
"""Most characters of a reason; an error may quote a whole event."""


@dataclass(slots=True)
class Bench:
    """What all lines of a consumer share.

    Attributes:
        sleep: waits between two tries.
        closing: whether the consumer is closing.
    """

    name: str
    log: EventLog
    in_hand: InHand
    plans: Plans
    dispatcher: Dispatcher
    readers: Readers
    reports: Reports
    retries: Retries
    stats: ConsumerStats
    sleep: Callable[[float], Any] = asyncio.sleep
    closing: bool = False


class KeyLine(Worker):
    """The events of one key in their order. It exists while there are some."""

    __slots__ = ("_bench", "_turn", "held", "key")

    def __init__(
        self,
        key: Hashable,
        bench: Bench,
        name: str,
        context: Context,
        ended: Callable[[Any, BaseException | None], None],
    ) -> None:
        super().__init__(name, context, ended)
        self.key = key
        self.held: deque[Held] = deque()
        self._bench = bench
        self._turn = Turn()

    def has_work(self) -> bool:
        return bool(self.held)

    async def work(self) -> None:
        """Handle all events of the line. After a cancellation by other code the next task goes on where this was."""
        bench, turn = self._bench, self._turn
        if self.stray is not None:
            stray, self.stray = self.stray, None
            await bench.reports.handlers_cancelled(stray, self.held[0].event if self.held else None)
        turn.begin()
        while self.held:
            held = self.held[0]
            if await self._try_until_settled(held):
                await self._put_into_streams(held)
            self.held.popleft()
            bench.in_hand.let_go(held.number)
            if self.cancelled:
                return
            if turn.clock() > turn.end:
                await turn.pass_on()

    async def _try_until_settled(self, held: Held) -> bool:
        """Return True once all handlers have returned, False once the event is a dead letter."""
        bench = self._bench
        if held.calls is None and not await self._prepare(held):
            return False
        while True:
            await self._call_handlers(held)
            if not held.failed:
                return True
            held.failures += 1
            if held.failures >= bench.retries.tries:
                await self._bury(held, f"tried {held.failures} times: {held.reason}")
                return False
            held.calls, held.failed = held.failed, []
            bench.stats.retries += 1
            await bench.sleep(bench.retries.wait(held.failures))

    async def _prepare(self, held: Held) -> bool:
        """Find the handlers. Return False if the event became a dead letter, as none of them can be called with it."""
        bench, delivered = self._bench, held.delivered
        if delivered.attempt > bench.retries.deliveries:
            await self._bury(held, f"delivered {delivered.attempt} times and never finished; the process may end of it")
            return False
        name, event = delivered.event.name, held.event
        if held.key_error is not None:
            await bench.reports.report(held.key_error, event)
            held.key_error = None
        if event is not None and (event._findings is not None or type(event) in UNNAMED):
            await bench.reports.examine(name, event)
        if isinstance(event, AnyInvalidEvent):
            await self._bury(held, f"no event can be made of it: {event.reason}")
            return False
        plan = bench.plans[name]
        calls: list[tuple[Any, Any]] = []
        if plan.raw:
            data = held.codec.data(held.envelope)  # sound, as it was decoded to find the key
            calls += [(call, data) for call in plan.raw]
        for one in (held.model, held.struct):
            if one is not None:
                calls += [(call, one) for call in bench.dispatcher.typed(type(one))]
        held.calls = calls
        return True

    async def _call_handlers(self, held: Held) -> None:
        bench, calls = self._bench, held.calls
        assert calls is not None  # `_prepare` has set it
        IN_HAND.set((bench.name, held))
        while calls:
            call, argument = calls[0]
            try:
                await call(argument)
            except (Exception, asyncio.CancelledError) as error:
                if isinstance(error, ShardClosed) and bench.closing:
                    self.cancelled = True  # it waited for an event that does not come any more; it is called again
                    raise asyncio.CancelledError from error
                if isinstance(error, asyncio.CancelledError) and not is_stray():
                    raise
                held.failed.append(calls.pop(0))
                held.reason = f"{type(error).__name__}: {error}"[:_LONGEST_REASON]
                await bench.reports.handler_failed(error, held.event)
            else:
                del calls[0]

    async def _bury(self, held: Held, reason: str) -> None:
        """Make the event a dead letter. It stays in hand until the log has it."""
        bench, event, failures = self._bench, held.delivered.event, 0
        while True:
            try:
                if isinstance(held.delivered, Replayed):
                    held.delivered.end(reason)  # it stays a dead letter
                else:
                    await bench.log.bury(bench.name, event, reason)
                break
            except BrokerError as error:
                failures += 1
                await bench.reports.report(error, held.event)
                await bench.sleep(bench.retries.wait(failures))
        bench.stats.buried += 1
        buried = EventBuried(bench.name, (event.name, event.session_id, event.sequence), reason)
        await bench.reports.report(buried, held.event)

    async def _put_into_streams(self, held: Held) -> None:
        if held.puts is None:
            channels = [one for one in self._bench.readers.channels if one.abandoned or not one.closed]
            events = [one for one in (held.model, held.struct) if one is not None]
            held.puts = [(channel, event) for event in events for channel in channels if channel.wants(event)]
            held.holders += len(held.puts)
        while held.puts:
            channel, event = held.puts[0]
            await channel.put((0, held.number), event, held.size)
            del held.puts[0]
