from __future__ import annotations

import asyncio

import pytest

from gatewaysdk.broker.engine import Engine, memory_engine
from gatewaysdk.broker.memory import MemoryLeases, MemoryRegister
from gatewaysdk.broker.permits import ClusterIdentifyQueue
from gatewaysdk.broker.protocols import Lease
from gatewaysdk.broker.starts import ClusterStarts
from gatewaysdk.errors import BrokerUnavailable, ConfigurationError, SessionStartsExhausted
from gatewaysdk.identify import SessionStartLimit

from .conftest import Connect


class Clock:
    """Time that passes when somebody waits for it."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        await asyncio.sleep(0)


async def queues(clock: Clock, max_concurrency: int = 1) -> tuple[ClusterIdentifyQueue, ClusterIdentifyQueue]:
    engine = memory_engine(clock)
    starts = ClusterStarts(engine.leases, engine.register)
    await starts.renew(SessionStartLimit(max_concurrency=max_concurrency))
    one, other = (
        ClusterIdentifyQueue(engine.leases, starts, host, clock=clock, sleep=clock.sleep) for host in ("a", "b")
    )
    return one, other


async def test_a_bucket_is_free_6_seconds_after_the_identify_on_all_hosts() -> None:
    clock = Clock()
    one, other = await queues(clock)
    permit = await one.acquire(0)
    clock.now = 10.0
    permit.used()
    clock.now = 12.0
    permit.release()
    await one.close()
    permit = await other.acquire(1)
    assert 16.0 <= clock.now < 17.0
    permit.release()
    await other.close()


async def test_a_late_ready_may_mean_a_late_identify() -> None:
    clock = Clock()
    one, _ = await queues(clock)
    for ready_after, free_after in ((1.0, 6.25), (9.0, 14.25)):
        permit = await one.acquire(0)
        sent_at = clock.now
        permit.used()
        clock.now += ready_after
        permit.release()
        await one.close()
        permit = await one.acquire(0)
        assert free_after <= clock.now - sent_at < free_after + 0.5
        permit.release()
        await one.close()


async def test_a_permit_that_was_not_used_frees_the_bucket_at_once_and_does_not_count() -> None:
    clock = Clock()
    one, other = await queues(clock)
    permit = await one.acquire(0)
    assert (await one.starts.limit()).remaining == 999
    permit.release()
    permit.release()
    await one.close()
    assert (await one.starts.limit()).remaining == 1000
    await other.acquire(1)
    assert clock.now == 0.0


async def test_a_dead_host_frees_its_bucket_by_the_clock_of_the_engine() -> None:
    clock = Clock()
    dead, other = await queues(clock)
    await dead.acquire(0)  # its renewals wait for real seconds, of which none pass here
    await other.acquire(1)
    assert 15.0 <= clock.now < 16.0


async def test_a_host_serves_its_shards_in_the_order_in_which_they_ask_and_buckets_do_not_wait() -> None:
    clock = Clock()
    one, _ = await queues(clock, max_concurrency=2)
    order: list[int] = []

    async def identify(shard_id: int) -> None:
        permit = await one.acquire(shard_id)
        order.append(shard_id)
        permit.release()

    await asyncio.gather(*(identify(shard_id) for shard_id in (4, 0, 2, 6)))
    assert order == [4, 0, 2, 6]
    await one.close()
    even = await one.acquire(0)
    odd = await one.acquire(1)
    assert clock.now == 0.0
    even.release()
    odd.release()
    await one.close()


async def test_a_cancelled_acquire_keeps_nothing() -> None:
    clock = Clock()
    one, other = await queues(clock)
    permit = await one.acquire(0)
    waiting = asyncio.create_task(one.acquire(1))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    permit.release()
    await one.close()
    await other.acquire(2)
    assert clock.now == 0.0


class Away(MemoryRegister):
    """Takes no counts before some moment."""

    def __init__(self, clock: Clock, until: float) -> None:
        super().__init__()
        self.clock = clock
        self.until = until

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        if self.clock() < self.until:
            raise BrokerUnavailable("no answer")
        return await super().write(name, value, revision)


async def test_a_bucket_is_held_however_long_the_count_of_a_start_took() -> None:
    clock = Clock()
    leases = MemoryLeases(clock)
    starts = ClusterStarts(leases, Away(clock, 20.0))
    queue = ClusterIdentifyQueue(leases, starts, "a", clock=clock, sleep=clock.sleep)
    permit = await queue.acquire(0)
    assert clock.now >= 20.0
    assert await leases.look("identify.bucket.0") is not None
    permit.release()
    await queue.close()


async def test_a_start_counts_only_while_its_shard_waits_for_a_bucket() -> None:
    clock = Clock()
    one, other = await queues(clock)
    permit = await one.acquire(0)
    waiting = asyncio.create_task(other.acquire(1))
    for _ in range(10):
        await asyncio.sleep(0)
    assert (await other.starts.limit()).remaining == 998
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await other.close()
    assert (await other.starts.limit()).remaining == 999
    permit.release()
    await one.close()


async def test_the_last_starts_of_a_day_are_refused_and_give_their_bucket_back() -> None:
    clock = Clock()
    one, other = await queues(clock)
    await one.starts.renew(SessionStartLimit(1000, 11, 3600.0, 1))
    permit = await one.acquire(0)
    permit.used()
    permit.release()
    await one.close()
    for _ in range(2):
        with pytest.raises(SessionStartsExhausted) as caught:
            await other.acquire(1)
        assert (caught.value.remaining, caught.value.reset_after) == (10, 3600.0)
        await other.close()
    assert clock.now < 10.0
    clock.now = 3600.0
    await other.acquire(1)
    assert (await one.starts.limit()).remaining == 999


class Days(MemoryLeases):
    """Fails the test if a day is given back, as then another host could begin one."""

    async def release(self, lease: Lease) -> None:
        pytest.fail(f"{lease.name} was given back")


async def test_starts_are_counted_once_by_all_hosts(connect: Connect) -> None:
    one, other = [ClusterStarts(engine.leases, engine.register) for engine in (await connect(), await connect())]
    await one.renew(SessionStartLimit(1000, 100, 3600.0, 16))
    await asyncio.gather(*(starts.take() for starts in (one, other) for _ in range(15)))
    assert await other.limit() == SessionStartLimit(1000, 70, 3600.0, 16)
    await asyncio.gather(one.give_back(), other.give_back())
    assert (await one.limit()).remaining == 72
    await other.renew(SessionStartLimit(1000, 12, 3600.0, 16))
    await asyncio.gather(one.take(), other.take())
    with pytest.raises(SessionStartsExhausted):
        await one.take()


async def test_a_fresh_answer_of_discord_replaces_the_day_in_one_step() -> None:
    leases = Days()
    starts = ClusterStarts(leases, MemoryRegister())
    await starts.renew(SessionStartLimit(1000, 100, 3600.0, 16))
    await starts.take()
    await starts.renew(SessionStartLimit(1000, 50, 1800.0, 16))
    assert await starts.limit() == SessionStartLimit(1000, 50, 1800.0, 16)


async def test_without_an_answer_of_discord_there_are_as_many_starts_as_every_bot_has(engine: Engine) -> None:
    starts = ClusterStarts(engine.leases, engine.register)
    await starts.take()
    assert await starts.limit() == SessionStartLimit(1000, 999, 86_400.0, 1)


async def test_one_host_at_a_time_has_a_bucket(connect: Connect) -> None:
    one, other = (await connect()).identify_queue("a"), (await connect()).identify_queue("b")
    permit = await one.acquire(0)
    waiting = asyncio.create_task(other.acquire(1))
    permit.release()
    (await waiting).release()
    await one.close()
    await other.close()


async def test_names_and_reserves_that_cannot_work_are_refused(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="the host is 'a b'"):
        engine.identify_queue("a b")
    with pytest.raises(ConfigurationError, match="reserve is -1"):
        engine.identify_queue("a", reserve=-1)
