"""Who listens for what: handlers in the order of their registration, and the intents that bring their events.

What can never come by the intents that were sent is refused when it is registered. Methods are marked here as handlers.
"""

from __future__ import annotations

from .checks import check_classes, check_handled, check_name
from .dispatcher import Dispatcher
from .handler_list import Call, ErrorHandler, Handler, HandlerList, Listener, RawHandler
from .intents import ALL_INTENTS, Wanted, Where, check_intents, check_where, derive_intents, explain, is_at
from .marks import listener, marked, raw_listener

__all__ = [
    "ALL_INTENTS",
    "Call",
    "Dispatcher",
    "ErrorHandler",
    "Handler",
    "HandlerList",
    "Listener",
    "RawHandler",
    "Wanted",
    "Where",
    "check_classes",
    "check_handled",
    "check_intents",
    "check_name",
    "check_where",
    "derive_intents",
    "explain",
    "is_at",
    "listener",
    "marked",
    "raw_listener",
]
