"""A blocked event loop and observers that raise: what is logged or reported, and that the shard goes on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from gatewaysdk import Effect, Event, MessageDelete, Shard
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


@pytest.fixture
async def block(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that is to the event loop what blocking code is: when it returns, it is later."""
    loop = asyncio.get_running_loop()
    real, lost = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: real() + lost[0])

    def block(seconds: float) -> None:
        lost[0] += seconds

    return block


async def test_pain_07_a_handler_that_blocks_the_loop_is_named_and_costs_no_connection(
    make_shard: MakeShard, block: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    async with Simulator(token="simulated-token", heartbeat_interval=200) as sim:
        shard = make_shard(url=sim.url)
        done = asyncio.Event()

        @shard.on(MessageDelete)
        async def compute(event: MessageDelete) -> None:
            block(30)
            while shard.stats.stalls == 0:  # noqa: ASYNC110  # until the loop finds its timers late
                await asyncio.sleep(0)
            done.set()

        task = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        await sim.wait_for(lambda: shard.latency is not None)
        await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"})
        await asyncio.wait_for(done.wait(), 60)
        await sim.wait_for(lambda: shard.stats.stalls == 1)
        assert 29 < shard.stats.longest_stall < 31
        assert "the event loop stood still for " in caplog.text
        assert "a handler of MESSAGE_DELETE may block it" in caplog.text
        beats = len(await sim.wait_for_received(1))
        await sim.wait_for_received(1, beats + 2)
        assert shard.stats.connections == 1
        await shard.close()
        await task


async def test_what_blocks_the_loop_besides_handlers_is_said_to_be_that(
    make_shard: MakeShard, block: Callable[[float], None], caplog: pytest.LogCaptureFixture
) -> None:
    async with Simulator(token="simulated-token", heartbeat_interval=200) as sim:
        shard = make_shard(url=sim.url, intents=0)
        await shard.connect()
        await sim.wait_for(lambda: shard.latency is not None)
        block(30)
        await sim.wait_for(lambda: shard.stats.stalls == 1)
        assert "too long for heartbeats: something besides handlers blocks it" in caplog.text


class HandleOfUvloop:
    """What uvloop returns for a time that has passed, or is less than a millisecond away: no `TimerHandle`."""

    def __init__(self, handle: asyncio.TimerHandle) -> None:
        self.cancel = handle.cancel
        self.cancelled = handle.cancelled


async def test_a_timer_that_cannot_tell_its_time_is_no_problem(
    make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    call_at = loop.call_at
    monkeypatch.setattr(loop, "call_at", lambda *arguments, **options: HandleOfUvloop(call_at(*arguments, **options)))
    async with Simulator(token="simulated-token", heartbeat_interval=50) as sim:
        shard = make_shard(url=sim.url, intents=0)
        await shard.connect()
        await sim.wait_for(lambda: len([one for one in sim.received if one.op == 1]) >= 3)
        assert shard.stats.connections == 1


async def test_an_observer_that_raises_is_reported_and_stops_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    reported: list[str] = []
    seen: list[str] = []
    acknowledged = asyncio.Event()

    @shard.observe
    def broken(effect: Effect) -> None:
        raise ZeroDivisionError(type(effect).__name__)

    @shard.observe
    def sound(effect: Effect) -> None:
        seen.append(type(effect).__name__)

    @shard.on_error
    async def report(error: Exception, event: Event | None) -> None:
        assert event is None
        reported.append(str(error))
        if str(error) == "HeartbeatAcknowledged":
            acknowledged.set()

    await shard.connect()
    await sim.request_heartbeat()
    await asyncio.wait_for(acknowledged.wait(), 10)
    assert sorted(reported) == sorted(seen)
    assert shard.stats.connections == 1


def test_a_shard_can_be_shown_before_it_is_finished() -> None:
    assert repr(Shard.__new__(Shard)) == "<Shard unfinished>"
