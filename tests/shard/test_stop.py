"""Stopping from where nothing can be awaited: signal handlers, threads, and before the start."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import threading
import time
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Effect, MessageDelete, Shard, StateError, Timeouts
from gatewaysdk.protocol import SessionStarted
from gatewaysdk.simulator import Simulator

from ..programs import start_program
from .conftest import MakeShard

BOT = """
import asyncio, signal, sys
from gatewaysdk import Event, Ready, Shard

shard = Shard("simulated-token", url=sys.argv[1])

@shard.on(Ready)
async def ready(event: Ready) -> None:
    print("ready", flush=True)

WAY
print("ended", shard.session is not None, flush=True)
"""

WAYS = {
    "a handler of signal.signal": "signal.signal(signal.SIGTERM, lambda *_: shard.stop())\nasyncio.run(shard.run())",
    "stop_signals": "asyncio.run(shard.run(stop_signals=[signal.SIGTERM]))",
}


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
@pytest.mark.parametrize("way", WAYS)
async def test_sigterm_ends_a_program_at_once_and_with_status_0(sim: Simulator, way: str) -> None:
    code = BOT.replace("WAY", WAYS[way])
    process = await start_program(sys.executable, "-c", code, sim.url)
    assert process.stdout is not None
    assert process.stderr is not None
    async with asyncio.timeout(30):
        assert await process.stdout.readline() == b"ready\n"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert await process.stdout.readline() == b"ended True\n"
        assert await process.wait() == 0
    assert time.monotonic() - began < 5  # it used to take until the next event, which never comes here
    assert await process.stderr.read() == b""
    assert sim.connections[0].client_close_code == 4000


async def test_another_thread_may_stop(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    threading.Thread(target=shard.stop).start()
    await asyncio.wait_for(running, 10)


async def test_a_stop_before_the_start_ends_the_next_start_and_no_other(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    shard.stop()
    await asyncio.wait_for(shard.run(), 10)
    assert not sim.connections
    shard.stop()
    with pytest.raises(StateError, match="the shard was closed"):
        await shard.connect()
    shard.stop()
    assert [event async for event in shard.events()] == []
    await shard.close()
    await shard.connect()
    assert (await shard.receive()).event_name == "READY"


async def test_a_stop_that_comes_as_it_starts_is_not_forgotten(sim: Simulator, make_shard: MakeShard) -> None:
    for _ in range(20):
        shard = make_shard(intents=0)
        go = threading.Event()

        def stop(shard: Shard = shard, go: threading.Event = go) -> None:
            go.wait()
            shard.stop()

        thread = threading.Thread(target=stop)
        thread.start()
        go.set()
        await asyncio.wait_for(shard.run(), 10)
        thread.join()


def test_a_stop_after_the_loop_is_closed_does_nothing() -> None:
    shard = Shard("any", url="ws://127.0.0.1:1", intents=0)

    async def start() -> None:
        running = asyncio.create_task(shard.run())
        await asyncio.sleep(0)
        shard.stop()
        await running

    asyncio.run(start())
    shard.stop()


async def test_stopping_gives_handlers_their_grace(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    finished: list[int] = []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        shard.stop()
        for _ in range(20):
            await asyncio.sleep(0)
        finished.append(event.id)

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"})
    await asyncio.wait_for(running, 10)
    assert finished == [1]


@pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")
async def test_signals_are_as_before_when_run_returns(sim: Simulator, make_shard: MakeShard) -> None:
    def mine(*_: Any) -> None: ...

    before = signal.signal(signal.SIGUSR1, mine)
    try:
        shard = make_shard(intents=0)
        running = asyncio.create_task(shard.run(stop_signals=[signal.SIGUSR1]))
        await sim.wait_for_session()
        os.kill(os.getpid(), signal.SIGUSR1)
        await asyncio.wait_for(running, 10)
        assert signal.getsignal(signal.SIGUSR1) is mine
    finally:
        signal.signal(signal.SIGUSR1, before)


async def test_only_the_main_thread_gets_signals(make_shard: MakeShard) -> None:
    outcome: list[BaseException] = []

    def elsewhere() -> None:
        try:
            asyncio.run(Shard("any", url="ws://127.0.0.1:1", intents=0).run(stop_signals=[signal.SIGTERM]))
        except ConfigurationError as error:
            outcome.append(error)

    await asyncio.to_thread(elsewhere)
    assert "SIGTERM" in str(outcome[0])
    assert "run it in the main thread" in str(outcome[0])


async def test_an_observer_can_be_removed(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0)
    seen: list[str] = []

    def once(effect: Effect) -> None:
        seen.append(type(effect).__name__)
        if isinstance(effect, SessionStarted):
            shard.unobserve(once)

    def always(effect: Effect) -> None:
        seen.append("always")

    shard.observe(once)
    shard.observe(always)
    await shard.connect()
    await shard.close()
    assert [name for name in seen if name != "always"][-1] == "SessionStarted"
    assert seen[-1] == "always"
    with pytest.raises(ConfigurationError, match="once does not observe; it may have been removed already"):
        shard.unobserve(once)


async def test_a_handler_that_ignores_its_cancellation_is_named_and_holds_nothing_up(
    sim: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    shard = Shard(sim.token, url=sim.url, timeouts=Timeouts(close=0.05))
    begun, go = asyncio.Event(), asyncio.Event()

    @shard.on(MessageDelete)
    async def stubborn(event: MessageDelete) -> None:
        begun.set()
        while not go.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await go.wait()

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", {"id": "1", "channel_id": "1"})
    await asyncio.wait_for(begun.wait(), 10)
    async with asyncio.timeout(5):
        await shard.close(grace=0)
        await running
    assert "gatewaysdk handlers goes on although it was cancelled 0.05 s ago" in caplog.text
    go.set()
    await until_gone("gatewaysdk handlers")


async def until_gone(name: str) -> None:
    async with asyncio.timeout(10):
        while any(task.get_name() == name for task in asyncio.all_tasks()):  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)
