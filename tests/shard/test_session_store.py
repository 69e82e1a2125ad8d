"""Stores: what they hold at any moment, and what a shard does with it after a restart."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import (
    ConfigurationError,
    Event,
    FatalCloseError,
    FileSessionStore,
    Intents,
    MemorySessionStore,
    MessageDelete,
    Ready,
    Resumed,
    Session,
    SessionStore,
    Shard,
)
from gatewaysdk.simulator import Simulator

from .conftest import QUICK, MakeShard
from .test_sessions import emit, ids, until

SESSION = Session("id", "wss://resume.test", 42, None, 1_700_000_000.5)

Stores = dict[str, Callable[[Path], SessionStore]]
STORES: Stores = {
    "memory": lambda _: MemorySessionStore(),
    "file": lambda path: FileSessionStore(path / "session.json"),
}


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> SessionStore:
    return STORES[request.param](tmp_path)


# A store by itself


async def test_a_store_gives_back_what_was_saved_last_for_each_shard(store: SessionStore) -> None:
    assert await store.load(None) is None
    second = Session("other", "wss://resume.test", 7, (1, 2), None)
    for session in (SESSION, second, Session("id", "wss://resume.test", 43, None, 1.0)):
        await store.save(session.shard, session)
    loaded = await store.load(None)
    assert loaded is not None
    assert asdict(loaded) == asdict(Session("id", "wss://resume.test", 43, None, 1.0))
    assert asdict(await store.load((1, 2)) or SESSION) == asdict(second)
    assert await store.load((0, 2)) is None


async def test_a_store_forgets_what_it_is_told_to_forget(store: SessionStore) -> None:
    await store.save(None, None)
    await store.save(None, SESSION)
    await store.save(None, None)
    assert await store.load(None) is None
    await store.save(None, SESSION)
    assert await store.load(None) == SESSION


# With a shard


@pytest.mark.parametrize(
    "garbage",
    [{"session_id": "a"}, "id", 5, Session("a", "wss://g.test", -1), Session("\ud800", "wss://g.test", 1)],
)
async def test_garbage_from_a_store_is_refused(sim: Simulator, make_shard: MakeShard, garbage: Any) -> None:
    store = MemorySessionStore()
    store.sessions[None] = garbage
    with pytest.raises(ConfigurationError, match="the session"):
        await make_shard(intents=0, session_store=store).connect()
    assert not sim.connections


async def test_a_stored_session_of_another_gateway_is_resumed_on_the_base_with_a_warning(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    store = MemorySessionStore()
    async with Shard(sim.token, url=sim.url, intents=0, session_store=store) as first:
        await first.connect()
    session = store.sessions[None]
    store.sessions[None] = replace(session, resume_gateway_url="ws://elsewhere.invalid")
    await make_shard(intents=0, session_store=store).connect()
    assert len(sim.resumes) == 1
    assert "the stored session's resume_gateway_url is ws://elsewhere.invalid, which is not within" in caplog.text


async def test_pain_05_a_shard_resumes_after_a_restart(sim: Simulator, store: SessionStore) -> None:
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as first:
        await first.connect()
        await emit(sim, 1)
        await until(first, MessageDelete)
    saved = await store.load(None)
    assert saved is not None
    assert saved.seen_at is not None
    await emit(sim, 2, 3)
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as second:
        await second.connect()
        assert ids(await until(second, Resumed)) == [2, 3]
    assert (len(sim.identifies), len(sim.resumes)) == (1, 1)


async def test_the_store_is_up_to_date_before_the_next_handler_starts(
    sim: Simulator, make_shard: MakeShard, store: SessionStore
) -> None:
    shard = make_shard(session_store=store)
    found: list[tuple[int, int]] = []
    done = asyncio.Event()

    @shard.on(MessageDelete)
    async def look(event: MessageDelete) -> None:
        session = await store.load(None)
        assert session is not None
        found.append((int(event.id), session.sequence))
        if event.id == 20:
            done.set()

    task = asyncio.create_task(shard.run())
    session = await sim.wait_for_session()
    first = session.sequence + 1
    await emit(sim, *range(1, 21))
    await asyncio.wait_for(done.wait(), 10)
    assert found == [(number, first + number - 2) for number in range(1, 21)]
    await shard.close()
    await task
    assert (await store.load(None) or SESSION).sequence == first + 19


async def test_a_reader_is_done_with_an_event_when_it_asks_for_the_next(
    sim: Simulator, make_shard: MakeShard, store: SessionStore
) -> None:
    shard = make_shard(intents=0, session_store=store)
    await shard.connect()
    await emit(sim, 1, 2, 3)
    await shard.receive()
    for number in (1, 2, 3):
        await shard.receive()
        session = await store.load(None)
        assert session is not None
        assert session.sequence == number, f"READY has 1, so {number} is that of the event before"


async def test_an_event_that_a_reader_was_busy_with_comes_again(sim: Simulator, store: SessionStore) -> None:
    async def read() -> None:
        async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as first:
            async for event in first.events():
                if isinstance(event, Ready):
                    await emit(sim, 1, 2, 3)
                elif ids([event]) == [2]:
                    raise KeyError("the work on 2 fails")

    with pytest.raises(KeyError):
        await read()
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as second:
        await second.connect()
        assert ids(await until(second, Resumed)) == [2, 3]


async def test_a_reader_that_stops_on_purpose_goes_on_with_the_next_event(sim: Simulator, store: SessionStore) -> None:
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as first:
        async for event in first.events():
            if isinstance(event, Ready):
                await emit(sim, 1, 2, 3)
            elif ids([event]) == [2]:
                break
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as second:
        await second.connect()
        assert ids(await until(second, Resumed)) == [3]


async def test_what_a_reader_left_behind_is_forgotten_after_a_heartbeat(store: SessionStore) -> None:
    async with Simulator(heartbeat_interval=30) as sim:
        shard = Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store)
        async for _ in shard.events():
            break
        await emit(sim, 1, 2, 3)
        assert (await store.load(None) or SESSION).sequence == 1
        await sim.wait_for_received(1, len(await sim.wait_for_received(1)) + 2)
        assert (await store.load(None) or SESSION).sequence == 4
        await shard.close()


class Noting(MemorySessionStore):
    def __init__(self) -> None:
        super().__init__()
        self.saved: asyncio.Queue[Session | None] = asyncio.Queue()

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        await super().save(shard, session)
        self.saved.put_nowait(session)


async def test_events_of_a_session_that_is_lost_do_not_count_for_the_next(sim: Simulator) -> None:
    store = Noting()
    intents = Intents.GUILD_MESSAGES
    # Resumed, so that the IDENTIFY below need not wait for 5 s after another one.
    async with Shard(sim.token, url=sim.url, policy=QUICK, session_store=store, intents=intents) as first:
        await first.connect()
    shard = Shard(sim.token, url=sim.url, policy=QUICK, session_store=store, intents=intents)
    entered, go_on, done = asyncio.Event(), asyncio.Event(), asyncio.Event()
    got: list[int] = []

    @shard.on_raw("MESSAGE_DELETE")
    async def handle(data: dict[str, str]) -> None:
        entered.set()
        await go_on.wait()
        got.append(int(data["id"]))
        if len(got) == 6:
            done.set()

    task = asyncio.create_task(shard.run())
    old = await sim.wait_for_session()
    await emit(sim, 1, 2, 3)
    await asyncio.wait_for(entered.wait(), 5)
    await sim.close(4009)
    new = await sim.wait_for_session()
    assert old.session_id != new.session_id
    await emit(sim, 4, 5, 6)
    async with asyncio.timeout(5):
        while (session := await store.saved.get()) is None or session.session_id == old.session_id:
            pass
    assert session.session_id == new.session_id, "storing it must not wait for the handler"
    assert session.sequence == 1, "nothing of it after READY is done with"
    go_on.set()
    await asyncio.wait_for(done.wait(), 10)
    assert got == [1, 2, 3, 4, 5, 6]
    await shard.close()
    await task
    later = [store.saved.get_nowait() for _ in range(store.saved.qsize())]
    assert [one.sequence for one in later if one is not None] == [2, 3, 4], "those of the old session save nothing"


async def test_a_session_that_the_gateway_forgot_is_replaced(sim: Simulator) -> None:
    store = MemorySessionStore()
    store.sessions[None] = Session("long-gone", sim.url, 5)
    async with Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store) as shard:
        await shard.connect()
        assert store.sessions[None].session_id == sim.sessions[0].session_id


async def test_ending_the_session_on_purpose_empties_the_store(
    sim: Simulator, make_shard: MakeShard, store: SessionStore
) -> None:
    shard = make_shard(intents=0, session_store=store)
    await shard.connect()
    assert await store.load(None) is not None
    await shard.close(keep_session=False)
    assert await store.load(None) is None


async def test_a_final_close_empties_the_store(sim: Simulator, make_shard: MakeShard, store: SessionStore) -> None:
    shard = make_shard(intents=0, session_store=store)
    stream = shard.events()
    await sim.wait_for_session()
    await sim.close(4014)
    assert isinstance(await anext(stream), Ready)
    with pytest.raises(FatalCloseError):
        await anext(stream)
    await shard.close()
    assert await store.load(None) is None


class FullDisk(MemorySessionStore):
    full = True

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        if self.full:
            raise OSError(28, "no space left on device")
        await super().save(shard, session)


async def test_a_store_that_fails_is_reported_once_and_tried_again(sim: Simulator, make_shard: MakeShard) -> None:
    store = FullDisk()
    shard = make_shard(intents=0, session_store=store)
    errors: list[tuple[Exception, Event | None]] = []

    @shard.on_error
    async def on_error(error: Exception, event: Event | None) -> None:
        errors.append((error, event))

    await shard.connect()
    await emit(sim, 1, 2, 3)
    await until(shard, MessageDelete)
    await until(shard, MessageDelete)
    assert [(type(error), event) for error, event in errors] == [(OSError, None)]
    store.full = False
    await until(shard, MessageDelete)
    assert store.sessions[None].sequence == 3


class Foreign(MemorySessionStore):
    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        raise ConfigurationError("this is no session")


async def test_a_store_that_cannot_be_loaded_ends_the_start(sim: Simulator, make_shard: MakeShard) -> None:
    for start in (
        make_shard(intents=0, session_store=Foreign()).connect,
        make_shard(session_store=Foreign(), intents=0).run,
    ):
        with pytest.raises(ConfigurationError, match="this is no session"):
            await start()
    assert not sim.connections


class Slow(MemorySessionStore):
    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        await asyncio.Event().wait()
        raise AssertionError("it waits for ever")


async def test_closing_while_the_store_still_loads(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=0, session_store=Slow())
    stream = shard.events()
    await asyncio.sleep(0)
    await shard.reconnect()
    async with asyncio.timeout(2):
        await shard.close()
        assert [event async for event in stream] == []
    assert not sim.connections


async def test_a_session_of_another_shard_is_refused(sim: Simulator, make_shard: MakeShard) -> None:
    store = MemorySessionStore()
    store.sessions[0, 2] = SESSION
    with pytest.raises(ConfigurationError, match=r"the session is of shard None, not \(0, 2\)"):
        await make_shard(intents=0, shard=(0, 2), session_store=store).connect()


def test_two_sources_of_a_session_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="pass one of them"):
        Shard("t", intents=0, session=SESSION, session_store=MemorySessionStore())


async def test_cancellation_at_any_await_leaves_a_whole_file_and_nothing_else(sim: Simulator, tmp_path: Path) -> None:
    for turns in range(0, 60, 2):
        store = FileSessionStore(tmp_path / "session.json")
        shard = Shard(sim.token, url=sim.url, intents=0, policy=QUICK, session_store=store)
        task = asyncio.create_task(shard.run())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        left = [one for one in asyncio.all_tasks() if one.get_name().startswith("gatewaysdk")]
        assert not left, f"after {turns} turns: {left}"
        session = await FileSessionStore(tmp_path / "session.json").load(None)
        assert session is None or session.session_id in {one.session_id for one in sim.sessions}
    assert os.listdir(tmp_path) == ["session.json"]
