"""From arrived dispatches to handlers and streams: one by one, in order, and never in the way of heartbeats."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any, Protocol

from .dispatch import Dispatcher, ErrorHandler
from .errors import DecodeError, PayloadError
from .event import Event, InvalidEvent, UnknownEvent
from .frame import Frame
from .registry import decode_event
from .stats import Stats
from .stream import Channel, EventStream, Mark
from .turn import Turn

__all__ = ["Delivery", "Reader"]

log = logging.getLogger("gatewaysdk")


class Reader(Protocol):
    """Who brings the frames, and must know when to stop and go on."""

    def on_full(self) -> None:
        """As many dispatches wait as may."""

    def on_room(self) -> None:
        """Half of them are done."""

    def on_undecodable(self, error: DecodeError) -> None:
        """The data of a dispatch turned out to be broken."""

    async def on_done(self) -> None:
        """Something may be done with; nothing new is handed out before this returns."""


class Delivery:
    """The queue before the handlers of a shard, and the task that empties it.

    Data is decoded when its turn comes, so what waits is as compact as it came.
    """

    def __init__(self, dispatcher: Dispatcher, stats: Stats, queue_size: int, reader: Reader) -> None:
        self.on_error: ErrorHandler = log_error
        self._dispatcher = dispatcher
        self._stats = stats
        self._queue_size = queue_size
        self._reader = reader
        self._channels: list[Channel] = []
        self._waiting: deque[tuple[Mark, Frame]] = deque()
        self._handling: Mark | None = None
        self._session = 0
        self._arrived = asyncio.Event()
        self._ended = True
        self._cause: BaseException | None = None
        self._full = False
        self.task: asyncio.Task[None] | None = None

    def done_up_to(self, latest: int) -> int | None:
        """Return the sequence number up to which handlers and streams are done with all of the present session.

        ``latest`` is the last that arrived; None means that events of an earlier session still wait.
        """
        oldest = self._handling or (self._waiting[0][0] if self._waiting else None)
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

    @property
    def classes(self) -> set[type[Event]]:
        """What streams ask for."""
        return {one for channel in self._channels if not channel.closed for one in channel.classes}

    def open_stream(self, classes: tuple[type[Event], ...]) -> EventStream[Any]:
        """Return a stream of what arrives from now on."""
        channel = Channel(classes, self._queue_size, self._reader.on_done)
        self._channels.append(channel)
        return EventStream(channel)

    def start(self) -> asyncio.Task[None]:
        """Start handing on; what is left from before comes first."""
        self._ended = False
        self._cause = None
        self.task = asyncio.create_task(self._run(), name="gatewaysdk handlers")
        return self.task

    def end(self, cause: BaseException | None) -> None:
        """Stop once nothing waits any more; streams end then, with ``cause`` if there is one."""
        self._ended = True
        self._cause = cause
        self._arrived.set()

    def offer(self, frame: Frame) -> None:
        """Queue a dispatch if anyone listens for it."""
        name = frame.t or ""
        if not self._dispatcher.wants(name) and not any(channel.wants_name(name) for channel in self._channels):
            return
        self._waiting.append(((self._session, frame.s or 0), frame))
        self._arrived.set()
        if len(self._waiting) >= self._queue_size:
            self._full = True
            self._reader.on_full()

    async def _run(self) -> None:
        turn = Turn()
        try:
            while True:
                await self._reader.on_done()
                if not self._waiting:
                    if self._ended:
                        break
                    self._arrived.clear()
                    await self._arrived.wait()
                    turn.begin()
                    continue
                if turn.over():
                    await turn.pass_on()
                self._handling, frame = self._waiting.popleft()
                if self._full and len(self._waiting) <= self._queue_size // 2:
                    self._full = False
                    self._reader.on_room()
                try:
                    await self._hand_on(self._handling, frame)
                except DecodeError as error:
                    self._reader.on_undecodable(error)
                self._handling = None
        finally:
            for channel in self._channels:
                channel.end(self._cause)

    async def _hand_on(self, mark: Mark, frame: Frame) -> None:
        name = frame.t or ""
        self._channels = [channel for channel in self._channels if not channel.closed or channel.oldest is not None]
        channels = [channel for channel in self._channels if channel.wants_name(name)]
        event: Event | None = None
        if channels or self._dispatcher.wants_typed(name):
            event = decode_event(frame)
            self._stats.decoded += 1
            if event.violations or isinstance(event, UnknownEvent):
                await self._examine(name, event)
        await self._dispatcher.dispatch(frame, event, self._handler_failed)
        if event is not None:
            for channel in channels:
                if channel.wants(event):
                    await channel.put(mark, event)

    async def _examine(self, name: str, event: Event) -> None:
        if isinstance(event, UnknownEvent):
            self._stats.unknown_events += 1
            return
        if isinstance(event, InvalidEvent):
            self._stats.invalid_events += 1
        self._stats.violations += len(event.violations)
        await self.report(PayloadError(name, tuple(map(str, event.violations))), event)

    async def _handler_failed(self, error: Exception, event: Event | None) -> None:
        self._stats.handler_errors += 1
        await self.report(error, event)

    async def report(self, error: Exception, event: Event | None = None) -> None:
        """Call the error hook, whose own errors go no further than the log."""
        try:
            await self.on_error(error, event)
        except Exception:
            log.exception("the error hook raised")


async def log_error(error: Exception, event: Event | None) -> None:
    """Log what a handler raised; broken payloads, which are Discord's affair, only when debugging."""
    if isinstance(error, PayloadError):
        log.debug("%s", error)
    else:
        name = "" if event is None else f" for {type(event).__name__}"
        log.error("a handler%s raised", name, exc_info=error)
