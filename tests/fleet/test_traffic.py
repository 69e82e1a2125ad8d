"""`ShardManager.observe_traffic`: each message of each shard, with the shard."""

from __future__ import annotations

import asyncio
import logging

import pytest

from gatewaysdk import ConfigurationError, Shard, Token, Traffic
from gatewaysdk.simulator import Simulator

from .conftest import MakeManager, running


async def test_messages_of_all_shards_come_with_their_shard(make_manager: MakeManager) -> None:
    manager = make_manager(shards=4, intents=0)
    seen: list[tuple[Traffic, Shard]] = []
    alone: list[Traffic] = []
    manager.observe_traffic(lambda traffic, shard: seen.append((traffic, shard)))
    manager.observe_traffic(alone.append)
    async with running(manager):
        identifies = [(one.frame.d["shard"], shard.shard_id) for one, shard in seen if one.frame.op == 2]
        assert sorted(identifies) == [([number, 4], number) for number in range(4)]
        assert all(isinstance(one.frame.d["token"], Token) for one, _ in seen if one.frame.op == 2)
        assert sum(one.frame.t == "READY" for one in alone) == 4
        assert all(not one.sent for one in alone if one.frame.t)


async def test_one_that_comes_later_sees_what_follows_and_what_a_restart_brings(
    sim: Simulator, make_manager: MakeManager
) -> None:
    manager = make_manager(shards=2, intents=0)
    seen: asyncio.Queue[tuple[Traffic, Shard]] = asyncio.Queue()

    def put(traffic: Traffic, shard: Shard) -> None:
        seen.put_nowait((traffic, shard))

    async with running(manager):
        shard = manager.shards[1]
        assert manager.observe_traffic(put) is put
        await sim.drop()  # both resume
        async with asyncio.timeout(20):
            resumed: set[int] = set()
            while resumed != {0, 1}:
                traffic, shard = await seen.get()
                if traffic.frame.t == "RESUMED":
                    resumed.add(shard.shard_id)
        manager.unobserve_traffic(put)
        assert not any(one._runtime.traffic.observers for one in manager.shards.values()), "it would cost time still"
        with pytest.raises(ConfigurationError, match="does not observe"):
            manager.unobserve_traffic(put)


async def test_one_that_raises_stops_nothing(make_manager: MakeManager, caplog: pytest.LogCaptureFixture) -> None:
    manager = make_manager(shards=1, intents=0)

    @manager.observe_traffic
    def broken(traffic: Traffic) -> None:
        raise ZeroDivisionError

    async with running(manager):
        pass
    assert [one for one in caplog.records if one.levelno == logging.ERROR and "broken raised" in one.getMessage()]


def test_what_takes_no_message_is_refused(make_manager: MakeManager) -> None:
    def nothing() -> None: ...

    with pytest.raises(ConfigurationError, match="nothing cannot observe"):
        make_manager(shards=1).observe_traffic(nothing)  # type: ignore[arg-type]  # this is what is tested
