"""How long to wait before connecting again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from ..errors import ConfigurationError, GatewayError

__all__ = ["Backoff", "Failure", "ReconnectPolicy"]


@dataclass(frozen=True, slots=True)
class Failure:
    """A connection, or an attempt at one, has ended.

    Attributes:
        attempt: reconnects so far since a session was last healthy; 0 for the first failure.
        resuming: whether the next connection will resume a session.
        reason: what happened, in words.
        error: what happened; None when the gateway asked for a new connection (op 7, op 9), or the caller did.
    """

    attempt: int
    resuming: bool
    reason: str
    error: GatewayError | None


class ReconnectPolicy(Protocol):
    """Decides when to connect again, and when to stop resuming."""

    @property
    def healthy_after(self) -> float:
        """Seconds a session must be live to count as healthy; attempts then count from 0 again."""
        ...

    @property
    def max_failed_resumes(self) -> int:
        """Resumes that may fail in a row before the session is dropped and a new one identified."""
        ...

    def delay(self, failure: Failure, random: Callable[[], float]) -> float | None:
        """Return the seconds to wait before the next attempt, None to give up. ``random()`` is at least 0, below 1."""
        ...


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits a random time between 0 and a ceiling that doubles with each attempt ("full jitter").

    Clients that lost their connection together come back spread out; a fixed delay with some jitter on top would
    keep them closer together.

    Attributes:
        base: ceiling of the first delay, seconds.
        cap: ceiling of any delay, seconds.
        healthy_after: seconds a session must be live before attempts count from 0 again.
        max_failed_resumes: failed resumes in a row before a new session is identified.
        max_attempts: attempts in a row after which the shard gives up; None: it never does.
    """

    base: float = 1.0
    cap: float = 60.0
    healthy_after: float = 60.0
    max_failed_resumes: int = 3
    max_attempts: int | None = None

    def __post_init__(self) -> None:
        if not 0 < self.base <= self.cap < float("inf"):
            raise ConfigurationError(f"Backoff takes 0 < base <= cap, not base={self.base} and cap={self.cap}")
        if not self.healthy_after >= 0 or self.max_failed_resumes < 1:
            raise ConfigurationError("Backoff takes healthy_after >= 0 and max_failed_resumes >= 1")
        if self.max_attempts is not None and self.max_attempts < 0:
            raise ConfigurationError(f"Backoff.max_attempts is {self.max_attempts}; it takes 0 or more, or None")

    def delay(self, failure: Failure, random: Callable[[], float]) -> float | None:
        """Return the seconds to wait before the next attempt, None after the last one that is allowed."""
        if self.max_attempts is not None and failure.attempt >= self.max_attempts:
            return None
        # The exponent is bounded, as 2.0 ** 1024 raises OverflowError.
        ceiling = min(self.cap, self.base * 2.0 ** min(failure.attempt, 64))
        return ceiling * random()
