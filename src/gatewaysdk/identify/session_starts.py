"""How many sessions may still be started today (events/gateway#session-start-limit-object)."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConfigurationError, SessionStartsExhausted

__all__ = ["SessionStartLimit", "SessionStarts"]

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class SessionStartLimit:
    """What ``GET /gateway/bot`` says of a bot; without it, the least that every bot has.

    Attributes:
        total: sessions that may be started in a day.
        remaining: how many of them are left.
        reset_after: seconds until all are there again. Discord sends milliseconds.
        max_concurrency: sessions that may be started within 5 seconds.
    """

    total: int = 1000
    remaining: int = 1000
    reset_after: float = _DAY
    max_concurrency: int = 1


class SessionStarts:
    """Counts sessions as they are started, and stops early: Discord resets the token of a bot that uses up all.

    All shards of a bot have one limit, which their identify queue counts by.

    Args:
        limit: as known at the first start.
        reserve: starts that are not used, for whoever has to find out what is wrong.

    Raises:
        ConfigurationError: a negative reserve.
    """

    def __init__(self, limit: SessionStartLimit | None = None, *, reserve: int = 10) -> None:
        if reserve < 0:
            raise ConfigurationError(f"reserve is {reserve}, it must be at least 0")
        self.limit = SessionStartLimit() if limit is None else limit
        self.remaining = self.limit.remaining
        self._reserve = reserve
        self._reset_at: float | None = None

    def take(self, now: float) -> SessionStartsExhausted | None:
        """Count a start at ``now`` (monotonic seconds), or return why it must not be."""
        if self._reset_at is None:
            self._reset_at = now + self.limit.reset_after
        elif now >= self._reset_at:
            self.remaining = self.limit.total
            self._reset_at = now + _DAY
        if self.remaining <= self._reserve:
            return SessionStartsExhausted(self.remaining, self._reset_at - now)
        self.remaining -= 1
        return None

    def give_back(self) -> None:
        """Uncount a start that was taken: no IDENTIFY went out."""
        self.remaining = min(self.remaining + 1, self.limit.total)
