"""A diversion gets every dispatch, whether anybody listens or not, and can pause reading."""

from __future__ import annotations

import asyncio
from typing import Any

from gatewaysdk import Intents, MessageCreate, Shard
from gatewaysdk.codec import Envelope
from gatewaysdk.simulator import Simulator


class Diversion:
    def __init__(self, most: int) -> None:
        self.most = most
        self.taken: list[str] = []
        self.came = asyncio.Event()
        self.stored: int | None = None

    @property
    def full(self) -> bool:
        return len(self.taken) >= self.most

    def take(self, envelope: Envelope) -> None:
        self.taken.append(envelope[2] or "")
        self.came.set()

    def done_up_to(self) -> int | None:
        return self.stored

    async def wait_for(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.taken) < count:
                self.came.clear()
                await self.came.wait()


def shard_on(sim: Simulator) -> Shard:
    return Shard("any", url=sim.url, intents=Intents.GUILDS | Intents.GUILD_MESSAGES)


async def say(sim: Simulator, count: int) -> None:
    for number in range(count):
        await sim.sessions[0].dispatch("MESSAGE_CREATE", {"id": str(number)})


async def test_it_gets_what_nobody_listens_for_and_handlers_get_nothing() -> None:
    handled: list[Any] = []
    async with Simulator(token="any") as sim, shard_on(sim) as shard:
        diversion = Diversion(most=100)
        shard._runtime.delivery.divert(diversion)

        @shard.on(MessageCreate)
        async def on_message(event: MessageCreate) -> None:
            handled.append(event)

        running = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        await diversion.wait_for(2)
        await say(sim, 2)
        await sim.sessions[0].dispatch("SOMETHING_NEW", {})
        await diversion.wait_for(5)
        shard.stop()
        await running
    assert diversion.taken == ["READY", "GUILD_CREATE", "MESSAGE_CREATE", "MESSAGE_CREATE", "SOMETHING_NEW"]
    assert handled == []


async def test_an_event_is_done_when_the_diversion_says_so() -> None:
    async with Simulator(token="any") as sim, shard_on(sim) as shard:
        diversion = Diversion(most=100)
        shard._runtime.delivery.divert(diversion)
        running = asyncio.create_task(shard.run())
        await diversion.wait_for(2)
        await say(sim, 3)
        await diversion.wait_for(5)
        session = shard.session
        assert session is not None
        assert session.sequence == 1
        diversion.stored = 4
        session = shard.session
        assert session is not None
        assert session.sequence == 4
        shard.stop()
        await running


async def test_reading_pauses_while_it_is_full() -> None:
    async with Simulator(token="any") as sim, shard_on(sim) as shard:
        diversion = Diversion(most=3)
        weigh = shard._runtime.delivery.divert(diversion)
        running = asyncio.create_task(shard.run())
        await diversion.wait_for(2)
        await say(sim, 1)
        await diversion.wait_for(3)
        weigh()
        paused = shard.health
        diversion.most = 1000
        weigh()
        assert (paused.reading_paused_for is None, shard.health.reading_paused_for is None) == (False, True)
        await say(sim, 5)
        await diversion.wait_for(8)
        shard.stop()
        await running


async def test_waits_get_their_events_too() -> None:
    async with Simulator(token="any") as sim, shard_on(sim) as shard:
        diversion = Diversion(most=100)
        shard._runtime.delivery.divert(diversion)
        running = asyncio.create_task(shard.run())
        await diversion.wait_for(2)
        waiting = asyncio.create_task(shard.wait_for(MessageCreate, timeout=5))
        await asyncio.sleep(0)  # the wait begins
        await say(sim, 1)
        await waiting
        shard.stop()
        await running
    assert diversion.taken[-1] == "MESSAGE_CREATE"
