"""Which handler gets which event, and which intents bring these events.

Handlers run in the order of their registration; `listener` marks methods as handlers. Once the intents were sent,
registering a handler for an event that they never bring is refused.
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
