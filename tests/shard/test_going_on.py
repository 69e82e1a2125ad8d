"""Delivery goes on, or somebody is told: whatever handlers, hooks, stores and other tasks do."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import pytest

from gatewaysdk import (
    Event,
    Intents,
    MemorySessionStore,
    MessageDelete,
    Session,
    SessionStoreTimeout,
    Shard,
    StateError,
    TaskCancelled,
    TypingStart,
)
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop go round until something is so."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - nothing tells of it
            await asyncio.sleep(0)


def deleted(number: int, channel: int = 1) -> dict[str, str]:
    return {"id": str(number), "channel_id": str(channel)}


async def await_a_cancelled_future() -> None:
    future = asyncio.get_running_loop().create_future()
    future.cancel()
    await future


async def emit(sim: Simulator, count: int, first: int = 0) -> None:
    for number in range(first, first + count):
        await sim.emit("MESSAGE_DELETE", deleted(number, number % 3))


class Collector:
    """Notes events and errors, and tells when an event with a number came."""

    def __init__(self, shard: Shard, last: int) -> None:
        self.ids: list[int] = []
        self.errors: list[Exception] = []
        self._last = last
        self.done = asyncio.Event()
        shard.on(MessageDelete)(self.handle)
        shard.on_error(self.note)

    async def handle(self, event: MessageDelete) -> None:
        self.ids.append(event.id)
        if event.id == self._last:
            self.done.set()

    async def note(self, error: Exception, event: Event | None) -> None:
        self.errors.append(error)


# A call that raises leaves nothing behind


async def test_connect_while_running_leaves_no_stream_that_nobody_reads(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=5)
    got = Collector(shard, last=49)
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    with pytest.raises(StateError, match="running already"):
        await shard.connect()
    await emit(sim, 50)
    await asyncio.wait_for(got.done.wait(), 10)
    assert got.ids == list(range(50))
    await shard.close()
    await running


async def test_no_call_that_raises_changes_who_listens(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=5, intents=Intents.GUILDS)
    readers = shard._runtime.delivery.readers

    async def typing(event: TypingStart) -> None: ...

    shard.on(TypingStart)(typing)  # the intents cannot bring it
    calls: list[Callable[[], Awaitable[object]]] = [shard.connect, shard.run]
    for call in calls:
        with pytest.raises(ValueError, match="TYPING_START"):
            await call()
    with pytest.raises(ValueError, match="TYPING_START"):
        shard.events(TypingStart)
    with pytest.raises(ValueError, match="TYPING_START"):
        shard.events()
    assert [channel for channel in readers.channels if not channel.closed] == []
    assert not shard._runtime.lifetime.running
    shard.off(typing)
    await shard.connect()
    assert (await shard.receive()).event_name == "READY"


# Cancellations that get out


@pytest.mark.parametrize("concurrency", [None, "channel"])
async def test_an_error_hook_that_lets_a_cancellation_out_stops_nothing(
    sim: Simulator, make_shard: MakeShard, concurrency: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    shard = make_shard(concurrency=concurrency)
    got = Collector(shard, last=9)

    @shard.on(MessageDelete)
    async def fail(event: MessageDelete) -> None:
        raise ZeroDivisionError

    @shard.on_error
    async def hook(error: Exception, event: Event | None) -> None:
        await await_a_cancelled_future()

    await shard.connect()
    await emit(sim, 10)
    await asyncio.wait_for(got.done.wait(), 10)
    assert sorted(got.ids) == list(range(10))
    assert "the error hook raised" in caplog.text


async def test_a_store_that_lets_a_cancellation_out_stops_nothing(sim: Simulator, make_shard: MakeShard) -> None:
    class Store(MemorySessionStore):
        async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
            await await_a_cancelled_future()

    shard = make_shard(session_store=Store())
    got = Collector(shard, last=9)
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await emit(sim, 10)
    await asyncio.wait_for(got.done.wait(), 10)
    assert got.ids == list(range(10))
    assert [str(error) for error in got.errors] == ["the session store's save let a CancelledError out"]
    await shard.close()
    await running


async def cancel_own_task(event: MessageDelete) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def cancel_own_task_and_return(event: MessageDelete) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()


async def swallow_a_cancellation(event: MessageDelete) -> None:
    with contextlib.suppress(asyncio.CancelledError):
        await cancel_own_task(event)


async def let_one_out(event: MessageDelete) -> None:
    await await_a_cancelled_future()


@pytest.mark.parametrize("concurrency", [None, "channel"])
@pytest.mark.parametrize(
    ("before", "reports"),
    [
        ([cancel_own_task], "something cancelled the task of handlers"),
        ([cancel_own_task_and_return], ""),  # the cancellation hits whatever awaits next, if anything does
        ([swallow_a_cancellation, let_one_out], "something cancelled the task of handlers"),
        ([let_one_out], "a handler let a CancelledError out"),
        ([cancel_own_task, swallow_a_cancellation, cancel_own_task, let_one_out], "cancelled"),
    ],
)
async def test_a_handler_that_plays_with_cancellation_is_reported_and_no_other_handler_misses_an_event(
    sim: Simulator,
    make_shard: MakeShard,
    before: list[Callable[[MessageDelete], Awaitable[None]]],
    reports: str,
    concurrency: str | None,
) -> None:
    shard = make_shard(concurrency=concurrency)
    for handler in before:
        shard.on(MessageDelete)(handler)  # type: ignore[arg-type]
    got = Collector(shard, last=9)
    stream = shard.stream(MessageDelete)
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await emit(sim, 10)
    streamed = sorted([(await asyncio.wait_for(anext(stream), 10)).id for _ in range(10)])
    assert (sorted(got.ids), streamed) == (list(range(10)), list(range(10)))
    if reports:
        assert any(reports in str(error) for error in got.errors)
        assert shard.stats.handler_errors == len(got.errors)
    assert shard.health.in_hand == ()
    await shard.close()
    await asyncio.wait_for(running, 10)


async def test_a_task_of_ours_that_is_cancelled_from_outside_ends_the_shard_with_an_error(
    sim: Simulator, make_shard: MakeShard
) -> None:
    for name in ("gatewaysdk connection", "gatewaysdk writer"):
        shard = make_shard(intents=0)
        running = asyncio.create_task(shard.run())
        await until(lambda shard=shard: shard.session is not None)  # type: ignore[misc]
        next(task for task in asyncio.all_tasks() if task.get_name() == name).cancel()
        with pytest.raises(TaskCancelled, match=f"something cancelled the task '{name}' from outside"):
            await asyncio.wait_for(running, 10)


def test_a_loop_that_ends_takes_a_busy_shard_with_it() -> None:
    """`asyncio.run` cancels all tasks at its end, and waits for them: none may refuse."""
    handled: list[int] = []

    async def main() -> None:
        async with Simulator(token="simulated-token") as sim:
            shard = Shard(sim.token, url=sim.url, queue_size=10)
            begun = asyncio.Event()

            @shard.on(MessageDelete)
            async def hang(event: MessageDelete) -> None:
                handled.append(event.id)
                begun.set()
                await asyncio.get_running_loop().create_future()

            shard.on_error(ignore)
            await shard.connect()
            await emit(sim, 5)
            await asyncio.wait_for(begun.wait(), 10)
            keep.append(shard)

    async def ignore(error: Exception, event: Event | None) -> None: ...

    keep: list[Shard] = []
    try:
        asyncio.run(main())
    except* (ResourceWarning, RuntimeError):
        pass
    assert handled == [0]


# Bounds


async def test_the_oldest_are_let_go_from_the_lanes_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=10, overflow="drop_oldest", concurrency="guild")
    go, last = asyncio.Event(), asyncio.Event()
    handled: list[int] = []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        await go.wait()
        handled.append(event.id)
        if event.id == 299:
            last.set()

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    arrived = asyncio.create_task(shard.wait_for(MessageDelete, lambda event: event.id == 299))
    for number in range(300):
        await sim.emit("MESSAGE_DELETE", {**deleted(number), "guild_id": str(number % 2)})
    await asyncio.wait_for(arrived, 10)
    health = shard.health
    assert health.waiting + len(health.in_hand) <= 10
    assert shard.stats.dropped >= 290
    go.set()
    await asyncio.wait_for(last.wait(), 10)
    assert len(handled) + shard.stats.dropped == 300
    assert handled[-4:] == [296, 297, 298, 299] or sorted(handled)[-4:] == [296, 297, 298, 299]
    await shard.close()
    await running


async def test_large_events_pause_reading_by_their_bytes(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=1000, queue_bytes=100_000)
    go, done = asyncio.Event(), asyncio.Event()
    handled: list[int] = []

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        await go.wait()
        handled.append(event.id)
        if event.id == 39:
            done.set()

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(40):
        await sim.emit("MESSAGE_DELETE", {**deleted(number), "padding": "x" * 20_000})
    await until(lambda: shard.health.reading_paused_for is not None)
    assert 100_000 <= shard.health.held_bytes < 150_000
    go.set()
    await asyncio.wait_for(done.wait(), 10)
    assert handled == list(range(40))
    assert shard.health.reading_paused_for is None
    await shard.close()
    await running


async def test_a_stream_is_bounded_by_bytes_too(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_bytes=50_000)
    stream = shard.stream(MessageDelete)
    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    for number in range(20):
        await sim.emit("MESSAGE_DELETE", {**deleted(number), "padding": "x" * 20_000}, respect_intents=False)
    await until(lambda: shard.health.reading_paused_for is not None)
    assert (await anext(stream)).id == 0
    stream.drop()
    await shard.close()
    await running


# Closing from within


@pytest.mark.parametrize("concurrency", [None, "channel"])
@pytest.mark.parametrize("way", ["await", "gather", "create_task"])
async def test_a_handler_that_closes_goes_on_at_once(
    sim: Simulator, make_shard: MakeShard, concurrency: str | None, way: str
) -> None:
    shard = make_shard(concurrency=concurrency)
    outcome: list[str] = []

    @shard.on(MessageDelete)
    async def close(event: MessageDelete) -> None:
        try:
            async with asyncio.timeout(2):  # it used to wait 5 s for itself, and then to be cancelled
                if way == "await":
                    await shard.close()
                elif way == "gather":
                    await asyncio.gather(shard.close(), asyncio.sleep(0))
                else:
                    await asyncio.create_task(shard.close())
            await asyncio.sleep(0)
            outcome.append("went on")
        except BaseException as error:
            outcome.append(repr(error))
            raise

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await emit(sim, 1)
    await asyncio.wait_for(running, 10)
    assert outcome == ["went on"]
    await shard.close()


async def test_the_reader_of_a_full_stream_may_close(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(queue_size=2)
    await shard.connect()
    assert (await shard.receive()).event_name == "READY"
    await sim.wait_for_session()
    for number in range(6):
        await sim.emit("MESSAGE_DELETE", deleted(number), respect_intents=False)
    await until(lambda: shard.health.reading_paused_for is not None)
    async with asyncio.timeout(3):  # grace is 5 s
        await shard.close()


# The store


async def test_a_store_that_hangs_does_not_stop_delivery(sim: Simulator, make_shard: MakeShard) -> None:
    class Store(MemorySessionStore):
        hangs = False

        async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
            if self.hangs:
                await asyncio.get_running_loop().create_future()
            await super().save(shard, session)

    store = Store()
    shard = make_shard(session_store=store, store_timeout=0.05)
    got = Collector(shard, last=9)
    running = asyncio.create_task(shard.run())
    session = await sim.wait_for_session()
    await emit(sim, 3)
    store.hangs = True
    await emit(sim, 7, first=3)
    await asyncio.wait_for(got.done.wait(), 10)
    assert got.ids == list(range(10))
    assert [type(error) for error in got.errors] == [SessionStoreTimeout]
    store.hangs = False
    await shard.close()
    await running
    assert store.sessions[None].sequence == session.sequence


async def test_a_load_that_hangs_ends_the_start(make_shard: MakeShard) -> None:
    class Store(MemorySessionStore):
        async def load(self, shard: tuple[int, int] | None) -> Session | None:
            return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    with pytest.raises(SessionStoreTimeout):
        await make_shard(session_store=Store(), store_timeout=0.05, intents=0).run()


async def test_two_tasks_on_one_stream_hold_the_stored_sequence_each(sim: Simulator, make_shard: MakeShard) -> None:
    store = MemorySessionStore()
    shard = make_shard(session_store=store)
    stream = shard.stream(MessageDelete)
    running = asyncio.create_task(shard.run())
    session = await sim.wait_for_session()
    before = session.sequence
    go_on = asyncio.Event()

    async def slow() -> None:
        await anext(stream)
        await go_on.wait()
        await anext(stream)

    async def quick() -> None:
        for _ in range(4):
            await anext(stream)

    reading = asyncio.create_task(slow())
    await asyncio.sleep(0)
    await emit(sim, 1)
    await until(lambda: shard.stats.events >= before + 1)
    others = asyncio.create_task(quick())
    await emit(sim, 4, first=1)
    await asyncio.wait_for(others, 10)
    assert shard.session is not None
    assert shard.session.sequence == before  # the event in the slow reader's hand is not passed
    go_on.set()
    await emit(sim, 1, first=5)
    await asyncio.wait_for(reading, 10)
    assert shard.session.sequence > before
    stream.drop()
    await shard.close()
    await running


# What shows all this


async def test_health_tells_what_is_in_hand_and_for_how_long(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard()
    assert (shard.health.since_event, shard.health.in_hand, shard.health.state.value) == (None, (), "idle")
    begun, go = asyncio.Event(), asyncio.Event()

    @shard.on(MessageDelete)
    async def handle(event: MessageDelete) -> None:
        begun.set()
        await go.wait()

    running = asyncio.create_task(shard.run())
    await sim.wait_for_session()
    await emit(sim, 3)
    await asyncio.wait_for(begun.wait(), 10)
    await until(lambda: shard.health.waiting == 2)
    health = shard.health
    (name, seconds) = health.in_hand[0]
    assert (name, len(health.in_hand)) == ("MESSAGE_DELETE", 1)
    assert 0 <= seconds < 10
    assert health.since_event is not None
    assert health.since_handled is None
    go.set()
    await until(lambda: shard.health.since_handled is not None and not shard.health.in_hand)
    await sim.request_heartbeat()
    await until(lambda: shard.health.since_ack is not None)
    await shard.close()
    await running
    assert shard.health.since_ack is None
