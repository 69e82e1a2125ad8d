"""A lease that is kept by a clock that is passed in."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import pytest

from gatewaysdk.broker.host.lease import KeptLease, LeaseTimes
from gatewaysdk.broker.memory import MemoryLeases
from gatewaysdk.broker.protocols import Lease
from gatewaysdk.errors import BrokerUnavailable, ConfigurationError, LeaseLost

TIMES = LeaseTimes()


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Leases(MemoryLeases):
    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.lose_answer = self.hold_answer = False
        self.renewed = asyncio.Event()

    async def renew(self, lease: Lease, ttl: float, value: bytes | None = None) -> Lease:
        renewed = await super().renew(lease, ttl, value)
        if self.lose_answer:
            self.lose_answer = False
            raise BrokerUnavailable("no answer")
        self.renewed.set()
        if self.hold_answer:
            await asyncio.Event().wait()
        return renewed


async def kept(leases: Leases, clock: Clock) -> KeptLease:
    lease = await leases.claim("shard.0.1", "a", TIMES.ttl, b"1")
    assert lease is not None
    return KeptLease(leases, lease, clock(), TIMES, clock)


async def test_it_lasts_from_when_it_was_asked_for_less_a_margin() -> None:
    clock = Clock()
    lease = await kept(Leases(clock), clock)
    assert lease.ends_at == 112.0
    clock.now = 105.0
    await lease.renew(b"2")
    assert lease.ends_at == 117.0


async def test_a_host_that_was_frozen_gives_up_without_asking() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    clock.now = 112.0  # the engine would still renew it
    with pytest.raises(LeaseLost, match=r"shard\.0\.1 was not renewed in time"):
        await lease.renew()
    with pytest.raises(LeaseLost):
        await lease.keep()


async def test_another_owner_is_seen_at_once() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    await lease.release()
    assert await leases.claim("shard.0.1", "b", TIMES.ttl) is not None
    with pytest.raises(LeaseLost):
        await lease.renew()


async def test_a_renewal_whose_answer_was_lost_is_no_loss() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    leases.lose_answer = True
    clock.now = 105.0
    with pytest.raises(BrokerUnavailable):
        await lease.renew()
    assert lease.ends_at == 112.0  # only an answer counts
    clock.now = 106.0
    await lease.renew()
    assert lease.ends_at == 118.0
    held: Mapping[str, Lease] = await leases.held()
    assert held["shard.0.1"].owner == "a"


async def test_a_lease_is_freed_though_the_answer_to_its_last_renewal_was_lost() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    leases.lose_answer = True
    with pytest.raises(BrokerUnavailable):
        await lease.renew()
    await lease.release()
    assert not await leases.held()


async def test_a_lease_is_freed_though_its_last_renewal_was_cancelled() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    leases.hold_answer = True
    renewing = asyncio.create_task(lease.renew())
    await leases.renewed.wait()
    renewing.cancel()
    await asyncio.wait([renewing])
    await lease.release()
    assert not await leases.held()


async def test_the_lease_of_another_is_not_freed() -> None:
    clock = Clock()
    leases = Leases(clock)
    lease = await kept(leases, clock)
    leases.lose_answer = True
    with pytest.raises(BrokerUnavailable):
        await lease.renew()
    clock.now += TIMES.ttl
    assert await leases.claim("shard.0.1", "b", TIMES.ttl) is not None
    await lease.release()
    assert (await leases.held())["shard.0.1"].owner == "b"


async def test_times_that_cannot_work() -> None:
    with pytest.raises(ConfigurationError, match="renew_every below ttl less margin"):
        LeaseTimes(ttl=5, renew_every=5)
