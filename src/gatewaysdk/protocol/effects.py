"""What the protocol asks of its shell, or tells it. Carried out in order, one by one."""

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

    All shards of a bot share the right to identify (events/gateway#rate-limiting). The permit that was asked for lasts
    while ``identify_pending``; once that is False, drop the question, or give the permit back. This effect
    asks for another one, whatever became of the last. ``shard_id`` is 0 for a bot that is not sharded.
    """

    shard_id: int


@dataclass(frozen=True, slots=True)
class Connect:
    """Open a socket to ``url``, then call ``connected`` or ``connect_failed``.

    ``resuming`` says that the session will be resumed on it, so that no IDENTIFY is to be expected.
    """

    url: str
    resuming: bool


@dataclass(frozen=True, slots=True)
class Send:
    """Encode and write one frame.

    The ``token`` in the data of IDENTIFY and RESUME is a `Token`, which the codecs of this package know; another
    encoder has to ``reveal`` it.

    ``tickets`` are those that came with the commands that it carries out: none for frames of the protocol itself,
    several when the latest presence stands for earlier ones. ``confirm`` says that a heartbeat follows at once, whose
    answer proves that it arrived.
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
    """READY came. ``session`` is None when READY lacked what resuming needs: live all the same."""

    session: Session | None


@dataclass(frozen=True, slots=True)
class SessionResumed:
    """RESUMED came, after ``replayed`` events that were missed in between."""

    session: Session
    replayed: int


@dataclass(frozen=True, slots=True)
class SessionInvalidated:
    """The session is in doubt: it will be resumed on a new connection (``resumable``) or is lost."""

    resumable: bool


@dataclass(frozen=True, slots=True)
class HeartbeatAcknowledged:
    """A heartbeat was answered after ``latency`` seconds.

    ``tickets`` are those of commands written before that heartbeat: the gateway has read them.
    """

    latency: float
    tickets: tuple[object, ...] = ()


@dataclass(frozen=True, slots=True)
class Disconnected:
    """The connection, or the attempt at one, is gone. ``error`` is None when the gateway asked for it (op 7, op 9)."""

    reason: str
    error: GatewayError | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A new connection follows after ``seconds``; ``attempt`` is 1 for the first since all was well."""

    seconds: float
    resuming: bool
    attempt: int
    reason: str
    error: GatewayError | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """The close that our caller asked for is complete."""


@dataclass(frozen=True, slots=True)
class Failed:
    """Connecting again cannot help; ``error`` says what can."""

    error: GatewayError


@dataclass(frozen=True, slots=True)
class Unexpected:
    """The gateway sent what the protocol does not foresee, and it was survived. Worth a counter.

    ``serious`` says that it is worth a warning, as it would lead the token elsewhere.
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
