"""The gateway protocol without input or output.

`GatewayProtocol` is told what happened and when, and answers with effects: what to send, when to call it again, what
to tell the user. It can be driven over any WebSocket library, and a day of it can be tested in a millisecond.
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
