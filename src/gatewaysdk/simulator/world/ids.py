"""Snowflakes for what comes into being, in the order in which it does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Ids", "timestamp"]

_DISCORD_EPOCH_MS = 1_420_070_400_000


def timestamp(seconds: float) -> str:
    """Return a Unix time as Discord writes it (reference#iso8601-datetime)."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds")


class Ids:
    """Gives each id once; ``now`` returns the Unix time, as clients read the age of an interaction from its id."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._last = 0

    def new(self) -> int:
        """Return an id of this moment, higher than all before it."""
        moment = int(self._now() * 1000) - _DISCORD_EPOCH_MS << 22
        self._last = max(self._last + 1, moment)
        return self._last
