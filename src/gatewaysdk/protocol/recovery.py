"""What is remembered from one connection to the next, so that trying again gets somewhere, or ends."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import GatewayError
from .backoff import Failure, ReconnectPolicy
from .session import Session
from .states import State

__all__ = ["MOST_TOO_LARGE", "Recovery"]

MOST_TOO_LARGE = 3
"""Messages too large to take that may come without progress before connecting again is given up."""


class Recovery:
    """Counts attempts and failed resumes, and remembers whether the resume URL can be reached.

    Attributes:
        attempt: reconnects since the last healthy spell.
        failed_resumes: connections in a row that were to resume and did not.
        avoid_resume_url: whether to resume on the base URL instead.
        too_large: messages too large to take, in a row: without a healthy spell or another event in between.
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
        """Start with a clean record, as after our caller connects by hand."""
        self.attempt = 0
        self.failed_resumes = 0
        self.avoid_resume_url = False
        self.too_large = 0
        self._live_since: float | None = None
        self._too_large_at: Session | None = None

    def live_began(self, now: float) -> None:
        """READY or RESUMED came."""
        self.failed_resumes = 0
        self.avoid_resume_url = False
        self._live_since = now

    def live_ended(self, now: float) -> bool:
        """The session went, or its connection: a healthy spell wipes the record. Return whether it was one."""
        healthy = self._live_since is not None and now - self._live_since >= self._policy.healthy_after
        if healthy:
            self.attempt = 0
            self.too_large = 0
        self._live_since = None
        return healthy

    def met_too_large(self, session: Session | None, now: float) -> bool:
        """A message came that is too large to take, behind the last event of ``session``; return whether to give up.

        The gateway repeats it to whoever resumes, and most likely to whoever identifies, too.
        """
        self.live_ended(now)
        last, self._too_large_at = self._too_large_at, session
        if _goes_beyond(session, last):
            self.too_large = 0
        self.too_large += 1
        return self.too_large >= MOST_TOO_LARGE

    def connection_ended(self, state: State, resuming: bool, now: float) -> bool:
        """A connection ended in ``state``, ``resuming`` unless there was no session; return whether to drop that."""
        self.live_ended(now)
        if state in (State.CONNECTING, State.AWAITING_HELLO):
            # A resume URL can go dead while the session lives on: any other gateway can resume it too.
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
        """Return the seconds before the next attempt, and count it; None if there is to be none.

        ``at_once`` asks for none, which is granted only when the record is clean: a gateway that keeps saying
        "reconnect" must not be hammered.
        """
        delay = self._policy.delay(Failure(self.attempt, resuming, reason, error), random)
        if at_once and self.attempt == 0 and delay is not None:
            delay = 0.0
        self.attempt += 1
        return None if delay is None else max(0.0, delay)


def _goes_beyond(session: Session | None, last: Session | None) -> bool:
    """Whether events of the same session have come since."""
    if session is None or last is None or session.session_id != last.session_id:
        return False
    return session.sequence > last.sequence
