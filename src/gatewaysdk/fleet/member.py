"""One shard of a fleet under supervision: it runs, fails, waits, and runs again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

from ..errors import GatewayError
from ..protocol import HeartbeatAcknowledged, Session
from ..shard.managed import ManagedShard
from ..stats import Stats
from .health import ShardStatus, add_stats, shard_status
from .restart import RestartPolicy, ShardFailure, stops_all
from .steps import FleetStep, ShardFailed, ShardRestarted

__all__ = ["Member"]

_LATENCIES = 10
_TRIES_WITH_A_SESSION = 3
"""Failures in a row after which the session is given up: what ends the shard each time may be in what it replays."""


class Member:
    """A shard that is replaced by a new one when it ends with an error. Its session goes over to the new one.

    Args:
        shard_id, num_shards: which shard.
        make: returns a new shard that resumes the session, if there is one.
        forget_session: called when the stored session is to be given up.
        policy: when a shard that failed starts again.
        tell: called with each step, and the shard.

    Attributes:
        shard: the present one.
        restarts: how many times it was replaced.
        last_error: what ended the last one.
        ended: whether it runs no more and will not.
    """

    def __init__(
        self,
        shard_id: int,
        num_shards: int,
        make: Callable[[Member, Session | None], ManagedShard],
        forget_session: Callable[[int], Any],
        policy: RestartPolicy,
        tell: Callable[[FleetStep, ManagedShard], None],
    ) -> None:
        self.shard_id = shard_id
        self.num_shards = num_shards
        self._make = make
        self._forget_session = forget_session
        self._policy = policy
        self._tell = tell
        self._past = Stats()
        # No deque and no Event, which has one: each takes 760 bytes, also where it holds nothing.
        self._latencies: tuple[float, ...] = ()
        self._waiting: asyncio.Future[None] | None = None
        self._closing = False
        self.restarts = 0
        self.last_error: Exception | None = None
        self.ended = False
        self.shard = make(self, None)

    def observe(self, effect: Any) -> None:
        """Take a step of the shard's connection."""
        if isinstance(effect, HeartbeatAcknowledged):
            self._latencies = (*self._latencies[1 - _LATENCIES :], effect.latency)
        self._tell(effect, self.shard)

    async def run(self) -> None:
        """Run the shard until it is closed. Raises the error that has to stop the fleet."""
        clock = asyncio.get_running_loop().time
        attempt = 0
        try:
            while not self._closing:
                began = clock()
                try:
                    await self.shard.run()
                    return  # closed, by the manager or by a handler
                except Exception as error:
                    if clock() - began >= self._policy.healthy_after:
                        attempt = 0
                    delay = self._judge(error, attempt)
                    attempt += 1
                await self._pause(delay)
                if not self._closing:
                    await self._replace(attempt)
        finally:
            self.ended = True
            self.shard.retire()

    def _judge(self, error: Exception, attempt: int) -> float:
        """Return the seconds until the shard starts again, or raise the error."""
        self.last_error = error
        failure = ShardFailure(self.shard_id, attempt, error)
        delay = None if stops_all(error) else self._policy.delay(failure, random.random)
        log = self.shard.log
        if delay is None:
            log.error("ends the fleet: %s", error)
        elif not self._closing:
            # What is no error of the gateway's or of a setting's is a bug, and needs its traceback.
            log.error("starts again in %.1f s: %s", delay, error, exc_info=not isinstance(error, GatewayError))
        self._tell(ShardFailed(self.shard_id, error, delay), self.shard)
        if delay is None:
            raise error
        return delay

    async def _pause(self, seconds: float) -> None:
        if self._closing:
            return
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            await asyncio.wait([self._waiting], timeout=seconds)
        finally:
            self._waiting = None

    def _close(self) -> None:
        self._closing = True
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    async def _replace(self, attempt: int) -> None:
        old = self.shard
        session = old.session
        if attempt >= _TRIES_WITH_A_SESSION:
            session = None
            try:
                await self._forget_session(self.shard_id)
            except Exception:  # the store's, which must not end the other shards
                old.log.exception("the stored session could not be given up")
        old.retire()
        add_stats(self._past, old.stats)
        self.restarts += 1
        self.shard = self._make(self, session)
        self._tell(ShardRestarted(self.shard_id, self.restarts), self.shard)

    def stop(self, *, keep_session: bool) -> None:
        """Begin to close the shard, and start it no more."""
        self._close()
        self.shard.stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool, grace: float) -> None:
        """Close the shard, and start it no more."""
        self._close()
        await self.shard.close(keep_session=keep_session, grace=grace)

    # What is to be known

    @property
    def stats(self) -> Stats:
        """The counters of this shard and of those that it replaced."""
        total = Stats()
        if self.restarts:
            add_stats(total, self._past)
        add_stats(total, self.shard.stats)
        return total

    def status(self) -> ShardStatus:
        """Return the row of this shard in the health of the fleet."""
        latencies = self._latencies
        return shard_status(
            self.shard,
            self.stats,
            average_latency=sum(latencies) / len(latencies) if latencies else None,
            restarts=self.restarts,
            error="" if self.last_error is None else str(self.last_error),
        )
