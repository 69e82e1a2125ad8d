"""How many sessions may still be started today (events/gateway#session-start-limit-object)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from ..errors import ConfigurationError, SessionStartsExhausted
from .forecast import StartForecast

__all__ = ["DAY", "SessionStartLimit", "SessionStarts", "check_starts", "take_start", "when_unlocked"]

DAY = 86_400.0
"""Seconds for which a number of session starts is given."""

_SOON = 0.005
"""Seconds after which a locked file is tried again; others have it for about as long."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class SessionStartLimit:
    """The limit in the answer to ``GET /gateway/bot``. The defaults are the least that every bot has.

    Attributes:
        total: sessions that the bot may start in a day.
        remaining: how many of them are left.
        reset_after: seconds until ``total`` may be started again. Discord sends milliseconds.
        max_concurrency: sessions that may be started within 5 seconds.
    """

    total: int = 1000
    remaining: int = 1000
    reset_after: float = DAY
    max_concurrency: int = 1


class SessionStarts:
    """Counts session starts, and refuses the last few: Discord resets the token of a bot that uses up all.

    All shards of a bot share one limit, so their identify queue has one of these.

    Args:
        limit: the limit as it is before the first start.
        reserve: starts that are kept back, for a person who has to find out why so many were needed.

    Attributes:
        limit: what Discord said last.
        remaining: starts that are left, the reserve among them.
        reserve: as given.

    Raises:
        ConfigurationError: a negative reserve.
    """

    def __init__(self, limit: SessionStartLimit | None = None, *, reserve: int = 10) -> None:
        if reserve < 0:
            raise ConfigurationError(f"reserve is {reserve}, it must be at least 0")
        self.reserve = reserve
        self.limit = SessionStartLimit() if limit is None else limit
        self.remaining = self.limit.remaining
        self._reset_at: float | None = None

    def refresh(self) -> None:
        """See what others have counted. Nobody else counts here; an `IdentifyBudget` looks at its file."""

    def renew(self, limit: SessionStartLimit) -> None:
        """Go on from what a fresh ``GET /gateway/bot`` says, instead of what was counted. Call it at once."""
        self.limit = limit
        self.remaining = limit.remaining
        self._reset_at = None

    def forecast(self, starts: int, now: float) -> StartForecast:
        """Return what it would cost to start so many sessions at ``now`` (monotonic seconds); nothing is counted."""
        remaining, reset_after = self._at(now)
        return StartForecast(starts, self.limit.total, remaining, self.reserve, reset_after)

    def known(self, starts: int, now: float) -> StartForecast:
        """Return what `forecast` would, as far as it is known without waiting for other processes."""
        return self.forecast(starts, now)

    def take(self, now: float) -> SessionStartsExhausted | None:
        """Count a start at ``now`` (monotonic seconds), or return why it must not be."""
        self.remaining, reset_after = self._at(now)
        if self._reset_at is None or now >= self._reset_at:
            self._reset_at = now + reset_after
        if self.remaining <= self.reserve:
            return SessionStartsExhausted(self.remaining, reset_after)
        self.remaining -= 1
        return None

    def give_back(self) -> None:
        """Take back the count of a start for which no IDENTIFY went out."""
        self.remaining = min(self.remaining + 1, self.limit.total)

    def _at(self, now: float) -> tuple[int, float]:
        if self._reset_at is None:
            return self.remaining, self.limit.reset_after
        if now >= self._reset_at:
            return self.limit.total, DAY
        return self.remaining, self._reset_at - now


def check_starts(given: object) -> SessionStarts:
    """Return what a queue was given to count by. Raises `ConfigurationError` for something else."""
    if not isinstance(given, SessionStarts):
        raise ConfigurationError(f"session_starts is of type {type(given).__name__}; it takes SessionStarts(...)")
    return given


async def take_start(
    starts: SessionStarts, clock: Callable[[], float], sleep: Callable[[float], Awaitable[object]]
) -> None:
    """Count a start. Raises `SessionStartsExhausted` when it must not be."""
    exhausted = await when_unlocked(lambda: starts.take(clock()), sleep)
    if exhausted is not None:
        raise exhausted


async def when_unlocked(call: Callable[[], T], sleep: Callable[[float], Awaitable[object]]) -> T:
    """Return what a call returns, which raises `BlockingIOError` while another process has the lock of a file."""
    while True:
        try:
            return call()
        except BlockingIOError:
            await sleep(_SOON)
