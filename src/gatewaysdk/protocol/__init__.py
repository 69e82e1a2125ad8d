"""The gateway protocol without input or output.

Call a method of `GatewayProtocol` for all that happens; it returns effects: what to open, send or close, and what to
tell the user. Its ``deadline`` says when to call it next. It works with any WebSocket library, and a test runs a day
of gateway life in a moment.
"""

from __future__ import annotations

from ..enums.opcode import Opcode
from ..tables.close_codes import CLOSE_CODES, Action, CloseCode
from .backoff import Backoff, Failure, ReconnectPolicy
from .closing import classify
from .effects import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Effect,
    Failed,
    HeartbeatAcknowledged,
    IdentifyWanted,
    Send,
    SessionInvalidated,
    SessionResumed,
    SessionStarted,
    Stopped,
    Unexpected,
    Waiting,
)
from .identify import IdentifySettings
from .machine import GatewayProtocol
from .session import Session
from .states import State
from .timeouts import Timeouts

__all__ = [
    "CLOSE_CODES",
    "Action",
    "Backoff",
    "Close",
    "CloseCode",
    "Connect",
    "Disconnected",
    "Dispatch",
    "Effect",
    "Failed",
    "Failure",
    "GatewayProtocol",
    "HeartbeatAcknowledged",
    "IdentifySettings",
    "IdentifyWanted",
    "Opcode",
    "ReconnectPolicy",
    "Send",
    "Session",
    "SessionInvalidated",
    "SessionResumed",
    "SessionStarted",
    "State",
    "Stopped",
    "Timeouts",
    "Unexpected",
    "Waiting",
    "classify",
]
