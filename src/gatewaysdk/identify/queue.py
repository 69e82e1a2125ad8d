"""What a shard asks before it starts a session."""

from __future__ import annotations

from typing import Protocol

__all__ = ["IdentifyPermit", "IdentifyQueue"]


class IdentifyPermit(Protocol):
    """The right to send IDENTIFY once.

    The shard calls `used` at most once, and `release` exactly once: when READY comes, when the connection or the
    session is lost before that, or when the shard closes. Neither may block, and neither should raise.
    """

    def used(self) -> None:
        """IDENTIFY goes out now: it counts for the day, and the next one of the bucket comes 5 s later."""

    def release(self) -> None:
        """The shard is live, or has failed: the next one may have its turn. Unused, the permit costs nothing."""


class IdentifyQueue(Protocol):
    """Gives shards the permit to start a session, one by one (events/gateway#rate-limiting). Resumes need none.

    All shards of a bot share one, or ones that agree with each other, such as over a broker.
    """

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        """Return when ``shard_id`` may identify, which may take hours: the shard costs no socket meanwhile.

        A call that is cancelled must leave nothing taken: the shard no longer wants it, and may ask again.

        Raises:
            GatewayError: the shard must not identify at all, and ends with this error.
        """
        ...
