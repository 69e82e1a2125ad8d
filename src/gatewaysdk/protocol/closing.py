"""What to do after a connection ended: resume, identify anew, or stop."""

from __future__ import annotations

from ..errors import ConnectionClosed, ConnectionLost, FatalCloseError, GatewayError
from ..tables.close_codes import CLOSE_CODES, Action

__all__ = ["RESUMABLE_CODE", "SESSION_ENDING_CODE", "classify"]

SESSION_ENDING_CODE = 1000
"""The code we close with to end the session; 1001 would, too (events/gateway#initiating-a-disconnect)."""

RESUMABLE_CODE = 4000
"""The code we close with to keep the session; any code but 1000 and 1001 would."""

_NO_CODE = (1005, 1006)  # what WebSocket libraries report when no code came (RFC 6455, 7.4.1)


def classify(code: int | None, reason: str = "") -> tuple[Action, GatewayError]:
    """Return what to do after the gateway closed with ``code`` (None: it gave none), and the error that reports it."""
    if code is None or code in _NO_CODE:
        why = f": {reason}" if reason else ""  # what the WebSocket library found wrong
        return Action.RESUME, ConnectionLost(f"the connection ended without a close code{why}")
    if code in (1000, 1001):
        return Action.IDENTIFY, ConnectionClosed(code, reason, can_resume=False)
    known = CLOSE_CODES.get(code)
    if known is None:
        # If the session is gone, RESUME costs an op 9; IDENTIFY would cost one of the day's session starts.
        return Action.RESUME, ConnectionClosed(code, reason)
    if known.action is Action.STOP:
        error = FatalCloseError(
            code, reason, name=known.name, remedy=known.remedy, can_reconnect=False, can_resume=False
        )
        return Action.STOP, error
    can_resume = known.action is Action.RESUME
    return known.action, ConnectionClosed(code, reason, name=known.name, remedy=known.remedy, can_resume=can_resume)
