"""The identify queue of one process."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable

from ..errors import ConfigurationError
from .arrival import Arrivals
from .forecast import StartForecast
from .queue import IdentifyPermit
from .session_starts import SessionStartLimit, SessionStarts, check_starts, take_start

__all__ = ["IDENTIFY_INTERVAL", "LocalIdentifyQueue", "above_zero"]

IDENTIFY_INTERVAL = 5.0
"""Seconds between two IDENTIFYs of one bucket (events/gateway#rate-limiting)."""


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


class LocalIdentifyQueue:
    """Lets the shards of one process start sessions within Discord's limits. Pass the same queue to all of them.

    Shards with the same ``shard_id % max_concurrency`` form one bucket (events/gateway#sharding-max-concurrency). They
    identify in the order in which they ask, one at a time: the next when the last has READY, and 5 s after the last
    IDENTIFY has arrived, as far as that is known. Buckets do not wait for each other.

    Args:
        max_concurrency: how many buckets there are, as ``GET /gateway/bot`` says; None takes the number that
            ``session_starts`` was told.
        session_starts: how many sessions may still be started today; by default the 1000 that every bot has. An
            `IdentifyBudget` outlives the process.
        clock: monotonic seconds; by default those of the event loop.
        sleep: waits for so many seconds.

    Raises:
        ConfigurationError: ``max_concurrency`` is not an integer above 0, or ``session_starts`` no `SessionStarts`.
    """

    def __init__(
        self,
        max_concurrency: int | None = None,
        session_starts: SessionStarts | None = None,
        *,
        clock: Callable[[], float] = _loop_time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.session_starts = check_starts(SessionStarts() if session_starts is None else session_starts)
        self.max_concurrency = above_zero(
            self.session_starts.limit.max_concurrency if max_concurrency is None else max_concurrency
        )
        self._clock = clock
        self._sleep = sleep
        self._buckets: dict[int, _Bucket] = {}
        self._arrivals = Arrivals()

    def forecast(self, starts: int) -> StartForecast:
        """Return what it would cost to start so many sessions now, such as before a fleet starts its shards."""
        return self.session_starts.forecast(starts, self._clock())

    def known(self, starts: int) -> StartForecast:
        """Return what `forecast` would, as far as it is known without waiting for other processes."""
        return self.session_starts.known(starts, self._clock())

    def renew(self, limit: SessionStartLimit) -> None:
        """Go on from a fresh ``GET /gateway/bot``, right after its answer.

        The buckets remain as they are: a new ``max_concurrency`` takes a new queue.
        """
        self.session_starts.renew(limit)

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        """Return a permit when ``shard_id`` may identify. The caller must release it.

        Raises:
            SessionStartsExhausted: only the reserve of the day's session starts is left.
        """
        bucket = self._buckets.setdefault(shard_id % self.max_concurrency, _Bucket())
        await bucket.lock.acquire()  # first come, first served
        try:
            # A loop, as a sleep may end a moment early.
            while (seconds := bucket.free_at - self._clock()) > 0:
                await self._sleep(seconds)
            await take_start(self.session_starts, self._clock, self._sleep)
        except BaseException:
            bucket.lock.release()
            raise
        return _LocalPermit(bucket, self.session_starts, self._arrivals, self._clock)


def above_zero(given: object) -> int:
    """Return a ``max_concurrency``. Raises `ConfigurationError` for what is none."""
    if type(given) is not int or given < 1:
        raise ConfigurationError(f"max_concurrency is {given!r}; it must be an integer above 0")
    return given


class _Bucket:
    """Shards that identify one after another.

    Attributes:
        lock: held as long as a permit.
        free_at: when the next IDENTIFY may go out.
    """

    __slots__ = ("free_at", "lock")

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.free_at = -math.inf


class _LocalPermit:
    __slots__ = ("_arrivals", "_bucket", "_clock", "_released", "_sent_at", "_starts")

    def __init__(self, bucket: _Bucket, starts: SessionStarts, arrivals: Arrivals, clock: Callable[[], float]) -> None:
        self._bucket = bucket
        self._starts = starts
        self._arrivals = arrivals
        self._clock = clock
        self._sent_at: float | None = None
        self._released = False

    def used(self) -> None:
        self._sent_at = self._clock()

    def release(self) -> None:
        if self._released:
            return  # a second call would release the lock that another shard's permit now holds
        self._released = True
        if self._sent_at is None:
            self._starts.give_back()
        else:
            self._bucket.free_at = self._arrivals.arrived_by(self._sent_at, self._clock()) + IDENTIFY_INTERVAL
        self._bucket.lock.release()
