"""The identify queue of all hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from ..errors import BrokerUnavailable, LeaseLost
from ..identify import IdentifyPermit
from ..identify.arrival import Arrivals
from ..tasks.label import UNSHARDED
from ..tasks.worker import start_task
from .names import check_name
from .protocols import Lease, Leases
from .starts import ClusterStarts

__all__ = ["ClusterIdentifyQueue"]

T = TypeVar("T")

_log = UNSHARDED.log

_COOLDOWN = 6.0
"""Seconds from one IDENTIFY of a bucket to the next: Discord's 5, and one for what differs on the way."""

_TTL = 15.0
"""Seconds after which a dead host's permit ends."""

_POLL = 0.25
"""Seconds between two tries of one host to get a bucket."""

_AGAIN = 0.5
"""Seconds after which the engine is asked again, when it did not answer."""


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


class ClusterIdentifyQueue:
    """Lets the shards of all hosts start sessions within Discord's limits (events/gateway#rate-limiting).

    A bucket, ``shard_id % max_concurrency``, is a lease. Who holds it may identify. After READY or the end of the
    attempt it is held until 6 s after the IDENTIFY, and then ends by the engine's clock, as the lease of
    a dead host does. Each host has one contender for each bucket, and serves its own shards in the order in which they
    ask. No two hosts' clocks are ever compared.

    Args:
        leases: of the engine.
        starts: the sessions of the day, whose limit also says how many buckets there are.
        host: name of this host.
        clock: monotonic seconds; by default those of the event loop.
        sleep: waits for so many seconds.

    Raises:
        ConfigurationError: a name that no engine takes.
    """

    def __init__(
        self,
        leases: Leases,
        starts: ClusterStarts,
        host: str,
        *,
        clock: Callable[[], float] = _loop_time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self.starts = starts
        self.host = check_name("host", host)
        self._leases = leases
        self._clock = clock
        self._sleep = sleep
        self._turns: dict[int, asyncio.Lock] = {}
        self._arrivals = Arrivals()
        self._tasks: set[asyncio.Task[None]] = set()

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        """Return a permit when ``shard_id`` may identify. It waits as long as the engine does not answer.

        Raises:
            SessionStartsExhausted: only the reserve of the day's session starts is left.
        """
        limit = await self._until_answered(self.starts.limit)
        bucket = shard_id % limit.max_concurrency
        turn = self._turns.setdefault(bucket, asyncio.Lock())
        await turn.acquire()  # first come, first served
        is_counted = False
        try:
            await self._until_answered(self.starts.take)
            is_counted = True
            lease = await self._claim(bucket)  # last, as its time runs from now on
        except BaseException:
            turn.release()
            if is_counted:
                self._start(self._give_back())
            raise
        permit = _ClusterPermit(self._clock)
        self._start(self._follow(permit, lease, turn))
        return permit

    async def close(self) -> None:
        """Return when the engine knows of all permits that were released. Release all before."""
        await asyncio.gather(*self._tasks)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = start_task(work, "gatewaysdk identify permit")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _claim(self, bucket: int) -> Lease:
        while True:
            with suppress(BrokerUnavailable):
                lease = await self._leases.claim(f"identify.bucket.{bucket}", self.host, _TTL)
                if lease is not None:
                    return lease
            await self._sleep(_POLL)

    async def _follow(self, permit: _ClusterPermit, lease: Lease, turn: asyncio.Lock) -> None:
        """Hold the bucket until the permit is released, and then for the cooldown."""
        try:
            lease = await self._hold(permit, lease)
            if permit.sent_at is None:
                await self._give_back()
                await self._let_go(lease, 0.0)
            else:
                arrived_at = self._arrivals.arrived_by(permit.sent_at, permit.released_at)
                await self._let_go(lease, arrived_at + _COOLDOWN - self._clock())
        finally:
            turn.release()

    async def _give_back(self) -> None:
        await self._until_answered(self.starts.give_back)

    async def _hold(self, permit: _ClusterPermit, lease: Lease) -> Lease:
        """Renew a lease until its permit is released."""
        while not await permit.is_released_within(_TTL / 3):
            try:
                lease = await self._leases.renew(lease, _TTL)
            except BrokerUnavailable as error:
                _log.warning("the permit to identify could not be renewed: %s", error)
            except LeaseLost:
                _log.error("%s stood still, and its permit to identify ended: another host may identify", self.host)
                await permit.released.wait()
        return lease

    async def _let_go(self, lease: Lease, seconds: float) -> None:
        """Hold a bucket for so many seconds more."""
        with suppress(LeaseLost):  # then it has ended already
            if seconds > 0:
                await self._until_answered(lambda: self._leases.renew(lease, seconds))
            else:
                await self._until_answered(lambda: self._leases.release(lease))

    async def _until_answered(self, ask: Callable[[], Awaitable[T]]) -> T:
        while True:
            try:
                return await ask()
            except BrokerUnavailable as error:
                _log.warning("an identify waits for the broker: %s", error)
                await self._sleep(_AGAIN)


class _ClusterPermit:
    """The right to identify once, and what became of it.

    Attributes:
        sent_at: when IDENTIFY went out.
        released_at: when READY came, or the attempt ended.
        released: set then.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self.sent_at: float | None = None
        self.released_at = 0.0
        self.released = asyncio.Event()
        self._clock = clock

    def used(self) -> None:
        self.sent_at = self._clock()

    def release(self) -> None:
        if not self.released.is_set():
            self.released_at = self._clock()
            self.released.set()

    async def is_released_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.released.wait()
        return self.released.is_set()
