"""The work on events: each is decoded, and handed to handlers and streams, one event after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Iterator
from contextvars import Context
from dataclasses import dataclass
from typing import Any

from ..bases.event import Event, UnknownEvent
from ..codec import Codec, Envelope
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
    """What all who work on the events of a shard have in common.

    Attributes:
        on_done: awaited when something may be done with, before anything new is handed out.
        on_room: called when there is room again after the backlog was full.
        finished_at: when handlers last were done with an event, None before the first.
        closing: whether the shard is being closed, or is.
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

    def decode(self, envelope: Envelope) -> Event:
        """Return the event of a dispatch."""
        self.stats.decoded += 1
        return decode_received(self.codec, envelope)

    async def failed(self, error: BaseException, event: Event | None) -> None:
        """Tell what a handler raised; it stops nothing."""
        if isinstance(error, ShardClosed) and self.closing:
            return  # it waited for something as we closed, and so came to its end
        await self.reports.handler_failed(error, event)


_NONE: Iterator[Any] = iter(())


@dataclass(slots=True)
class _Cut:
    """Work on an event that was broken off, and what is left of it."""

    number: int
    event: Event | None
    argument: Any
    """What the calls take: the event itself, or its plain data while handlers of that have their turn."""
    calls: Iterator[Call]
    channels: list[Channel] | None


class Hands(Worker):
    """Hands out all events that wait.

    Attributes:
        number: the event in hand.
        began: when work on it began.
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
        """Take what is to be handed out."""
        return self._desk.backlog.take()

    async def work(self) -> None:  # noqa: C901  # one loop, as a coroutine for each event would cost more
        """Hand events to all who listen for them, one after the other."""
        if self.stray is not None:
            await self._explain()
        desk, turn = self._desk, self._turn
        backlog, plans, by_class, on_done = desk.backlog, desk.plans, desk.dispatcher.by_class, desk.on_done
        taken, clock = backlog.taken, turn.clock
        self.began = turn.begin()
        if on_done is not None:
            await on_done()
        for number in self.numbers():
            self.number = number
            _, envelope, event, _ = taken[number]
            name = envelope[2] or ""
            plan = plans[name]
            argument: Any = None
            raw = plan.raw
            if plan.typed and event is None:
                event = desk.decode(envelope)
            if raw:
                try:
                    argument = desk.codec.data(envelope)
                except PeerError as error:  # so handlers of plain data have nothing to take
                    raw, event = (), undecodable_event(envelope, error)
            calls = _NONE
            channels: list[Channel] | None = None
            try:
                if raw:
                    calls = iter(raw)
                    for call in calls:
                        try:
                            await call(argument)
                        except (Exception, asyncio.CancelledError) as error:
                            await desk.failed(error, event)
                if event is not None:
                    argument, kind = event, type(event)
                    calls = iter(by_class.get(kind) or desk.dispatcher.typed(kind))
                    if event._findings is not None or kind is UnknownEvent:
                        await desk.reports.examine(name, event)
                    for call in calls:
                        try:
                            await call(event)
                        except (Exception, asyncio.CancelledError) as error:
                            await desk.failed(error, event)
                    if desk.readers.channels:
                        channels = [channel for channel in desk.readers.channels if channel.wants(event)]
                        await self._put_into(channels, number, event)
            except asyncio.CancelledError:
                # What was not finished is not done with. If we are not to stop, the next task takes over here.
                self._cut = _Cut(number, event, argument, calls, channels)
                raise
            desk.finished_at = self.began = now = clock()
            if on_done is not None or backlog.full or self.cancelled or now > turn.end:
                backlog.done(number)
                if await self._pause(now):
                    return

    async def _pause(self, now: float) -> bool:
        """Do what is due between two events; return whether to stop."""
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
        return self.cancelled  # a handler may have swallowed it

    async def _explain(self) -> None:
        """Tell that something cancelled the last task, and finish what that had in hand."""
        desk, stray, cut = self._desk, self.stray, self._cut
        self.stray = None
        if stray is not None:
            await desk.reports.handlers_cancelled(stray, None if cut is None else cut.event)
        if cut is None:
            return
        await self._call_rest(cut)
        event = cut.event
        if event is not None:
            if cut.argument is not event:
                cut.argument, cut.calls = event, iter(desk.dispatcher.typed(type(event)))
                await self._call_rest(cut)
            if cut.channels is None:
                cut.channels = [channel for channel in desk.readers.channels if channel.wants(event)]
            await self._put_into(cut.channels, cut.number, event)
        self._cut = None
        desk.backlog.done(cut.number)
        await self._pause(self._turn.clock())  # it may have been the last, and reading waits for room

    async def _call_rest(self, cut: _Cut) -> None:
        for call in cut.calls:
            try:
                await call(cut.argument)
            except (Exception, asyncio.CancelledError) as error:
                await self._desk.failed(error, cut.event)

    async def _put_into(self, channels: list[Channel], number: int, event: Event) -> None:
        item = self._desk.backlog.taken[number]
        while channels:
            await channels[0].put(mark_of(item), event, item[3])
            del channels[0]


class LineHands(Hands):
    """Hands out the events of one key."""

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
    """Decodes all events that wait and lines them up by their keys.

    Args:
        desk: what it works with.
        key_of: tells the key of an event.
        on_lined_up: called with a key after an event was lined up.
        rest: as for `Worker`.
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
            key, event, error = self._judge(item)
            backlog.line_up(number, (item[0], item[1], event, item[3]), key)
            self._on_lined_up(key)
            if error is not None:
                await desk.reports.report(error, event)
            if turn.clock() > turn.end:
                await turn.pass_on()

    def _judge(self, item: Item) -> tuple[Hashable, Event | None, Exception | None]:
        """Return the key of an event, the event, and what was raised instead: its key is that of none then."""
        _, envelope, event, _ = item
        try:
            if event is None:
                event = self._desk.decode(envelope)
            key = self._key_of(event)
            hash(key)
        except Exception as error:
            return None, event, error
        return key, event, None
