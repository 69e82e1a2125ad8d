"""What is remembered from one connection to the next, so that retries change course, or end."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import GatewayError
from .backoff import Failure, ReconnectPolicy
from .session import Session
from .states import State

__all__ = ["MOST_TOO_LARGE", "Recovery"]

MOST_TOO_LARGE = 3
"""Messages that were too large, in a row and without progress, after which the shard gives up."""


class Recovery:
    """Counts attempts and failed resumes, and remembers whether the resume URL can be reached.

    Attributes:
        attempt: reconnects since a session was last healthy: live for the policy's ``healthy_after`` seconds.
        failed_resumes: connections in a row that should have resumed the session and did not.
        avoid_resume_url: whether to resume on the base URL, as the session's own did not lead to a HELLO.
        too_large: messages that were too large, in a row, with no healthy session and no other event in between.
    """

    __slots__ = (
        "_live_since",
        "_policy",
        "_too_large_at",
        "attempt",
        "avoid_resume_url",
        "failed_resumes",
        "too_large",
    )

    def __init__(self, policy: ReconnectPolicy) -> None:
        self._policy = policy
        self.reset()

    def reset(self) -> None:
        """Forget all that was remembered: the caller has connected by hand."""
        self.attempt = 0
        self.failed_resumes = 0
        self.avoid_resume_url = False
        self.too_large = 0
        self._live_since: float | None = None
        self._too_large_at: Session | None = None

    def live_began(self, now: float) -> None:
        """Note that READY or RESUMED came."""
        self.failed_resumes = 0
        self.avoid_resume_url = False
        self._live_since = now

    def live_ended(self, now: float) -> bool:
        """Note that the session or its connection ended. Return whether it was healthy; if so, counts start from 0."""
        healthy = self._live_since is not None and now - self._live_since >= self._policy.healthy_after
        if healthy:
            self.attempt = 0
            self.too_large = 0
        self._live_since = None
        return healthy

    def met_too_large(self, session: Session | None, now: float) -> bool:
        """Note that a message too large came after the last event of ``session``; return whether to give up.

        The gateway sends it again when we resume, and most likely when we identify, too.
        """
        self.live_ended(now)
        last, self._too_large_at = self._too_large_at, session
        if _goes_beyond(session, last):
            self.too_large = 0
        self.too_large += 1
        return self.too_large >= MOST_TOO_LARGE

    def connection_ended(self, state: State, resuming: bool, now: float) -> bool:
        """Note that a connection ended in ``state``, ``resuming`` if it had a session; return whether to drop that."""
        self.live_ended(now)
        if state in (State.CONNECTING, State.AWAITING_HELLO):
            # The gateway behind a resume URL can be dead while the session lives: the base URL leads to another.
            self.avoid_resume_url = True
        if resuming and state in (State.AWAITING_HELLO, State.RESUMING):
            # A socket that could not be opened says nothing about the session, so CONNECTING does not count.
            self.failed_resumes += 1
        return self.failed_resumes >= self._policy.max_failed_resumes

    def next_delay(
        self,
        random: Callable[[], float],
        *,
        resuming: bool,
        reason: str,
        error: GatewayError | None = None,
        at_once: bool = False,
    ) -> float | None:
        """Return the seconds to wait before the next attempt, None to give up; count the attempt.

        ``at_once`` asks for 0 seconds. It gets them for the first attempt only, as a gateway that keeps saying
        "reconnect" must not be hammered.
        """
        delay = self._policy.delay(Failure(self.attempt, resuming, reason, error), random)
        if at_once and self.attempt == 0 and delay is not None:
            delay = 0.0
        self.attempt += 1
        return None if delay is None else max(0.0, delay)


def _goes_beyond(session: Session | None, last: Session | None) -> bool:
    """Whether ``session`` is the same as ``last`` with further events."""
    if session is None or last is None or session.session_id != last.session_id:
        return False
    return session.sequence > last.sequence
