"""Counts errors in handlers and broken events, and passes them to the error hook."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from ..bases.any_event import AnyEvent, AnyInvalidEvent, AnyUnknownEvent
from ..errors import EventsDropped, PayloadError
from ..stats import Stats
from ..tasks.label import UNSHARDED, Label
from ..tasks.worker import is_stray

__all__ = ["Reports"]


class Reports:
    """Calls the error hook. An error of the hook is logged and goes no further; only a cancellation of the caller does.

    Attributes:
        on_error: the hook; by default it logs.
    """

    def __init__(self, stats: Stats, label: Label = UNSHARDED) -> None:
        self.on_error: Callable[[Exception, Any], Coroutine[Any, Any, None]] = self.log_error
        self._stats = stats
        self._log = label.log

    async def report(self, error: Exception, event: AnyEvent | None = None) -> None:
        """Call the error hook, and log what it raises."""
        try:
            await self.on_error(error, event)
        except (Exception, asyncio.CancelledError) as raised:
            # Only a cancellation of this task gets out. A CancelledError that the hook let out is an error of the hook.
            if isinstance(raised, asyncio.CancelledError) and not is_stray():
                raise
            self._log.exception("the error hook raised")

    async def handler_failed(self, error: BaseException, event: AnyEvent | None) -> None:
        """Count and report an error of a handler. Raises a `CancelledError` again if the current task was cancelled."""
        if isinstance(error, asyncio.CancelledError):
            if not is_stray():
                raise error
            # The hook takes an Exception, and a CancelledError is none.
            cause, error = error, RuntimeError("a handler let a CancelledError out")
            error.__cause__ = cause
        assert isinstance(error, Exception)
        self._stats.handler_errors += 1
        await self.report(error, event)

    async def handlers_cancelled(self, stray: asyncio.CancelledError, event: AnyEvent | None) -> None:
        """Count and report that other code cancelled the task that runs handlers."""
        self._stats.handler_errors += 1
        error = RuntimeError("something cancelled the task of handlers, perhaps a handler of its own; events go on")
        error.__cause__ = stray
        await self.report(error, event)

    async def examine(self, name: str, event: AnyEvent) -> None:
        """Count an event that is unknown or broken, and report what is broken."""
        if isinstance(event, AnyUnknownEvent):
            self._stats.unknown_events += 1
            return
        if isinstance(event, AnyInvalidEvent):
            self._stats.invalid_events += 1
        count = event.violation_count
        if not count:
            return  # a sound event of a user's class: its private attributes are in the slot of the findings
        self._stats.violations += count
        # Five are enough for a log line; the event itself lists more.
        await self.report(PayloadError(name, tuple(map(str, event.violations[:5])), count), event)

    async def log_error(self, error: Exception, event: AnyEvent | None) -> None:
        """Log an error: the default error hook. A payload that is only partly broken is logged at level DEBUG."""
        if isinstance(error, PayloadError):
            self._log.log(logging.WARNING if isinstance(event, AnyInvalidEvent) else logging.DEBUG, "%s", error)
        elif isinstance(error, EventsDropped):
            self._log.warning("%s", error)
        else:
            name = "" if event is None else f" for {type(event).__name__}"
            self._log.error("a handler%s raised", name, exc_info=error)
