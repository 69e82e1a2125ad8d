"""What consumers do when the engine does not answer, or fails."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest

from gatewaysdk.broker import partition
from gatewaysdk.broker.cursor import Cursor
from gatewaysdk.broker.log import ConsumedLog
from gatewaysdk.broker.memory import MemoryLeases, MemoryRegister, MemoryStore
from gatewaysdk.broker.protocols import Entry
from gatewaysdk.broker.store import LogReader, Selection
from gatewaysdk.errors import BrokerError, BrokerUnavailable, LeaseLost

from .events import SHARD, events, take


class Failing(MemoryStore):
    """Raises errors when it is asked for a reader."""

    def __init__(self, *errors: Exception) -> None:
        super().__init__()
        self.errors = list(errors)

    async def reader(self, partition: str, after: int, selection: Selection) -> LogReader:  # type: ignore[override]
        if self.errors:
            raise self.errors.pop(0)
        return await super().reader(partition, after, selection)


class Forgetful(MemoryRegister):
    """Stores what it is given, and says that there was no answer."""

    def __init__(self) -> None:
        super().__init__()
        self.silent = 0

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        written = await super().write(name, value, revision)
        if self.silent > 0:
            self.silent -= 1
            raise BrokerUnavailable("no answer")
        return written


async def test_a_reader_that_is_of_no_use_is_replaced() -> None:
    store = Failing(BrokerUnavailable("a leader is elected"))
    await store.append(SHARD, 0, events(1, 2))
    async with aclosing(ConsumedLog(store, MemoryLeases(), MemoryRegister()).consume("bot")) as source:
        assert [one.event for one in await take(source, 2)] == events(1, 2)


@pytest.mark.parametrize("error", [BrokerError("the stream is gone"), ValueError("broken")])
async def test_another_error_of_the_engine_ends_the_consumer(error: Exception) -> None:
    store = Failing(error)
    await store.append(SHARD, 0, events(1, 2))
    async with aclosing(ConsumedLog(store, MemoryLeases(), MemoryRegister()).consume("bot")) as source:
        with pytest.raises(type(error), match=str(error)):
            await anext(source)


async def test_a_write_that_was_stored_without_an_answer_is_not_another_owners() -> None:
    store, leases, register = MemoryStore(), MemoryLeases(), Forgetful()
    await store.append(SHARD, 0, events(1, 3))
    async with aclosing(ConsumedLog(store, leases, register).consume("bot")) as source:
        delivered = await take(source, 3)
        register.silent = 1
        for one in delivered:
            await one.done()
    assert await ConsumedLog(store, leases, register).lag("bot") == 0


class Refusing(MemoryRegister):
    """Raises an error when a cursor is written, once it was told to."""

    error: Exception | None = None
    only = "cursor."

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        if self.error is not None and name.startswith(self.only):
            raise self.error
        return await super().write(name, value, revision)


async def test_a_cursor_that_cannot_be_written_finishes_nothing_and_ends_the_consumer() -> None:
    store, register = MemoryStore(), Refusing()
    await store.append(SHARD, 0, events(1, 2))
    async with aclosing(ConsumedLog(store, MemoryLeases(), register).consume("bot")) as source:
        first, _ = await take(source, 2)
        register.error = BrokerError("the register is full")
        with pytest.raises(LeaseLost):
            await first.done()
        with pytest.raises(BrokerError, match="the register is full"):
            await anext(source)


@pytest.mark.parametrize("error", [BrokerUnavailable("no answer"), LeaseLost("another process has it")])
async def test_who_ends_gives_back_the_partitions_that_it_can(error: Exception) -> None:
    store, leases, register = MemoryStore(), MemoryLeases(), Refusing()
    for shard in ((0, 2), (1, 2)):
        await store.append(shard, 0, events(1, 1))
    async with aclosing(ConsumedLog(store, leases, register).consume("bot")) as source:
        await take(source, 2)
        register.error, register.only = error, "cursor.bot.0.2"
    assert list(await leases.held()) == ["consumer.bot.partition.0.2"]
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("consumer bot")]


async def test_an_event_that_is_never_finished_does_not_let_the_cursor_grow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partition, "_MOST_FINISHED", 300)
    store, register = MemoryStore(), MemoryRegister()
    await store.append(SHARD, 0, events(1, 2000))
    async with aclosing(ConsumedLog(store, MemoryLeases(), register).consume("bot")) as source:
        never, *others = await take(source, 256)  # as many as are read at once
        await asyncio.gather(*(one.done() for one in others))
        await asyncio.gather(*(one.done() for one in await take(source, 256)))
        await asyncio.gather(*(one.done() for one in await take(source, 256)))
        entry = await register.read(partition.cursor_name("bot", "3.16"))
        assert entry is not None
        assert Cursor.parse(entry.value).handed == 768
        await never.done()
        assert [one.event for one in await take(source, 1)] == events(769, 769)


class Overtaken(MemoryRegister):
    """The owner before, who stood still, writes its cursor once more between the first read and write of the next."""

    has_read = False

    async def read(self, name: str) -> Entry | None:
        entry = await super().read(name)
        if not self.has_read and name.startswith("cursor."):
            self.has_read = True
            await self.write(name, Cursor().dump("another"))
        return entry


async def test_a_write_of_the_owner_before_delays_the_next_one_and_does_not_end_it() -> None:
    store = MemoryStore()
    await store.append(SHARD, 0, events(1, 2))
    log = ConsumedLog(store, MemoryLeases(), Overtaken(), lease_ttl=0.3)
    async with aclosing(log.consume("bot")) as source:
        assert [one.event for one in await take(source, 2)] == events(1, 2)


async def test_who_stood_still_past_its_lease_can_finish_nothing_and_another_gets_it_all_again() -> None:
    now = 0.0
    store, leases, register = MemoryStore(), MemoryLeases(lambda: now), MemoryRegister()
    await store.append(SHARD, 0, events(1, 3))
    frozen = ConsumedLog(store, leases, register, lease_ttl=1000).consume("bot")
    in_hand = await take(frozen, 2)
    await in_hand[0].done()
    now = 2000.0
    async with aclosing(ConsumedLog(store, leases, register).consume("bot")) as source:
        again = await take(source, 2)
        assert [(one.event.sequence, one.attempt) for one in again] == [(2, 2), (3, 2)]
        with pytest.raises(LeaseLost, match="bot"):
            await in_hand[1].done()
        with pytest.raises(LeaseLost):
            await in_hand[1].failed()
        for one in again:
            await one.done()
    await frozen.aclose()
    assert await ConsumedLog(store, leases, register).lag("bot") == 0


def attempts(cursor: Cursor, positions: Sequence[int]) -> list[int]:
    return [cursor.attempt(position) for position in positions]


def test_a_cursor_knows_after_a_crash_what_was_handed_out() -> None:
    cursor = Cursor()
    assert all(cursor.hand(position) for position in (2, 5, 7))
    cursor.finish(5)
    assert (cursor.floor, cursor.in_hand) == (1, 2)
    for expected in ([2, 2, 1], [3, 3, 1]):
        cursor = Cursor.parse(cursor.dump("b"))
        cursor.take_over()
        assert [cursor.hand(position) for position in (2, 5, 7, 9)] == [True, False, True, True]
        assert attempts(cursor, (2, 7, 12)) == expected
        cursor.leave(7)
    cursor = Cursor.parse(cursor.dump("b"))
    cursor.take_over()
    for position in (2, 5, 7):
        cursor.hand(position)
    cursor.finish(2)
    assert cursor.floor == 6
    cursor.finish(7)
    assert (cursor.floor, cursor.finished_above_floor) == (7, 0)


def test_a_cursor_does_not_pass_what_its_owner_has_not_read_again() -> None:
    cursor = Cursor()
    for position in range(1, 11):
        cursor.hand(position)
    cursor = Cursor.parse(cursor.dump("b"))
    cursor.take_over()
    cursor.hand(1)
    cursor.finish(1)
    assert cursor.floor == 1
