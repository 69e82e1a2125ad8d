"""The session: what a new connection needs to go on where the last one ended (events/gateway#resuming)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from ..errors import ConfigurationError, plain_url
from .url import is_gateway_url

__all__ = ["Session", "SessionTracker", "check_session", "is_session_id"]

_LONGEST_ID = 256  # Discord's have 32 characters


@dataclass(frozen=True, slots=True)
class Session:
    """Everything that RESUME needs except the token: a plain value, to be saved and loaded.

    Attributes:
        session_id: as READY gave it.
        resume_gateway_url: where to resume, as READY gave it, without a query.
        sequence: ``s`` of the last event received; the events after it are replayed.
        shard: (shard_id, num_shards) of its IDENTIFY, or None.
        seen_at: when READY, RESUMED or a heartbeat's ACK last came, in seconds since 1970; None if not recorded. Not
            compared: sessions that differ only in this are equal.
        user_id: the bot's own id, from READY; None if not recorded. Not compared either.
    """

    session_id: str
    resume_gateway_url: str
    sequence: int
    shard: tuple[int, int] | None = None
    seen_at: float | None = field(default=None, compare=False)
    user_id: int | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        # JSON has no tuples, and sessions are often kept as JSON.
        shard: object = self.shard
        if isinstance(shard, list):
            object.__setattr__(self, "shard", tuple(shard))


def is_session_id(value: object) -> bool:
    """Whether a value from READY or from a store can be the id of a session."""
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_ID and value.isprintable()


def _is_shard(value: object) -> bool:
    """Whether a value is (shard_id, num_shards)."""
    if not isinstance(value, tuple) or len(value) != 2 or not all(type(one) is int for one in value):
        return False
    return bool(0 <= value[0] < value[1])


def check_session(session: object) -> None:
    """Raise ``ConfigurationError`` unless ``session`` can be resumed. Sessions come from files and databases.

    `Session` does not check itself: one is made for each event that is saved, and those are sound.
    """
    if not isinstance(session, Session):
        kind = type(session).__name__
        raise ConfigurationError(f"the session is of type {kind}; a store gives a Session as it was saved, or None")
    url = session.resume_gateway_url
    for name, fits, rule in (
        ("session_id", is_session_id(session.session_id), f"1 to {_LONGEST_ID} printable characters"),
        ("resume_gateway_url", is_gateway_url(url, secure=False), "a URL as wss://gateway.discord.gg"),
        ("sequence", _is_int(session.sequence, 2**63), "an integer from 0 to 2**63 - 1"),
        ("shard", session.shard is None or _is_shard(session.shard), "(shard_id, num_shards), or None"),
        ("seen_at", session.seen_at is None or _is_time(session.seen_at), "seconds since 1970, or None"),
        ("user_id", session.user_id is None or _is_int(session.user_id, 2**64), "a bot's id as an integer, or None"),
    ):
        if not fits:
            shown = _shown(getattr(session, name))
            raise ConfigurationError(
                f"the session's {name} is {shown}; it takes {rule}: start a new session without it"
            )


def _is_int(value: object, bound: int) -> bool:
    return type(value) is int and 0 <= value < bound


def _is_time(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value < math.inf  # type: ignore[operator]


def _shown(value: object) -> str:
    try:
        return repr(plain_url(value) if isinstance(value, str) else value)[:100]
    except (ValueError, RecursionError):  # an integer of too many digits; a list that contains itself
        return "too large to be shown"


class SessionTracker:
    """Follows the session as frames come in.

    Raises ``ConfigurationError`` for a session that this shard cannot resume.
    """

    __slots__ = ("_id", "_resume_gateway_url", "_shard", "sequence", "user_id")

    def __init__(self, shard: tuple[int, int] | None, session: Session | None = None) -> None:
        if session is not None:
            check_session(session)
            if session.shard != shard:
                raise ConfigurationError(f"the session is of shard {session.shard}, not {shard}; identify afresh")
        self._shard = shard
        self._id: str | None = None if session is None else session.session_id
        self._resume_gateway_url = "" if session is None else session.resume_gateway_url
        self.sequence: int | None = None if session is None else session.sequence
        """The last sequence number received, which heartbeats and RESUME repeat; None before the first."""
        self.user_id = None if session is None else session.user_id

    @property
    def current(self) -> Session | None:
        """The session as it could be resumed now, or None."""
        if self._id is None or self.sequence is None:
            return None
        return Session(self._id, self._resume_gateway_url, self.sequence, self._shard, user_id=self.user_id)

    @property
    def resume_gateway_url(self) -> str | None:
        """Where to resume, or None when there is nothing to resume."""
        return None if self._id is None or self.sequence is None else self._resume_gateway_url

    def start(self, session_id: str | None, resume_gateway_url: str, user_id: int | None = None) -> None:
        """Begin a session, with no event received yet. Without an id it works but cannot be resumed."""
        # Without an id the old one stays: the token is the same, and with it the bot.
        self.user_id = self.user_id if user_id is None else user_id
        self._id = session_id
        self._resume_gateway_url = resume_gateway_url
        self.sequence = None

    def drop(self) -> bool:
        """Forget the session; return whether there was one to resume."""
        had_one = self.resume_gateway_url is not None
        self.start(None, "")
        return had_one

    def advance(self, s: Any) -> str | None:
        """Store the sequence number of an event. Return what is wrong if it is unusable or goes back, else None."""
        last = self.sequence
        # By exact type, as True is an int too; bounded, as ETF can bring integers of any size.
        if type(s) is not int or not 0 <= s < 2**63:
            return "an event without a usable sequence number"
        if last is not None and s <= last:
            return f"an event with sequence number {s} after {last}"
        self.sequence = s
        return None
