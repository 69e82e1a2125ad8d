"""The workers of the delivery: they decode events and hand them to handlers and streams, one after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextvars import Context
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ..bases.any_event import AnyEvent
from ..bases.event import Event
from ..codec import Codec, Envelope
from ..decoding.known import UNNAMED
from ..decoding.registry import decode_received, undecodable_event
from ..errors import PeerError, ShardClosed
from ..listeners.dispatcher import Dispatcher
from ..listeners.handler_list import Call
from ..stats import Stats
from ..tasks.turn import Turn
from ..tasks.worker import EAGER, Worker
from .backlog import Backlog, Item, mark_of
from .concurrency import KeyFunction
from .plans import Plans
from .readers import Readers
from .reports import Reports
from .stream import Channel

__all__ = ["Desk", "Hands", "LineHands", "Sorter"]


@dataclass(slots=True)
class Desk:
    """What all workers of a shard share.

    Attributes:
        on_done: awaited after events were handled, before the next one is handed out; it saves the session.
        on_room: called when there is room again after the backlog was full.
        finished_at: the loop's time when handlers last finished an event; None before the first.
        closing: whether the shard is closing or closed.
        struct_decoder: makes structs; None until the first is asked for.
    """

    backlog: Backlog
    plans: Plans
    dispatcher: Dispatcher
    readers: Readers
    reports: Reports
    codec: Codec
    stats: Stats
    on_done: Callable[[], Awaitable[None]] | None
    on_room: Callable[[], None]
    finished_at: float | None = None
    closing: bool = False
    struct_decoder: Callable[[Codec, Envelope], AnyEvent] | None = None

    def decode(self, envelope: Envelope) -> Event:
        """Return the event of a dispatch as a model."""
        self.stats.decoded += 1
        return decode_received(self.codec, envelope)

    def decode_struct(self, envelope: Envelope) -> AnyEvent:
        """Return the event of a dispatch as a struct."""
        self.stats.decoded += 1
        decode = self.struct_decoder
        if decode is None:
            # Imported by those who ask for structs, as it needs msgspec.
            decode = self.struct_decoder = import_module("..decoding.structs", __package__).decode_received
        return decode(self.codec, envelope)

    async def failed(self, error: BaseException, event: AnyEvent | None) -> None:
        """Report an error of a handler. Raises it again only if it is the cancellation of this task."""
        if isinstance(error, ShardClosed) and self.closing:
            return  # the handler waited for an event while the shard closed, which is no error of the handler
        await self.reports.handler_failed(error, event)


_NONE: Iterator[Any] = iter(())


@dataclass(slots=True)
class _Cut:
    """The unfinished work on an event whose task was cancelled. The next task goes on with it."""

    number: int
    event: AnyEvent | None
    argument: Any
    """The argument of ``calls``: the plain data while raw handlers run, then the event itself."""
    calls: Iterator[Call]
    channels: list[Channel] | None
    struct: AnyEvent | None
    """The same event as a struct, if that is still to be handed out after the model."""


class Hands(Worker):
    """Hands out all waiting events.

    Attributes:
        number: the tick of the event that is being handled.
        began: the loop's time when that began.
    """

    __slots__ = ("_cut", "_desk", "_turn", "began", "number")
    stays = not EAGER

    def __init__(
        self, desk: Desk, name: str, context: Context, ended: Callable[[Any, BaseException | None], None]
    ) -> None:
        super().__init__(name, context, ended)
        self._desk = desk
        self._turn = Turn()
        self._cut: _Cut | None = None
        self.number: int | None = None
        self.began = 0.0

    def has_work(self) -> bool:
        return bool(self._desk.backlog.waiting)

    def numbers(self) -> Iterator[int]:
        """Yield the ticks of the items to hand out."""
        return self._desk.backlog.take()

    async def work(self) -> None:  # noqa: C901  # one loop, because a coroutine for each event would cost more
        """Hand events to their handlers and streams, one event after the other."""
        if self.stray is not None:
            await self._explain()
        # Looked up once, because a local variable is cheaper than an attribute in a loop over all events.
        desk, turn = self._desk, self._turn
        backlog, plans, by_class, on_done = desk.backlog, desk.plans, desk.dispatcher.by_class, desk.on_done
        taken, clock = backlog.taken, turn.clock
        self.began = turn.begin()
        if on_done is not None:
            # The store must be up to date before a handler starts: after a crash only that event may come again.
            await on_done()
        for number in self.numbers():
            self.number = number
            _, envelope, event, _, struct = taken[number]
            name = envelope[2] or ""
            # Looked up now, not in `put`: the listeners may have changed while the event waited.
            plan = plans[name]
            argument: Any = None
            raw = plan.raw
            if plan.typed and event is None:
                event = desk.decode(envelope)
            if plan.structs and struct is None:
                struct = desk.decode_struct(envelope)
            if raw:
                try:
                    argument = desk.codec.data(envelope)
                except PeerError as error:  # without data there is nothing to call raw handlers with
                    raw = ()
                    if struct is None:
                        event = undecodable_event(envelope, error)
            calls = _NONE
            channels: list[Channel] | None = None
            try:
                if raw:
                    calls = iter(raw)
                    for call in calls:
                        # Awaited here and not in a task of its own: a task costs about as much as decoding the event.
                        try:
                            await call(argument)
                        except (Exception, asyncio.CancelledError) as error:
                            await desk.failed(error, struct if event is None else event)
                if event is None:
                    event, struct = struct, None
                first = True
                while event is not None:  # the model, then the struct; most events are asked for as one of them
                    argument, kind = event, type(event)
                    calls = iter(by_class.get(kind) or desk.dispatcher.typed(kind))
                    # Read here, not by a method: a sound event has no findings, and so costs no call.
                    # What is broken in a struct is broken in its model, so one report is enough.
                    if (event._findings is not None or kind in UNNAMED) and first:
                        await desk.reports.examine(name, event)
                    for call in calls:
                        try:
                            await call(event)
                        except (Exception, asyncio.CancelledError) as error:
                            await desk.failed(error, event)
                    if desk.readers.channels:
                        channels = [channel for channel in desk.readers.channels if channel.wants(event)]
                        await self._put_into(channels, number, event)
                    event, struct, channels, first = struct, None, None, False
            except asyncio.CancelledError:
                # The event is not done: it stays in `taken`, so no sequence number past it is saved. If other code
                # cancelled this task, the next one goes on with the rest; `calls` knows who was called already.
                self._cut = _Cut(number, event, argument, calls, channels, struct)
                raise
            desk.finished_at = self.began = now = clock()
            # Four cheap checks instead of an await for each event: usually none of these things is due.
            if on_done is not None or backlog.full or self.cancelled or now > turn.end:
                backlog.done(number)
                if await self._pause(now):
                    return

    async def _pause(self, now: float) -> bool:
        """Do what is due between two events. Returns whether the worker must stop."""
        desk, turn = self._desk, self._turn
        if desk.backlog.full and desk.backlog.has_room():
            desk.on_room()
            dropped = desk.backlog.take_dropped()
            if dropped is not None:
                await desk.reports.report(dropped)
        if desk.on_done is not None:
            await desk.on_done()
        if now > turn.end:
            self.began = await turn.pass_on()
        return self.cancelled  # checked, because a handler may have swallowed the CancelledError

    async def _explain(self) -> None:
        """Report that other code cancelled the last task, and finish the event that it was handling."""
        desk, stray, cut = self._desk, self.stray, self._cut
        self.stray = None
        if stray is not None:
            await desk.reports.handlers_cancelled(stray, None if cut is None else cut.event)
        if cut is None:
            return
        await self._call_rest(cut)
        if cut.event is None:
            cut.event, cut.struct = cut.struct, None
        while (event := cut.event) is not None:
            if cut.argument is not event:  # the task ended before it, so that no handler of it was called yet
                cut.argument, cut.calls = event, iter(desk.dispatcher.typed(type(event)))
                await self._call_rest(cut)
            if cut.channels is None:
                cut.channels = [channel for channel in desk.readers.channels if channel.wants(event)]
            await self._put_into(cut.channels, cut.number, event)
            cut.event, cut.struct, cut.channels = cut.struct, None, None
        self._cut = None
        desk.backlog.done(cut.number)
        await self._pause(self._turn.clock())  # this may have been the last event, with reading paused until now

    async def _call_rest(self, cut: _Cut) -> None:
        for call in cut.calls:
            try:
                await call(cut.argument)
            except (Exception, asyncio.CancelledError) as error:
                await self._desk.failed(error, cut.event)

    async def _put_into(self, channels: list[Channel], number: int, event: AnyEvent) -> None:
        item = self._desk.backlog.taken[number]
        # Each channel is removed once it has the event: if the task is cancelled, the next one goes on with the rest.
        while channels:
            await channels[0].put(mark_of(item), event, item[3])
            del channels[0]


class LineHands(Hands):
    """Hands out the events in the line of one key."""

    __slots__ = ("key",)
    stays = False  # there may be any number of keys

    def __init__(self, key: Hashable, *rest: Any) -> None:
        self.key = key
        super().__init__(*rest)

    def has_work(self) -> bool:
        return self._desk.backlog.has_line(self.key)

    def numbers(self) -> Iterator[int]:
        return self._desk.backlog.take_from(self.key)


class Sorter(Worker):
    """Decodes all waiting events and puts each into the line of its key.

    The key function needs the event, so events are decoded here, in order, and not by the workers of the lines.

    Args:
        desk: what the workers share.
        key_of: returns the key of an event.
        on_lined_up: called with the key after an event was put into its line.
        rest: the arguments of `Worker`.
    """

    __slots__ = ("_desk", "_key_of", "_on_lined_up", "_turn")

    def __init__(self, desk: Desk, key_of: KeyFunction, on_lined_up: Callable[[Hashable], None], *rest: Any) -> None:
        super().__init__(*rest)
        self._desk = desk
        self._key_of = key_of
        self._on_lined_up = on_lined_up
        self._turn = Turn()

    def has_work(self) -> bool:
        return bool(self._desk.backlog.waiting)

    async def work(self) -> None:
        desk, turn = self._desk, self._turn
        if self.stray is not None:
            stray, self.stray = self.stray, None
            await desk.reports.handlers_cancelled(stray, None)
        turn.begin()
        backlog = desk.backlog
        while backlog.waiting:
            number = backlog.take_one()
            item = backlog.taken[number]
            key, event, struct, error = self._judge(item)
            backlog.line_up(number, (item[0], item[1], event, item[3], struct), key)
            self._on_lined_up(key)
            if error is not None:
                await desk.reports.report(error, struct if event is None else event)
            if turn.clock() > turn.end:
                await turn.pass_on()

    def _judge(self, item: Item) -> tuple[Hashable, AnyEvent | None, AnyEvent | None, Exception | None]:
        """Return the key of an event, its model, its struct, and the error of decoding or of the key function.

        With an error the key is None, so the event is handled in order with the events whose key is None.
        """
        _, envelope, event, _, struct = item
        plan = self._desk.plans[envelope[2] or ""]
        try:
            if plan.structs and struct is None:
                struct = self._desk.decode_struct(envelope)
            if event is None and (plan.typed or struct is None):
                event = self._desk.decode(envelope)
            key = self._key_of(struct if event is None else event)
            hash(key)  # raises here, where it can be reported, rather than in `line_up`
        except Exception as error:
            return None, event, struct, error
        return key, event, struct, None
