"""What a start costs of the sessions that a bot may start in a day, in figures and in a sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..errors import SessionStartsExhausted

__all__ = ["StartForecast"]

_FAR = 3e9  # seconds, near a century: what is later is no date that a clock shows


@dataclass(frozen=True, slots=True)
class StartForecast:
    """What the next starts cost. As a text: "this start costs 64 of 1,000; 12 are left until 18:00".

    Attributes:
        starts: sessions that are to be started.
        total: sessions that may be started in a day.
        remaining: how many of them are left before.
        reserve: how many of them are never used.
        reset_after: seconds until all are there again.
    """

    starts: int
    total: int
    remaining: int
    reserve: int
    reset_after: float

    @property
    def left(self) -> int:
        """Return how many are left after the start, the reserve among them; less than 0 if there are not enough."""
        return self.remaining - self.starts

    def check(self) -> None:
        """Raise `SessionStartsExhausted` unless all of them may be started; it says after how many seconds they may."""
        if self.left < self.reserve:
            raise SessionStartsExhausted(self.remaining, self.reset_after, self.starts)

    def __str__(self) -> str:
        now = datetime.now().astimezone()
        until = now + timedelta(seconds=min(self.reset_after, _FAR))
        when = f"{until:%H:%M}" if until.date() == now.date() else f"{until:%Y-%m-%d %H:%M}"
        cost = f"this start costs {self.starts:,} of {self.total:,}"
        if self.left >= self.reserve:
            return f"{cost}; {self.left:,} are left until {when}"
        return f"{cost}, but only {self.remaining:,} are left until {when}, {self.reserve:,} of them in reserve"
