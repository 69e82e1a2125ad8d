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

IDENTIFY is rationed among all shards of a bot, so whoever drives the machine decides when it may go out. Without a
session the machine asks before it connects (QUEUED, which costs no socket), and after op 9 once its own wait is over
(in INVALIDATED, beating on). Who is asked may take hours, so neither wait has a deadline. RESUME is never asked for.

`TRANSITIONS` says the same precisely: state, cause, next state. The machine changes its state by looking up a cause
there and in no other way, so what is not in the table cannot happen. What a cause brings along (frames to send,
timers to set) is in lifecycle.py and machine.py.

`RECEIVABLE` says which frames mean something in which state. Other frames are reported and do nothing: the gateway
may learn new words before we do.
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
    """No socket and no session; waiting for the turn to start one."""
    CONNECTING = "connecting"
    """The socket is being opened."""
    AWAITING_HELLO = "awaiting HELLO"
    """The socket is open; the gateway speaks first."""
    GREETED = "greeted"
    """It is our turn and HELLO came, but IDENTIFY must not be sent yet: our last one, or op 9, is too recent."""
    IDENTIFYING = "identifying"
    """IDENTIFY was sent, READY is to come."""
    RESUMING = "resuming"
    """RESUME was sent, missed events and then RESUMED are to come."""
    LIVE = "live"
    """READY or RESUMED came: events flow and commands may be sent."""
    INVALIDATED = "invalidated"
    """Op 9 ended the session; after a random 1 to 5 s, and in our turn, IDENTIFY goes out on the same connection."""
    CLOSING = "closing"
    """We are closing the socket in order to connect again."""
    BACKOFF = "backoff"
    """No socket; waiting to connect again."""
    ENDING = "ending"
    """We are closing the socket because our caller asked for it."""
    STOPPED = "stopped"
    """Our caller closed. Connecting again is possible."""
    FAILED = "failed"
    """The gateway closed with a code after which connecting again cannot help, or it is not to be tried any more."""


class Cause(enum.Enum):
    """What changes the state."""

    CONNECT = "connect"
    """There is a session to resume, and our caller wants to connect, or the wait to connect again is over."""
    IDENTIFY_WANTED = "IDENTIFY wanted"
    """There is none, so we ask for our turn to start one."""
    IDENTIFY_GRANTED = "IDENTIFY granted"
    """It is our turn."""
    OPENED = "opened"
    """The socket is open."""
    IDENTIFY_HELD = "IDENTIFY held back"
    """IDENTIFY is due, and not allowed yet."""
    IDENTIFY_SENT = "IDENTIFY sent"
    """A new session was asked for."""
    RESUME_SENT = "RESUME sent"
    """The old session was asked for."""
    READY = "READY"
    """READY came: a new session runs."""
    RESUMED = "RESUMED"
    """RESUMED came: the old session runs on."""
    INVALIDATED = "session invalidated"
    """Op 9 came, and there is no session to resume any more."""
    ABANDON = "abandon"
    """We give this connection up: op 7, op 9 with true, a missed deadline or ACK, broken data."""
    GONE = "gone"
    """The socket is gone, or could not be opened."""
    FATAL = "fatal"
    """The gateway closed with a final code, our caller's policy wants no more attempts, or we get no turn."""
    CLOSE = "close"
    """Our caller closes."""


# How every state that has a socket, or is about to, can be left.
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

# Op 7 and op 9 may come even before HELLO (events/gateway-events#reconnect).
_GREETING = frozenset({Opcode.RECONNECT, Opcode.INVALID_SESSION})
_TALKING = _GREETING | {Opcode.DISPATCH, Opcode.HEARTBEAT, Opcode.HEARTBEAT_ACK}

RECEIVABLE: Mapping[State, frozenset[Opcode]] = {
    State.AWAITING_HELLO: _GREETING | {Opcode.HELLO},
    State.GREETED: _GREETING | {Opcode.HEARTBEAT},
    State.IDENTIFYING: _TALKING,
    State.RESUMING: _TALKING,
    State.LIVE: _TALKING,
    State.INVALIDATED: _TALKING,
    # Events that arrive before the socket is gone need not be replayed. All else is too late to matter.
    State.CLOSING: frozenset({Opcode.DISPATCH}),
    State.ENDING: frozenset({Opcode.DISPATCH}),
}

HEARTBEATING = frozenset({State.IDENTIFYING, State.RESUMING, State.LIVE, State.INVALIDATED})
"""Where heartbeats are sent: never before IDENTIFY or RESUME."""

READING = frozenset({State.AWAITING_HELLO, State.IDENTIFYING, State.RESUMING})
"""Where the gateway owes a message that only reading can bring."""

LEAVING = frozenset({State.CLOSING, State.ENDING})
"""Where a socket is there only to be closed."""

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
"""Where a permit to identify may be waited for or held; everywhere else it is given back."""

WITHOUT_SOCKET = frozenset({State.IDLE, State.QUEUED, State.BACKOFF, State.STOPPED, State.FAILED})
"""Where there is no socket, and none is being opened."""
