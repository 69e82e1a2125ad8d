"""A shard asks its identify queue before it starts a session, and gives the permit back."""

from __future__ import annotations

import asyncio

import pytest

from gatewaysdk import IdentifyPermit, LocalIdentifyQueue, ShardClosed, State, StateError
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


class Permit:
    def __init__(self, queue: Queue) -> None:
        self.queue = queue

    def used(self) -> None:
        self.queue.count("used")

    def release(self) -> None:
        self.queue.count("released")


class Queue:
    """Grants while the gate is open, and counts."""

    def __init__(self, *, is_open: bool = True) -> None:
        self.gate = asyncio.Event()
        if is_open:
            self.gate.set()
        self.asked = self.granted = self.used = self.released = self.cancelled = 0
        self._changed = asyncio.Event()

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        self.count("asked")
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.count("cancelled")
            raise
        self.count("granted")
        return Permit(self)

    def count(self, name: str) -> None:
        setattr(self, name, getattr(self, name) + 1)
        self._changed.set()

    async def until(self, name: str, number: int) -> None:
        async with asyncio.timeout(10):
            while getattr(self, name) < number:
                self._changed.clear()
                await self._changed.wait()


async def test_no_socket_is_opened_before_the_queue_grants_it(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue(is_open=False)
    shard = make_shard(intents=0, identify_queue=queue)
    connecting = asyncio.create_task(shard.connect())
    await queue.until("asked", 1)
    assert shard.state is State.QUEUED
    assert shard.health.state is State.QUEUED
    assert sim.connections == []
    queue.gate.set()
    await connecting
    assert (queue.granted, queue.used, queue.released) == (1, 1, 1)


async def test_resuming_asks_nobody(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue()
    shard = make_shard(intents=0, identify_queue=queue)
    await shard.connect()
    await shard.reconnect()
    await sim.wait_for(lambda: len(sim.resumes) == 1)
    assert queue.asked == 1


async def test_closing_while_queued_stops_at_once(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue(is_open=False)
    shard = make_shard(intents=0, identify_queue=queue)
    running = asyncio.create_task(shard.run())
    await queue.until("asked", 1)
    await shard.close()
    await asyncio.wait_for(running, 5)
    assert (queue.cancelled, queue.granted, sim.connections) == (1, 0, [])
    queue.gate.set()
    await shard.connect()  # and it can start again
    assert (queue.asked, queue.released) == (2, 1)


async def test_reconnecting_while_queued_keeps_the_place(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue(is_open=False)
    shard = make_shard(intents=0, identify_queue=queue)
    running = asyncio.create_task(shard.run())
    await queue.until("asked", 1)
    await shard.reconnect()
    queue.gate.set()
    await sim.wait_for_session()
    assert queue.asked == 1
    await shard.close()
    await running


async def test_each_attempt_that_fails_gives_its_permit_back_unused(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue()
    shard = make_shard(intents=0, identify_queue=queue)
    sim.faults.refuse = 503
    running = asyncio.create_task(shard.run())
    await queue.until("released", 3)
    assert queue.used == 0
    assert queue.granted - queue.released <= 1
    await shard.close()
    await running
    assert queue.granted == queue.released


async def test_a_final_close_code_gives_the_permit_back(make_shard: MakeShard) -> None:
    queue = Queue()
    with pytest.raises(Exception, match="4004"):
        await make_shard(intents=0, token="wrong", identify_queue=queue).run()
    assert (queue.granted, queue.used, queue.released) == (1, 1, 1)


async def test_cancelling_run_while_queued_leaves_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    queue = Queue(is_open=False)
    running = asyncio.create_task(make_shard(intents=0, identify_queue=queue).run())
    await queue.until("asked", 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert queue.cancelled == 1


async def test_after_op_9_the_shard_asks_on_the_same_connection(
    sim: Simulator, make_shard: MakeShard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gatewaysdk.protocol.lifecycle.IDENTIFY_INTERVAL", 0.01)
    monkeypatch.setattr("random.random", lambda: 0.0)  # the shortest wait
    queue = Queue()
    shard = make_shard(intents=0, identify_queue=queue)
    await shard.connect()
    await sim.invalidate(resumable=False)
    await sim.wait_for(lambda: len(sim.identifies) == 2)
    await queue.until("released", 2)
    assert (queue.asked, queue.used) == (2, 2)
    assert len(sim.connections) == 1


async def test_a_queue_that_breaks_ends_the_shard_with_what_it_raised(make_shard: MakeShard) -> None:
    class Away(Queue):
        async def acquire(self, shard_id: int) -> IdentifyPermit:
            if self.gate.is_set():
                return await super().acquire(shard_id)
            raise OSError("the broker is away")

    queue = Away(is_open=False)
    shard = make_shard(intents=0, identify_queue=queue)
    with pytest.raises(OSError, match="the broker is away"):
        await shard.run()
    assert shard.state is State.STOPPED
    queue.gate.set()
    await shard.connect()


async def test_shards_of_one_queue_are_live_one_after_the_other(sim: Simulator, make_shard: MakeShard) -> None:
    queue = LocalIdentifyQueue(1)
    first = make_shard(intents=0, shard=(0, 2), identify_queue=queue)
    second = make_shard(intents=0, shard=(1, 2), identify_queue=queue)
    await first.connect()
    connecting = asyncio.create_task(second.connect())
    await asyncio.sleep(0)
    assert second.state is State.QUEUED
    await second.close()
    with pytest.raises((ShardClosed, StateError)):
        await connecting
