"""Hands messages to the handlers of a shard that has no connection, on the way that those of a gateway take."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

from ..bases.any_event import AnyEvent
from ..codec import Codec, Envelope
from ..delivery.delivery import Delivery
from ..delivery.plans import NOBODY
from ..errors import EventsDropped, PayloadError, StateError
from ..protocol import Session
from ..stats import Stats
from ..tasks.closing import wait_for_cancelled
from .shard import Shard

__all__ = ["Played"]

_CANCEL_SECONDS = 5.0


class Played:
    """What a shard hears instead of a gateway, within ``async with``. Each event is handled before the next one comes.

    With a ``concurrency`` of the shard, and while a handler waits for another event, the next ones come meanwhile, as
    they do from a gateway.

    Args:
        shard: a shard that is not running.
        codec: the encoding of the messages.

    Attributes:
        handled: how many events had a handler or another listener.

    Raises:
        StateError: the shard is running, or has a stream that is open already, which these events would not reach.
    """

    def __init__(self, shard: Shard, codec: Codec) -> None:
        runtime = shard._runtime
        runtime.check_not_running()
        if any(True for _ in runtime.delivery.readers.wanted()):
            raise StateError("the shard has an open stream, which gets no recorded events; open it in a handler")
        self.handled = 0
        self._runtime = runtime
        self._before = runtime.delivery, runtime.protocol
        self._codec = codec
        self._moved = asyncio.Event()
        self._held = False
        self._error: BaseException | None = None
        settings = runtime._settings.delivery
        self._in_turn = settings.concurrency is None
        self._delivery = _Delivery(
            self._moved, shard._dispatcher, codec, Stats(), self, self._note_done, settings, runtime.label
        )

    async def __aenter__(self) -> Self:
        delivery = self._delivery
        self._hook = self._before[0].reports.on_error
        delivery.reports.on_error = self._take_error
        self._runtime.delivery = delivery
        delivery.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        delivery = self._delivery
        try:
            delivery.end(None)
            if kind is None:
                while not delivery.over and self._error is None:
                    await self._wait_for_a_move()
        finally:
            await wait_for_cancelled(delivery.cancel(), _CANCEL_SECONDS, self._runtime.label)
            self._runtime.delivery, self._runtime.protocol = self._before
            self._runtime.delivery.replan()  # handlers may have come or gone meanwhile
        if kind is None and self._error is not None:
            raise self._error

    async def put(self, envelope: Envelope) -> None:
        """Hand on a dispatch, and return when the next one may come. Raises what a handler raised."""
        name = envelope[2] or ""
        if name == "READY":
            self._learn_user(envelope)
        delivery = self._delivery
        plan = delivery.plans[name]
        if plan is not NOBODY:
            self.handled += 1
            delivery.put(plan, envelope)
        while self._error is None and (self._held or (self._in_turn and self._is_busy())):
            await self._wait_for_a_move()
        if self._error is not None:
            raise self._error

    def _is_busy(self) -> bool:
        """Whether an event is being handled, and by none that waits for another event."""
        waits = any(one.waiting_since is not None and not one.holds_up(()) for one in self._delivery.readers.taps)
        return len(self._delivery.backlog) > 0 and not waits

    async def _wait_for_a_move(self) -> None:
        self._moved.clear()
        await self._moved.wait()

    def _learn_user(self, envelope: Envelope) -> None:
        """Let `Shard.user_id` be the bot's, as after a READY that came from a gateway."""
        d: Any = self._codec.data(envelope)
        user = d.get("user") if isinstance(d, dict) else None
        user_id = str(user.get("id")) if isinstance(user, dict) else ""
        if user_id.isdecimal():
            settings = self._runtime._settings
            session = Session("recorded", settings.url, 0, settings.shard, user_id=int(user_id))
            self._runtime.protocol = settings.make_protocol(settings.identify, session)

    async def _note_done(self) -> None:
        self._moved.set()

    async def _take_error(self, error: Exception, event: AnyEvent | None) -> None:
        if isinstance(error, PayloadError | EventsDropped):
            await self._hook(error, event)  # no error of a handler
        elif self._error is None:
            self._error = error
            self._moved.set()

    # What the delivery calls (`Owner`)

    def on_full(self) -> None:
        self._held = True

    def on_room(self) -> None:
        self._held = False
        self._moved.set()

    def on_delivery_failed(self, error: BaseException) -> None:
        self._error = self._error or error
        self._moved.set()


class _Delivery(Delivery):
    """A delivery that tells when somebody begins or ends to wait for an event, and when all is handed out."""

    def __init__(self, moved: asyncio.Event, *rest: Any) -> None:
        self._moved = moved
        super().__init__(*rest)

    def _weigh(self) -> None:
        super()._weigh()
        self._moved.set()

    def _end_if_done(self) -> None:
        super()._end_if_done()
        self._moved.set()
