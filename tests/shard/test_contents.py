"""Events and values that this release does not know: what is delivered of them, and what is counted."""

from __future__ import annotations

import asyncio
import weakref
from dataclasses import asdict
from typing import Any

import pytest

from gatewaysdk import GuildCreate, MessageCreate, MessageDelete, UnknownObject
from gatewaysdk.models import ActionRow
from gatewaysdk.protocol import HeartbeatAcknowledged
from gatewaysdk.simulator import Simulator, sample

from .conftest import MakeShard


@pytest.mark.parametrize("encoding", ["json", "etf"])
async def test_pain_10_new_values_bits_and_kinds_cost_neither_event_nor_shard(
    sim: Simulator, make_shard: MakeShard, encoding: str
) -> None:
    shard = make_shard(encoding=encoding)
    task = asyncio.create_task(shard.wait_for(MessageCreate))
    await asyncio.sleep(0)
    await shard.connect()
    new: dict[str, Any] = {
        "type": 250,
        "flags": 1 << 40 | 1 << 2,
        "components": [{"type": 1, "components": [{"type": 99, "shape": "round"}]}],
        "not_yet_documented": {"a": [1]},
    }
    await sim.emit("MESSAGE_CREATE", {**sample("MESSAGE_CREATE", seed=0, full=True), **new}, respect_intents=False)
    event = await asyncio.wait_for(task, 10)
    assert event.violations == ()
    assert event.type == 250
    assert event.flags == 1 << 40 | 1 << 2
    assert event.components is not None
    (row,) = event.components
    assert isinstance(row, ActionRow)
    assert row.components[0] == UnknownObject({"type": 99, "shape": "round"})
    assert shard.stats.connections == 1


async def test_pain_16_nothing_is_kept_of_an_event_that_is_done_with(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    guilds: list[weakref.ref[GuildCreate]] = []
    later = asyncio.Event()

    @shard.on(GuildCreate)
    async def note(event: GuildCreate) -> None:
        guilds.append(weakref.ref(event))

    @shard.on(MessageDelete)
    async def done(event: MessageDelete) -> None:
        later.set()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for _ in range(20):
        await sim.emit("GUILD_CREATE")
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"})
    await asyncio.wait_for(later.wait(), 10)
    assert len(guilds) >= 20
    # Without a collection of garbage: there are no cycles either.
    assert [guild for guild in guilds if guild() is not None] == []
    await shard.close()
    await task


async def test_pain_27_all_that_happens_is_counted_and_can_be_exported(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=1, overflow="drop_oldest")
    go_on = asyncio.Event()

    @shard.on(MessageDelete)
    async def slow(event: MessageDelete) -> None:
        await go_on.wait()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(10):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
    acknowledged = asyncio.Event()
    shard.observe(lambda effect: acknowledged.set() if isinstance(effect, HeartbeatAcknowledged) else None)
    await sim.request_heartbeat()
    await asyncio.wait_for(acknowledged.wait(), 10)
    assert shard.latency is not None
    figures = asdict(shard.stats)
    assert figures["connections"] == figures["identifies"] == 1
    assert figures["events"] >= 11
    assert figures["frames"] > figures["events"]
    assert figures["dropped"] > 0
    assert figures["dropped_by_event"] == {"MESSAGE_DELETE": figures["dropped"]}
    assert {type(value) for value in figures.values()} == {int, float, dict}
    go_on.set()
    await shard.close()
    await task
    assert shard.stats.bytes_received > 100
