"""Limits the time that a handler may run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from ..bases.any_event import AnyEvent
from ..errors import ConfigurationError, HandlerTimeout

__all__ = ["check_handler_timeout", "limited"]


def check_handler_timeout(seconds: float | None) -> None:
    """Raise `ConfigurationError` unless ``seconds`` is positive, or None for no limit."""
    if seconds is not None and not seconds > 0:
        raise ConfigurationError(f"handler_timeout is {seconds}; it takes seconds above 0, or None")


def limited(
    call: Callable[[Any], Coroutine[Any, Any, None]], seconds: float
) -> Callable[[Any], Coroutine[Any, Any, None]]:
    """Return a function like ``call`` that is cancelled after ``seconds`` and then raises `HandlerTimeout`."""

    async def within(argument: Any) -> None:
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                await call(argument)
        except TimeoutError as error:
            if not limit.expired():
                raise  # the handler's own
            name = type(argument).__name__ if isinstance(argument, AnyEvent) else ""
            # One traceback, which shows where the handler stood: that of its cancellation.
            stood = error if error.__cause__ is None else error.__cause__
            raise HandlerTimeout(name, seconds).with_traceback(stood.__traceback__) from None

    return within
