"""What goes wrong on the way to handlers and in them, counted and told to the error hook."""

from __future__ import annotations

import asyncio
import logging

from ..bases.event import Event, InvalidEvent, UnknownEvent
from ..errors import EventsDropped, PayloadError
from ..listeners.handler_list import ErrorHandler
from ..stats import Stats
from ..tasks.label import UNSHARDED, Label
from ..tasks.worker import is_stray

__all__ = ["Reports"]


class Reports:
    """Tells the error hook. Nothing that the hook does goes any further, but that its caller is cancelled.

    Attributes:
        on_error: the hook.
    """

    def __init__(self, stats: Stats, label: Label = UNSHARDED) -> None:
        self.on_error: ErrorHandler = self.log_error
        self._stats = stats
        self._log = label.log

    async def report(self, error: Exception, event: Event | None = None) -> None:
        """Call the error hook, whose own errors go no further than the log."""
        try:
            await self.on_error(error, event)
        except (Exception, asyncio.CancelledError) as raised:
            if isinstance(raised, asyncio.CancelledError) and not is_stray():
                raise
            self._log.exception("the error hook raised")

    async def handler_failed(self, error: BaseException, event: Event | None) -> None:
        """Tell what a handler raised. Raises a `CancelledError` again if it is for the task."""
        if isinstance(error, asyncio.CancelledError):
            if not is_stray():
                raise error
            cause, error = error, RuntimeError("a handler let a CancelledError out")
            error.__cause__ = cause
        assert isinstance(error, Exception)
        self._stats.handler_errors += 1
        await self.report(error, event)

    async def handlers_cancelled(self, stray: asyncio.CancelledError, event: Event | None) -> None:
        """Tell that something cancelled the task of handlers."""
        self._stats.handler_errors += 1
        error = RuntimeError("something cancelled the task of handlers, perhaps a handler of its own; events go on")
        error.__cause__ = stray
        await self.report(error, event)

    async def examine(self, name: str, event: Event) -> None:
        """Count an event that is unknown or broken, and tell what is broken."""
        if isinstance(event, UnknownEvent):
            self._stats.unknown_events += 1
            return
        if isinstance(event, InvalidEvent):
            self._stats.invalid_events += 1
        count = event.violation_count
        if not count:
            return  # a class of the user's, whose private attributes are where findings would be
        self._stats.violations += count
        await self.report(PayloadError(name, tuple(map(str, event.violations[:5])), count), event)

    async def log_error(self, error: Exception, event: Event | None) -> None:
        """Log what a handler raised, and events that were lost whole; broken payloads at level DEBUG."""
        if isinstance(error, PayloadError):
            self._log.log(logging.WARNING if isinstance(event, InvalidEvent) else logging.DEBUG, "%s", error)
        elif isinstance(error, EventsDropped):
            self._log.warning("%s", error)
        else:
            name = "" if event is None else f" for {type(event).__name__}"
            self._log.error("a handler%s raised", name, exc_info=error)
