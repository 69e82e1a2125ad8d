"""The protocol of the queue that a shard asks before it starts a session."""

from __future__ import annotations

from typing import Protocol

__all__ = ["IdentifyPermit", "IdentifyQueue"]


class IdentifyPermit(Protocol):
    """The right to send IDENTIFY once.

    The shard calls `used` at most once, and `release` exactly once: when READY comes, when the connection or the
    session is lost before READY, or when the shard closes. Neither may block, and neither should raise.
    """

    def used(self) -> None:
        """Note that IDENTIFY goes out now: it counts for the day, and the bucket waits 5 s before the next."""

    def release(self) -> None:
        """Give the permit back, so that the next shard may identify. A permit that was not used does not count."""


class IdentifyQueue(Protocol):
    """Gives shards permits to start sessions, one by one (events/gateway#rate-limiting). A resume needs none.

    All shards of a bot share one queue, or queues that coordinate, such as over a broker.
    """

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        """Return a permit when ``shard_id`` may identify. That may take hours; the shard has no socket meanwhile.

        A cancelled call must not keep a permit: the shard no longer wants it, and may ask again later.

        Raises:
            GatewayError: the shard must not identify at all. It ends with this error.
        """
        ...
