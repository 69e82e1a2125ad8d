"""The states of a gateway connection, and every way from one to another.

A connection to the gateway climbs a ladder: a socket, HELLO, then IDENTIFY and READY for a new session or RESUME and
RESUMED for an old one. It can fall off every rung, and then waits and starts again at the bottom. ::

    IDLE -+-----------> CONNECTING -> AWAITING_HELLO -+-> RESUMING ------------> LIVE    the old session goes on
          `-> QUEUED -> CONNECTING -> AWAITING_HELLO -+-> IDENTIFYING ---------> LIVE    a new session begins
                                                      `-> GREETED -> IDENTIFYING         the same, after a wait

    RESUMING, IDENTIFYING, LIVE -> INVALIDATED -> IDENTIFYING      op 9: a new session, same connection

    all that have a socket -+-> CLOSING -> BACKOFF -+-> CONNECTING    we hung up, to connect again
                            |                       `-> QUEUED        the same, with no session to resume
                            +------------> BACKOFF                    the gateway hung up, or the network died
                            +-> ENDING --> STOPPED                    our caller closes
                            `------------> FAILED                     a final close code, or the policy gives up

All shards of a bot share the limit on IDENTIFY, so the caller of the machine decides when it may go out. Without a
session, the machine asks for a permit before it connects (in QUEUED, which costs no socket). After op 9, it asks once
its own wait is over (in INVALIDATED, where heartbeats go on). A permit may take hours, so waiting for it has no
deadline. RESUME needs no permit.

`TRANSITIONS` says the same precisely: state, cause, next state. The machine changes its state by looking up a cause
there and in no other way, so what is not in the table cannot happen. What else a cause does (send frames, set timers)
is in lifecycle.py and machine.py.

`RECEIVABLE` says which opcodes are expected in which state. Any other frame is reported as `Unexpected` and changes no
state: Discord may add opcodes before a release of ours knows them.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from ..enums.opcode import Opcode

__all__ = [
    "HEARTBEATING",
    "IDENTIFY_PENDING",
    "LEAVING",
    "READING",
    "RECEIVABLE",
    "TRANSITIONS",
    "WITHOUT_SOCKET",
    "Cause",
    "State",
]


class State(enum.Enum):
    """Where a connection stands."""

    IDLE = "idle"
    """Made, and never connected."""
    QUEUED = "queued"
    """No socket and no session; waiting for a permit to start one."""
    CONNECTING = "connecting"
    """The socket is being opened."""
    AWAITING_HELLO = "awaiting HELLO"
    """The socket is open; the gateway speaks first."""
    GREETED = "greeted"
    """HELLO came and we have a permit, but IDENTIFY must wait: our last one, or op 9, is too recent."""
    IDENTIFYING = "identifying"
    """IDENTIFY was sent; READY should follow."""
    RESUMING = "resuming"
    """RESUME was sent; the missed events and then RESUMED should follow."""
    LIVE = "live"
    """READY or RESUMED came: events flow and commands may be sent."""
    INVALIDATED = "invalidated"
    """Op 9 ended the session. After a random 1 to 5 s, and with a permit, IDENTIFY goes out on this connection."""
    CLOSING = "closing"
    """We are closing the socket in order to connect again."""
    BACKOFF = "backoff"
    """No socket; waiting to connect again."""
    ENDING = "ending"
    """We are closing the socket because our caller asked for it."""
    STOPPED = "stopped"
    """Our caller closed. Connecting again is possible."""
    FAILED = "failed"
    """Over for good: connecting again cannot help, or was given up. The `Failed` effect says why."""


class Cause(enum.Enum):
    """What changes the state."""

    CONNECT = "connect"
    """Our caller connects, or the wait before a reconnect is over, and there is a session to resume."""
    IDENTIFY_WANTED = "IDENTIFY wanted"
    """There is no session to resume, so we ask for a permit to start one."""
    IDENTIFY_GRANTED = "IDENTIFY granted"
    """The permit came."""
    OPENED = "opened"
    """The socket is open."""
    IDENTIFY_HELD = "IDENTIFY held back"
    """IDENTIFY is due, but too early: its interval, op 9 or the send limit makes it wait."""
    IDENTIFY_SENT = "IDENTIFY sent"
    """IDENTIFY went out, to start a new session."""
    RESUME_SENT = "RESUME sent"
    """RESUME went out, to continue the old session."""
    READY = "READY"
    """READY came: a new session is live."""
    RESUMED = "RESUMED"
    """RESUMED came: the old session is live again."""
    INVALIDATED = "session invalidated"
    """Op 9 came, and there is no session left to resume."""
    ABANDON = "abandon"
    """We give this connection up: op 7, op 9 with true, a missed deadline or ACK, broken data."""
    GONE = "gone"
    """The socket is gone, or could not be opened."""
    FATAL = "fatal"
    """We stop for good: a final close code, a policy that gives up, a refused permit, messages too large."""
    CLOSE = "close"
    """Our caller closes."""


# How every state with a socket, open or being opened, can be left.
_EXITS: Mapping[Cause, State] = {
    Cause.ABANDON: State.CLOSING,
    Cause.GONE: State.BACKOFF,
    Cause.FATAL: State.FAILED,
    Cause.CLOSE: State.ENDING,
}

TRANSITIONS: Mapping[State, Mapping[Cause, State]] = {
    State.IDLE: {
        Cause.CONNECT: State.CONNECTING,
        Cause.IDENTIFY_WANTED: State.QUEUED,
        Cause.CLOSE: State.STOPPED,
    },
    State.QUEUED: {
        Cause.IDENTIFY_GRANTED: State.CONNECTING,
        Cause.FATAL: State.FAILED,
        Cause.CLOSE: State.STOPPED,
    },
    State.CONNECTING: {
        Cause.OPENED: State.AWAITING_HELLO,
        **_EXITS,
    },
    State.AWAITING_HELLO: {
        Cause.RESUME_SENT: State.RESUMING,
        Cause.IDENTIFY_SENT: State.IDENTIFYING,
        Cause.IDENTIFY_HELD: State.GREETED,
        Cause.INVALIDATED: State.AWAITING_HELLO,
        **_EXITS,
    },
    State.GREETED: {
        Cause.IDENTIFY_SENT: State.IDENTIFYING,
        Cause.INVALIDATED: State.GREETED,
        **_EXITS,
    },
    State.IDENTIFYING: {
        Cause.READY: State.LIVE,
        Cause.INVALIDATED: State.INVALIDATED,
        **_EXITS,
    },
    State.RESUMING: {
        Cause.RESUMED: State.LIVE,
        Cause.INVALIDATED: State.INVALIDATED,
        **_EXITS,
    },
    State.LIVE: {
        Cause.INVALIDATED: State.INVALIDATED,
        **_EXITS,
    },
    State.INVALIDATED: {
        Cause.IDENTIFY_SENT: State.IDENTIFYING,
        Cause.IDENTIFY_HELD: State.INVALIDATED,
        Cause.IDENTIFY_WANTED: State.INVALIDATED,
        Cause.INVALIDATED: State.INVALIDATED,
        **_EXITS,
    },
    State.CLOSING: {
        Cause.GONE: State.BACKOFF,
        Cause.FATAL: State.FAILED,
        Cause.CLOSE: State.ENDING,
    },
    State.BACKOFF: {
        Cause.CONNECT: State.CONNECTING,
        Cause.IDENTIFY_WANTED: State.QUEUED,
        Cause.CLOSE: State.STOPPED,
    },
    State.ENDING: {
        Cause.GONE: State.STOPPED,
    },
    State.STOPPED: {
        Cause.CONNECT: State.CONNECTING,
        Cause.IDENTIFY_WANTED: State.QUEUED,
    },
    State.FAILED: {},
}

# Op 7 and op 9 may come at any time, even before HELLO (events/gateway-events#reconnect).
_GREETING = frozenset({Opcode.RECONNECT, Opcode.INVALID_SESSION})
_TALKING = _GREETING | {Opcode.DISPATCH, Opcode.HEARTBEAT, Opcode.HEARTBEAT_ACK}

RECEIVABLE: Mapping[State, frozenset[Opcode]] = {
    State.AWAITING_HELLO: _GREETING | {Opcode.HELLO},
    State.GREETED: _GREETING | {Opcode.HEARTBEAT},
    State.IDENTIFYING: _TALKING,
    State.RESUMING: _TALKING,
    State.LIVE: _TALKING,
    State.INVALIDATED: _TALKING,
    # An event that arrives before the socket is gone need not be replayed later. All else is too late to matter.
    State.CLOSING: frozenset({Opcode.DISPATCH}),
    State.ENDING: frozenset({Opcode.DISPATCH}),
}

HEARTBEATING = frozenset({State.IDENTIFYING, State.RESUMING, State.LIVE, State.INVALIDATED})
"""States in which heartbeats are sent: never before IDENTIFY or RESUME."""

READING = frozenset({State.AWAITING_HELLO, State.IDENTIFYING, State.RESUMING})
"""States that wait for a message. Their timer does not run out while our caller has paused reading."""

LEAVING = frozenset({State.CLOSING, State.ENDING})
"""States in which we are closing the socket."""

IDENTIFY_PENDING = frozenset(
    {
        State.QUEUED,
        State.CONNECTING,
        State.AWAITING_HELLO,
        State.GREETED,
        State.IDENTIFYING,
        State.INVALIDATED,
    }
)
"""States in which we may wait for a permit to identify, or hold one. Any other state gives it back."""

WITHOUT_SOCKET = frozenset({State.IDLE, State.QUEUED, State.BACKOFF, State.STOPPED, State.FAILED})
"""States with no socket, neither open nor being opened."""
