"""What the failure of one shard means: start it again, wait, or stop the whole fleet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..errors import ConfigurationError, FatalCloseError, SessionStartsExhausted

__all__ = ["RestartBackoff", "RestartPolicy", "ShardFailure", "stops_all"]


@dataclass(frozen=True, slots=True)
class ShardFailure:
    """A shard has ended with an error.

    Attributes:
        shard_id: which shard.
        attempt: how many times it has failed in a row before; 0 for the first time.
        error: what ended it.
    """

    shard_id: int
    attempt: int
    error: Exception


class RestartPolicy(Protocol):
    """When a shard that failed is started again."""

    @property
    def healthy_after(self) -> float:
        """Seconds that a shard must have run for its failures to count from 0 again."""
        ...

    def delay(self, failure: ShardFailure, random: Callable[[], float]) -> float | None:
        """Return the seconds until the next start, None to stop the fleet; ``random`` gives [0, 1)."""
        ...


@dataclass(frozen=True, slots=True)
class RestartBackoff:
    """Full jitter: anything from 0 to a ceiling that doubles with each failure. It never gives up by default.

    Attributes:
        base: ceiling of the first delay, seconds.
        cap: ceiling of any delay, seconds.
        healthy_after: seconds that a shard must have run for its failures to count from 0 again.
        max_failures: failures of one shard in a row that stop the fleet; None for no such number.
    """

    base: float = 1.0
    cap: float = 300.0
    healthy_after: float = 300.0
    max_failures: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.base <= self.cap < float("inf"):
            raise ConfigurationError(f"RestartBackoff takes 0 < base <= cap, not base={self.base} and cap={self.cap}")
        if not self.healthy_after >= 0:
            raise ConfigurationError(f"RestartBackoff.healthy_after is {self.healthy_after}; it takes 0 or more")
        if self.max_failures is not None and self.max_failures < 1:
            raise ConfigurationError(f"RestartBackoff.max_failures is {self.max_failures}; it takes 1 or more, or None")

    def delay(self, failure: ShardFailure, random: Callable[[], float]) -> float | None:
        """Return the seconds until the next start, None when the fleet should stop."""
        if isinstance(failure.error, SessionStartsExhausted):
            return failure.error.reset_after  # no failure of the shard's, and nothing helps before that
        if self.max_failures is not None and failure.attempt + 1 >= self.max_failures:
            return None
        return min(self.cap, self.base * 2.0 ** min(failure.attempt, 64)) * random()


def stops_all(error: Exception) -> bool:
    """Whether no shard can go on: the gateway refuses what all of them send, or a setting of all cannot work.

    4004 is the token, 4010 to 4012 the sharding and the API's version, 4013 and 4014 the intents
    (topics/opcodes-and-status-codes#gateway-gateway-close-event-codes). The error names what to change.
    """
    return isinstance(error, FatalCloseError | ConfigurationError)
