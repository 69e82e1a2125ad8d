"""Events that come alone are handed out before the next is read, where Python can start tasks eagerly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from gatewaysdk import MemorySessionStore, MessageCreate, Resumed, Shard, TypingStart, decode_event
from gatewaysdk.delivery import delivery as _delivery
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import Simulator, sample
from gatewaysdk.tasks.worker import EAGER
from gatewaysdk.transport import Closed, Received

from .conftest import MakeShard


@pytest.fixture(autouse=True)
def apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast a test is, its events count as coming one at a time."""
    monkeypatch.setattr(_delivery, "_APART", 0.0)


def text(op: int, d: Any, s: int | None = None, t: str | None = None) -> str:
    return json.dumps({"t": t, "s": s, "op": op, "d": d})


class Script:
    """A socket that gives what a script has, and notes when it is read and gives; a connector of itself."""

    def __init__(self, log: list[str], events: int) -> None:
        self._log = log
        self._messages = self._script(events)
        self._gone = asyncio.Event()

    def _script(self, events: int) -> Iterator[str]:
        yield text(10, {"heartbeat_interval": 45_000})
        yield text(0, sample("READY", seed=0, full=True), 1, "READY")
        for number in range(events):
            yield text(0, sample("TYPING_START", seed=0, full=True), 2 + number, "TYPING_START")

    async def connect(self, url: str) -> Script:
        return self

    async def receive(self) -> Received:
        self._log.append("read")
        for _ in range(5):
            await asyncio.sleep(0)  # a socket that nothing comes from for a while
        message = next(self._messages, None)
        if message is None:
            await self._gone.wait()
            return Closed(None)
        self._log.append("given")
        return message

    async def send(self, data: bytes, *, binary: bool) -> None:
        pass

    async def close(self, code: int = 1000, reason: str = "") -> None:
        self._gone.set()

    def abort(self) -> None:
        self._gone.set()


@pytest.fixture(autouse=True, scope="module")
def built() -> None:
    """Models that are built when first used keep the loop for so long that others have their turn."""
    for name in ("READY", "TYPING_START"):
        decode_event(Frame(0, sample(name, seed=0, full=True), 1, name))


async def log_of(**options: Any) -> list[str]:
    """Return what a shard does with three events."""
    log: list[str] = []
    done = asyncio.Event()
    connector = Script(log, events=3)
    shard = Shard("any", url="ws://127.0.0.1", compress=None, connector=connector, **options)

    @shard.on(TypingStart)
    async def handle(event: TypingStart) -> None:
        log.append("handled")
        if log.count("handled") == 3:
            done.set()

    async with asyncio.timeout(10):
        await shard.connect()
        await done.wait()
        await shard.close()
    return log


def reading_as_handled(log: list[str]) -> list[bool]:
    """Tell of each event whether the next was being read already when it was handled."""
    places = [place for place, entry in enumerate(log) if entry == "handled"]
    return [log[:place].count("read") > log[:place].count("given") for place in places]


async def test_an_event_that_comes_alone_is_handled_before_the_next_is_read() -> None:
    assert reading_as_handled(await log_of()) == [not EAGER] * 3


async def test_events_that_may_be_handled_concurrently_are_left_to_tasks() -> None:
    assert reading_as_handled(await log_of(concurrency="channel")) == [True] * 3


async def test_an_event_whose_session_is_stored_is_handled_at_once_too() -> None:
    assert reading_as_handled(await log_of(session_store=MemorySessionStore())) == [not EAGER] * 3


async def test_on_a_loop_with_a_task_factory_events_are_left_to_its_tasks() -> None:
    loop = asyncio.get_running_loop()
    loop.set_task_factory(lambda loop, work, **options: asyncio.Task(work, loop=loop, **options))
    try:
        assert reading_as_handled(await log_of()) == [True] * 3
    finally:
        loop.set_task_factory(None)


async def test_a_handler_may_close_the_shard(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()

    @shard.on(MessageCreate)
    async def handle(event: MessageCreate) -> None:
        await shard.close()

    async with asyncio.timeout(10):
        running = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        await sim.emit("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True), respect_intents=False)
        await running
    assert shard.stats.handler_errors == 0


async def test_a_handler_that_reconnects_loses_nothing_and_gets_nothing_twice(
    sim: Simulator, make_shard: MakeShard
) -> None:
    shard = make_shard()
    got: list[str] = []
    resumed = asyncio.Event()

    @shard.on(MessageCreate)
    async def handle(event: MessageCreate) -> None:
        got.append(event.content)
        if event.content in ("2", "5"):
            await shard.reconnect()  # gives up the connection whose task stands below this very call

    @shard.on(Resumed)
    async def on_resumed(event: Resumed) -> None:
        resumed.set()

    async with asyncio.timeout(10):
        await shard.connect()
        for number in range(6):
            await sim.emit(
                "MESSAGE_CREATE",
                sample("MESSAGE_CREATE", seed=0, full=True) | {"content": str(number)},
                respect_intents=False,
            )
            if number in (2, 5):
                await resumed.wait()
                resumed.clear()
    assert got == [str(number) for number in range(6)]
    assert shard.stats.resumes == 2


async def test_what_comes_while_a_handler_waits_comes_after_it(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    got: list[str] = []
    waits, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    @shard.on(MessageCreate)
    async def handle(event: MessageCreate) -> None:
        if event.content == "first":
            waits.set()
            await go_on.wait()
        got.append(event.content)
        if event.content == "third":
            done.set()

    async with asyncio.timeout(10):
        await shard.connect()
        for content in ("first", "second", "third"):
            await sim.emit(
                "MESSAGE_CREATE",
                sample("MESSAGE_CREATE", seed=0, full=True) | {"content": content},
                respect_intents=False,
            )
            await waits.wait()
        assert got == []
        go_on.set()
        await done.wait()
    assert got == ["first", "second", "third"]


async def test_handlers_run_in_a_task_of_that_name_and_share_one_context(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    seen: list[str] = []
    variable: ContextVar[str] = ContextVar("variable", default="unset")
    done = asyncio.Event()

    @shard.on(MessageCreate)
    async def handle(event: MessageCreate) -> None:
        task = asyncio.current_task()
        assert task is not None
        assert task.get_name() == "gatewaysdk handlers"
        seen.append(variable.get())
        if event.content == "waits":
            await asyncio.sleep(0)
            assert asyncio.current_task() is task
        variable.set(event.content)
        if event.content == "last":
            done.set()

    async with asyncio.timeout(10):
        await shard.connect()
        for content in ("does not", "waits", "last"):
            await sim.emit(
                "MESSAGE_CREATE",
                sample("MESSAGE_CREATE", seed=0, full=True) | {"content": content},
                respect_intents=False,
            )
        await done.wait()
    assert seen == ["unset", "does not", "waits"]
