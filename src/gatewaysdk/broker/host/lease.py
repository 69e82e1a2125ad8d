"""A lease that is renewed for as long as it is wanted, and given up in time when it cannot be."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ...errors import BrokerUnavailable, ConfigurationError, LeaseLost
from ..protocols import Lease, Leases

__all__ = ["KeptLease", "LeaseTimes"]


@dataclass(frozen=True, slots=True)
class LeaseTimes:
    """The seconds that leases go by; whole seconds for ``ttl``, as engines round.

    Attributes:
        ttl: how long a lease lasts after a renewal.
        renew_every: between two renewals.
        margin: how long before its end, by our own clock, a lease that cannot be renewed counts as lost.
        look_every: between two looks at which hosts there are, and which shards are free.
    """

    ttl: float = 15.0
    renew_every: float = 5.0
    margin: float = 3.0
    look_every: float = 2.0

    def __post_init__(self) -> None:
        if not (0 < self.renew_every < self.ttl - self.margin and self.margin > 0 and self.look_every > 0):
            raise ConfigurationError(
                f"LeaseTimes takes renew_every below ttl less margin, and all above 0, not ttl={self.ttl}, "
                f"renew_every={self.renew_every}, margin={self.margin}, look_every={self.look_every}"
            )

    @classmethod
    def of(cls, ttl: float) -> LeaseTimes:
        """Return times for leases of so many seconds, in the proportions of the defaults."""
        return cls(ttl, renew_every=ttl / 3, margin=ttl / 5)


class KeptLease:
    """A lease that this process holds.

    Args:
        leases: where it is held.
        lease: as it was claimed.
        asked_at: when that was asked for, by ``clock``: it lasts from then on at least.
        times: the seconds that it goes by.
        clock: monotonic seconds.
    """

    def __init__(
        self, leases: Leases, lease: Lease, asked_at: float, times: LeaseTimes, clock: Callable[[], float]
    ) -> None:
        self._leases = leases
        self._lease = lease
        self._times = times
        self._clock = clock
        self._ends_at = asked_at + times.ttl - times.margin
        self._unsure = False  # whether a renewal was not answered, and may have happened
        self._lock = asyncio.Lock()

    @property
    def name(self) -> str:
        """What is leased."""
        return self._lease.name

    @property
    def ends_at(self) -> float:
        """When it counts as lost unless it is renewed before."""
        return self._ends_at

    async def renew(self, value: bytes | None = None) -> None:
        """Hold it from now on for its time; ``value`` replaces what we say with it.

        Raises:
            LeaseLost: it is no longer ours, or could not be renewed in time.
            BrokerUnavailable: the engine did not answer; it is ours until `ends_at`.
        """
        async with self._lock:
            asked_at = self._clock()
            if asked_at >= self._ends_at:
                raise LeaseLost(f"{self.name} was not renewed in time")
            try:
                async with asyncio.timeout(self._ends_at - asked_at):
                    lease = await self._renewed(value)
            except TimeoutError:
                raise LeaseLost(f"{self.name} could not be renewed in time") from None
            except (BrokerUnavailable, asyncio.CancelledError):
                self._unsure = True
                raise
            self._lease, self._unsure = lease, False
            self._ends_at = asked_at + self._times.ttl - self._times.margin

    async def _renewed(self, value: bytes | None) -> Lease:
        try:
            return await self._leases.renew(self._lease, self._times.ttl, value)
        except LeaseLost:
            if not self._unsure:
                raise
            # The renewal that was not answered has happened, perhaps, so that our revision is an old one.
            present = await self._present()
            if present is None:
                raise
            return await self._leases.renew(present, self._times.ttl, value)

    async def keep(self) -> None:
        """Renew it until cancelled. Raises `LeaseLost` as soon as it counts as lost."""
        pause = self._times.renew_every
        while True:
            await asyncio.sleep(min(pause, max(0.0, self._ends_at - self._clock())))
            try:
                await self.renew()
                pause = self._times.renew_every
            except BrokerUnavailable:
                pause = self._times.renew_every / 5

    async def release(self) -> None:
        """Give it back; it is not renewed any more."""
        async with self._lock:
            lease: Lease | None = self._lease
            if self._unsure:  # an engine frees no lease for an old revision, so that others would wait for its end
                lease = await self._present()
            if lease is not None:
                await self._leases.release(lease)

    async def _present(self) -> Lease | None:
        """Return our lease as the engine has it, None if it is another's by now."""
        present = await self._leases.look(self.name)
        return present if present is not None and present.owner == self._lease.owner else None
