"""Closing, cancelling and slow readers: nothing hangs, nothing is left behind, heartbeats go on."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Awaitable, Callable

import pytest

from gatewaysdk import Event, MessageDelete, Shard
from gatewaysdk.simulator import Simulator

from .conftest import QUICK, MakeShard


async def handler(event: Event) -> None: ...


async def test_run_ends_when_the_shard_is_closed(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    shard.on(MessageDelete)(handler)
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await shard.close()
    await task
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 4000)


async def test_a_handler_may_close_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()

    @shard.on(MessageDelete)
    async def close(event: MessageDelete) -> None:
        await shard.close()

    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"})
    await asyncio.wait_for(task, 10)


async def test_a_stream_ends_when_the_shard_is_closed(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    names: list[str] = []
    async for event in shard.events():
        names.append(event.event_name)
        await shard.close()
    assert names == ["READY"]


async def test_closing_twice_or_before_the_start_is_harmless(make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    await shard.close()
    await shard.connect()
    await shard.close()
    await shard.close()


async def step_run(shard: Shard) -> None:
    await shard.run()


async def step_connect(shard: Shard) -> None:
    await shard.connect()
    await asyncio.Event().wait()


async def step_receive(shard: Shard) -> None:
    await shard.connect()
    while True:
        await shard.receive()


async def step_stream(shard: Shard) -> None:
    async with shard:
        async for _ in shard.events():
            pass


async def step_close(shard: Shard) -> None:
    await shard.connect()
    await shard.close()
    await asyncio.Event().wait()


STEPS: list[Callable[[Shard], Awaitable[None]]] = [step_run, step_connect, step_receive, step_stream, step_close]


@pytest.mark.parametrize("step", STEPS)
async def test_cancellation_at_any_await_leaves_nothing_behind(
    sim: Simulator, step: Callable[[Shard], Awaitable[None]]
) -> None:
    for turns in range(0, 60, 3):
        shard = Shard(sim.token, url=sim.url, intents=0, policy=QUICK)
        task = asyncio.ensure_future(step(shard))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await shard.close()
        mine = [one for one in asyncio.all_tasks() if one.get_name().startswith("gatewaysdk")]
        assert not mine, f"after {turns} turns: {mine}"
    await sim.wait_for(lambda: not any(connection.open for connection in sim.connections))
    gc.collect()  # a socket or a session left open would warn here, and warnings are errors


async def test_a_cancelled_run_cleans_up_by_itself(sim: Simulator) -> None:
    shard = Shard(sim.token, url=sim.url, policy=QUICK)
    shard.on(MessageDelete)(handler)
    task = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not [one for one in asyncio.all_tasks() if one.get_name().startswith("gatewaysdk")]
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 4000)


async def test_pain_07_heartbeats_go_on_while_a_handler_takes_its_time_and_reading_pauses() -> None:
    async with Simulator(heartbeat_interval=100) as sim:
        shard = Shard(sim.token, url=sim.url, policy=QUICK, queue_size=4)
        go_on = asyncio.Event()
        done = asyncio.Event()
        got: list[int] = []

        @shard.on(MessageDelete)
        async def slow(event: MessageDelete) -> None:
            await go_on.wait()
            got.append(event.id)
            if len(got) == 2000:
                done.set()

        task = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        for number in range(2000):
            await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
        before = len(await sim.wait_for_received(1))
        await sim.wait_for_received(1, before + 5)
        assert not got
        go_on.set()
        await asyncio.wait_for(done.wait(), 30)
        assert got == list(range(2000))
        assert shard.stats.connections == 1, "an unread ACK was taken for a dead connection"
        await shard.close()
        await task


async def test_a_stream_that_is_let_go_of_holds_nothing_up(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=2)
    await shard.connect()
    forgotten = shard.events(MessageDelete)
    for number in range(10):
        await sim.emit("MESSAGE_DELETE", {"id": str(number), "channel_id": "1"})
    del forgotten
    gc.collect()
    seen = 0
    while seen < 10:
        seen += isinstance(await shard.receive(), MessageDelete)


async def test_pain_06_a_zombie_connection_is_left_and_resumed() -> None:
    async with Simulator(heartbeat_interval=20) as sim, Shard(sim.token, url=sim.url, intents=0, policy=QUICK) as shard:
        await shard.connect()
        sim.faults.no_ack = True
        await sim.wait_for(lambda: len(sim.connections) == 2)
        sim.faults.no_ack = False
        assert sim.connections[0].client_close_code == 4000
        await sim.wait_for(lambda: sim.resumes)
