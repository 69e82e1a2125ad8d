from __future__ import annotations

import asyncio

import pytest

from gatewaysdk.broker.engine import Engine, memory_engine
from gatewaysdk.errors import LeaseLost

from .conftest import Connect


async def test_of_two_who_claim_a_name_one_has_it(connect: Connect) -> None:
    one, other = await connect(), await connect()
    for number in range(20):
        name = f"shard.{number}.16"
        claims = await asyncio.gather(one.leases.claim(name, "a", 15), other.leases.claim(name, "b", 15))
        assert sum(lease is not None for lease in claims) == 1
        winner = next(lease for lease in claims if lease is not None)
        assert (await one.leases.held(name))[name] == winner


async def test_a_lease_has_a_value_that_a_renewal_replaces(engine: Engine) -> None:
    lease = await engine.leases.claim("host.a", "a", 15, b"8 shards")
    assert lease is not None
    assert (lease.name, lease.owner, lease.value) == ("host.a", "a", b"8 shards")
    renewed = await engine.leases.renew(lease, 15)
    assert renewed.value == b"8 shards"
    assert renewed.revision != lease.revision
    changed = await engine.leases.renew(renewed, 15, b"16 shards")
    assert await engine.leases.held("host.") == {"host.a": changed}
    assert changed.value == b"16 shards"


async def test_an_old_lease_can_be_neither_renewed_nor_released(engine: Engine) -> None:
    lease = await engine.leases.claim("shard.3.16", "a", 15)
    assert lease is not None
    renewed = await engine.leases.renew(lease, 15)
    with pytest.raises(LeaseLost, match=r"shard\.3\.16"):
        await engine.leases.renew(lease, 15)
    await engine.leases.release(lease)
    assert await engine.leases.held() == {"shard.3.16": renewed}


async def test_a_released_name_is_free_at_once(engine: Engine) -> None:
    for owner in ("a", "b", "a"):
        lease = await engine.leases.claim("shard.3.16", owner, 15)
        assert lease is not None
        await engine.leases.release(lease)
        await engine.leases.release(lease)
    assert not await engine.leases.held()


async def test_held_finds_names_by_their_beginning(engine: Engine) -> None:
    for name in ("shard.1.16", "shard.11.16", "shard.2.16", "host.a"):
        await engine.leases.claim(name, "a", 15)
    assert set(await engine.leases.held("shard.1")) == {"shard.1.16", "shard.11.16"}
    assert set(await engine.leases.held("shard.")) == {"shard.1.16", "shard.11.16", "shard.2.16"}
    assert len(await engine.leases.held()) == 4
    assert not await engine.leases.held("session.")


async def test_a_lease_ends_by_the_clock_of_the_engine_and_the_name_is_free(connect: Connect) -> None:
    one, other = await connect(), await connect()
    lease = await one.leases.claim("shard.3.16", "a", 1)
    assert lease is not None
    async with asyncio.timeout(10):
        while (taken := await other.leases.claim("shard.3.16", "b", 15)) is None:  # noqa: ASYNC110 - it ends silently
            await asyncio.sleep(0.05)
    with pytest.raises(LeaseLost):
        await one.leases.renew(lease, 1)
    await one.leases.release(lease)
    assert await one.leases.held() == {"shard.3.16": taken}


async def test_a_renewed_lease_lasts_from_the_renewal_on() -> None:
    now = 0.0
    leases = memory_engine(lambda: now).leases
    lease = await leases.claim("shard.3.16", "a", 15)
    assert lease is not None
    now = 14.0
    lease = await leases.renew(lease, 15)
    now = 28.9
    assert await leases.claim("shard.3.16", "b", 15) is None
    now = 29.0
    assert await leases.claim("shard.3.16", "b", 15) is not None
