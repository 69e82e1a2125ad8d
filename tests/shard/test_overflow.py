"""More events than handlers can handle: reading pauses, or events are dropped, counted and reported."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    DropEvents,
    Event,
    EventsDropped,
    MessageDelete,
    Shard,
    TypingStart,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


class Slow:
    """A handler that finishes nothing until it is let."""

    def __init__(self, shard: Shard) -> None:
        self.go = asyncio.Event()
        self.begun = asyncio.Event()
        self.last = asyncio.Event()
        self.ids: list[int] = []
        self.typing = 0
        self.reported: list[EventsDropped] = []
        shard.on(MessageDelete, TypingStart)(self.handle)
        shard.on_error(self.note)

    async def handle(self, event: MessageDelete | TypingStart) -> None:
        self.begun.set()
        await self.go.wait()
        if isinstance(event, TypingStart):
            self.typing += 1
            return
        self.ids.append(event.id)
        if event.id == 999:
            self.last.set()

    async def note(self, error: Exception, event: Event | None) -> None:
        assert isinstance(error, EventsDropped)
        self.reported.append(error)


async def flood(sim: Simulator, shard: Shard, slow: Slow, *, typing_every: int = 0) -> None:
    """Send 40 events to a handler that stands still, let it go on, and send a last one."""
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(40):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
        if typing_every and number % typing_every == 0:
            await sim.emit("TYPING_START")
    await slow.begun.wait()
    slow.go.set()
    await sim.emit("MESSAGE_DELETE", {"id": "999", "channel_id": "1"})
    await asyncio.wait_for(slow.last.wait(), 10)
    await shard.close()
    await task


async def test_pausing_loses_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=5)
    slow = Slow(shard)
    await flood(sim, shard, slow)
    assert slow.ids == [*range(40), 999]
    assert (shard.stats.dropped, slow.reported) == (0, [])


async def test_the_oldest_are_let_go_counted_and_reported(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=5, overflow="drop_oldest")
    slow = Slow(shard)
    arrived = asyncio.create_task(shard.wait_for(MessageDelete, lambda event: event.id == 999))
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(40):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
    await sim.emit("MESSAGE_DELETE", {"id": "999", "channel_id": "1"})
    await asyncio.wait_for(arrived, 10)
    slow.go.set()
    await asyncio.wait_for(slow.last.wait(), 10)
    await shard.close()
    await task
    assert slow.ids[-4:] == [37, 38, 39, 999]
    assert len(slow.ids) + shard.stats.dropped == 41
    assert shard.stats.dropped_by_event == {"MESSAGE_DELETE": shard.stats.dropped}
    assert sum(error.counts["MESSAGE_DELETE"] for error in slow.reported) == shard.stats.dropped
    assert "events were dropped, as handlers were too slow: " in str(slow.reported[0])


async def test_some_kinds_are_let_go_and_for_the_others_reading_pauses(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=5, overflow=DropEvents(TypingStart))
    slow = Slow(shard)
    await flood(sim, shard, slow, typing_every=2)
    assert slow.ids == [*range(40), 999]
    assert slow.typing + shard.stats.dropped == 20
    assert sum(sum(error.counts.values()) for error in slow.reported) == shard.stats.dropped


async def test_heartbeats_go_on_while_reading_pauses(make_shard: MakeShard) -> None:
    async with Simulator(token="simulated-token", heartbeat_interval=50) as sim:
        shard = make_shard(queue_size=2, url=sim.url)
        slow = Slow(shard)
        task = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        for number in range(20):
            await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
        await slow.begun.wait()
        await sim.wait_for_received(1, 5)
        assert len(sim.connections) == 1
        slow.go.set()
        await shard.close()
        await task


@pytest.mark.parametrize("overflow", ["drop", None, 3])
def test_an_unknown_policy_is_refused(overflow: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"overflow is .*; it takes 'pause', 'drop_oldest' or DropEvents"):
        Shard("t", intents=0, overflow=overflow)


@pytest.mark.parametrize("kinds", [(), (Event,), (int,), (TypingStart, "")])
def test_kinds_to_let_go_are_named(kinds: Any) -> None:
    with pytest.raises(ConfigurationError, match="DropEvents takes event classes such as TypingStart"):
        DropEvents(*kinds)
    assert repr(DropEvents(TypingStart, "PRESENCE_UPDATE")) == "DropEvents('PRESENCE_UPDATE', 'TYPING_START')"
