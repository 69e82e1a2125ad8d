"""Effects: what the protocol asks its caller to do, or tells it. Carry them out one by one, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ..errors import GatewayError
from ..frame import Frame
from .session import Session

__all__ = [
    "Close",
    "Connect",
    "Disconnected",
    "Dispatch",
    "Effect",
    "Failed",
    "HeartbeatAcknowledged",
    "IdentifyWanted",
    "Send",
    "SessionInvalidated",
    "SessionResumed",
    "SessionStarted",
    "Stopped",
    "Unexpected",
    "Waiting",
]


@dataclass(frozen=True, slots=True)
class IdentifyWanted:
    """Find out whether ``shard_id`` may start a session, then call ``identify_granted`` or ``identify_refused``.

    All shards of a bot share the limit on IDENTIFY (events/gateway#rate-limiting). Keep asking, or keep the permit,
    while ``identify_pending`` is True; once it is False, stop asking, or give the permit back. Each of these effects
    asks for a new permit, whether or not the last one was used. ``shard_id`` is 0 for a bot that is not sharded.
    """

    shard_id: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a socket to ``url``, then call ``connected`` or ``connect_failed``.

    ``resuming`` says that RESUME will be sent on it rather than IDENTIFY.
    """

    url: str
    resuming: bool


@dataclass(frozen=True, slots=True)
class Send:
    """Encode and write one frame.

    The ``token`` in the data of IDENTIFY and RESUME is a `Token`. The codecs of this package encode it; with another
    encoder, call its ``reveal``.

    ``tickets`` are the tickets of the commands that this frame carries out. A presence has those of the presences it
    replaced, too; IDENTIFY has those of a presence that waited; other frames of the protocol itself have none. With
    ``confirm``, a heartbeat follows at once: its ACK proves that the gateway has read the command.
    """

    op: int
    d: Any = field(repr=False)
    tickets: tuple[object, ...] = ()
    confirm: bool = False


@dataclass(frozen=True, slots=True)
class Close:
    """Close the socket with ``code``, or stop opening it; call ``connection_closed`` once it is gone."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class Dispatch:
    """An event came, READY and RESUMED included. Its sequence number is already stored."""

    frame: Frame


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """READY came: the shard is live. ``session`` is None when READY lacked what resuming needs."""

    session: Session | None


@dataclass(frozen=True, slots=True)
class SessionResumed:
    """RESUMED came, after the ``replayed`` events that were missed."""

    session: Session
    replayed: int


@dataclass(frozen=True, slots=True)
class SessionInvalidated:
    """The session will be resumed on a new connection if ``resumable``; else it is lost."""

    resumable: bool


@dataclass(frozen=True, slots=True)
class HeartbeatAcknowledged:
    """A heartbeat was acknowledged after ``latency`` seconds.

    ``tickets`` are those of the commands written before that heartbeat: the gateway has read these commands.
    """

    latency: float
    tickets: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection, or the attempt at one, is gone. ``error`` is None after op 7, op 9 or ``reconnect``."""

    reason: str
    error: GatewayError | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new connection follows after ``seconds``; ``attempt`` counts from 1 after a healthy session."""

    seconds: float
    resuming: bool
    attempt: int
    reason: str
    error: GatewayError | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The close that the caller asked for is complete."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The machine has stopped for good: connecting again cannot help. ``error`` says what can."""

    error: GatewayError


@dataclass(frozen=True, slots=True)
class Unexpected:
    """The gateway sent something that the protocol does not expect now; the connection goes on. Count it.

    With ``serious``, log a warning: READY named a URL that would have led the token to another host.
    """

    frame: Frame
    problem: str
    serious: bool = False


Effect: TypeAlias = (
    IdentifyWanted
    | Connect
    | Send
    | Close
    | Dispatch
    | SessionStarted
    | SessionResumed
    | SessionInvalidated
    | HeartbeatAcknowledged
    | Disconnected
    | Waiting
    | Stopped
    | Failed
    | Unexpected
)
"""Any of the effects: match on the class."""
