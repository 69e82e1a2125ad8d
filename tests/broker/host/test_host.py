"""Hosts on real sockets, with an engine in memory: they share, join and leave. tests/cluster kills and freezes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from gatewaysdk.broker.protocols import ShardKey
from gatewaysdk.errors import BrokerUnavailable, ConfigurationError, FatalCloseError
from gatewaysdk.shard.managed import ManagedShard
from gatewaysdk.simulator import Simulator

from .cluster import Cluster, running, until

SHARDS = 8


@pytest.fixture
async def cluster() -> AsyncIterator[Cluster]:
    async with Simulator(token="simulated-token", guilds=SHARDS, shards=SHARDS, max_concurrency=100) as sim:
        yield Cluster(sim, SHARDS)


async def say(cluster: Cluster, text: str) -> None:
    for session in cluster.sim.sessions:
        await session.dispatch("MESSAGE_CREATE", {"id": "1", "content": text})


async def check_log(cluster: Cluster) -> None:
    """Each event of each session comes to be there once and in order, and nothing else."""
    sent = {one.session_id: one.sequence for one in cluster.sim.sessions}
    await until(lambda: cluster.stored_count() >= sum(sent.values()))
    stored = await cluster.stored()
    for session in cluster.sim.sessions:
        numbers = [(session_id, number) for session_id, number, _ in stored[session.shard_id]]
        assert numbers == [(session.session_id, number) for number in range(1, session.sequence + 1)]


def all_live(cluster: Cluster, *names: str) -> bool:
    owners = cluster.owners
    return len(owners) == SHARDS and {name for one in owners.values() for name in one} == set(names)


async def test_one_host_runs_all_and_stores_what_nobody_listens_for(cluster: Cluster) -> None:
    host = cluster.host("a")
    async with running(host):
        await until(lambda: all_live(cluster, "a"))
        await say(cluster, "hello")
        await check_log(cluster)
        assert {name for rows in (await cluster.stored()).values() for _, _, name in rows} == {
            "READY", "GUILD_CREATE", "MESSAGE_CREATE",
        }  # fmt: skip


async def test_a_host_that_joins_gets_its_share_and_one_that_leaves_gives_it_back(cluster: Cluster) -> None:
    first, second = cluster.host("a"), cluster.host("b")
    async with running(first):
        await until(lambda: all_live(cluster, "a"))
        async with running(second):
            await until(lambda: all_live(cluster, "a", "b"))
            await until(lambda: len(first.holdings) == len(second.holdings) == SHARDS // 2)
            await say(cluster, "both")
        await until(lambda: all_live(cluster, "a"))
        await say(cluster, "one again")
        await check_log(cluster)
    assert len(cluster.sim.identifies) == SHARDS  # all else was resumed
    assert not await cluster.leases.held()


async def test_while_the_log_is_away_nothing_is_lost_and_no_session_is_given_up(cluster: Cluster) -> None:
    host = cluster.host("a")
    async with running(host):
        await until(lambda: all_live(cluster, "a"))
        await check_log(cluster)
        cluster.log.away = True
        await say(cluster, "unheard")
        await cluster.sim.drop()  # the shards resume, and what waits is stored later
        for holding in host.holdings.values():
            holding.member.shard._runtime.on_failure("this test", RuntimeError("starts again"))
        asked = cluster.log.asked
        await until(lambda: cluster.log.asked >= asked + 8 * SHARDS)  # each has tried in vain more than three times
        await say(cluster, "unheard, too")
        cluster.log.away = False
        await until(lambda: all_live(cluster, "a"))
        await check_log(cluster)
    assert len(cluster.sim.identifies) == SHARDS


async def test_what_runs_beside_a_shard_ends_with_it(cluster: Cluster) -> None:
    inside: set[ShardKey] = set()
    refusals = [BrokerUnavailable("the bus is away")]

    @asynccontextmanager
    async def beside(key: ShardKey, shard: Callable[[], ManagedShard]) -> AsyncIterator[None]:
        if refusals:
            raise refusals.pop()
        assert shard().shard_id == key[0]
        inside.add(key)
        try:
            yield
        finally:
            inside.discard(key)

    host = cluster.host("a", beside=beside)
    async with running(host):
        await until(lambda: all_live(cluster, "a") and len(inside) == SHARDS)
    assert not refusals
    assert not inside
    assert len(cluster.sim.identifies) <= SHARDS + 1  # the shard that was refused was given up, and claimed again


async def test_a_token_that_the_gateway_refuses_ends_the_host(cluster: Cluster) -> None:
    await cluster.sim.stop()
    async with Simulator(token="another-token") as sim:
        cluster.sim = sim
        with pytest.raises(FatalCloseError):
            await asyncio.wait_for(cluster.host("a").run(), 10)
    assert not await cluster.leases.held()


async def test_hosts_that_disagree_about_the_shards(cluster: Cluster) -> None:
    async with running(cluster.host("a")):
        await until(lambda: all_live(cluster, "a"))
        cluster.num_shards = 4
        with pytest.raises(ConfigurationError, match=r"host\.a runs 8 shards, and b 4"):
            await asyncio.wait_for(cluster.host("b").run(), 10)


async def test_two_hosts_of_one_name(cluster: Cluster) -> None:
    async with running(cluster.host("a")):
        await until(lambda: all_live(cluster, "a"))
        with pytest.raises(ConfigurationError, match="another host is called a"):
            await asyncio.wait_for(cluster.host("a").run(), 10)


async def test_a_host_that_loses_its_name_says_so_until_it_has_it_again(
    cluster: Cluster, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(cluster.host("a")):
        await until(lambda: all_live(cluster, "a"))
        ours = await cluster.leases.look("host.a")
        assert ours is not None
        await cluster.leases.release(ours)
        other = await cluster.leases.claim("host.a", "another process", 60, ours.value)
        assert other is not None
        await until(lambda: "another host is called a by now" in caplog.text)
        await cluster.leases.release(other)
        await until(lambda: caplog.messages[-1].startswith("host a takes up to"))
        assert all_live(cluster, "a")


async def test_a_hand_over_that_cannot_store_in_time_leaves_no_task(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("gatewaysdk.broker.host.holding._DRAIN", 0.01)
    host = cluster.host("a")
    async with running(host):
        await until(lambda: all_live(cluster, "a"))
        await check_log(cluster)
        cluster.log.away = True
        await say(cluster, "unheard")
        await until(lambda: all(holding.writer.waiting for holding in host.holdings.values()))
    assert "its lease ends by itself" in caplog.text
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("gatewaysdk drain of")]
