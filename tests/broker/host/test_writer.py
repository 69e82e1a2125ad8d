"""The writer against an engine in memory that fails when it is told to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from gatewaysdk import MemorySessionStore
from gatewaysdk.broker.host.writer import LogWriter
from gatewaysdk.broker.memory import MemoryStore
from gatewaysdk.broker.protocols import LoggedEvent, LogPosition, ShardKey
from gatewaysdk.broker.store import Selection
from gatewaysdk.codec import get_codec
from gatewaysdk.errors import BrokerUnavailable, Fenced, LeaseLost
from gatewaysdk.protocol import Session

SHARD = (3, 8)
CODEC = get_codec("json")


class Log(MemoryStore):
    """Fails before or after it has stored a batch, when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.lose_answers = 0
        self.asked = asyncio.Event()

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        self.asked.set()
        if self.away:
            raise BrokerUnavailable("the engine is away")
        position = await super().append(shard, expected, batch)
        if self.lose_answers:
            self.lose_answers -= 1
            raise BrokerUnavailable("the answer was lost")
        return position

    async def last(self, shard: ShardKey) -> LogPosition:
        if self.away:
            raise BrokerUnavailable("the engine is away")
        return await super().last(shard)

    async def stored(self) -> list[tuple[str, int]]:
        reader = await self.reader(f"{SHARD[0]}.{SHARD[1]}", 0, Selection())
        return [(one.event.session_id, one.event.sequence) for one in await reader.read(1000, 1)]


class Cluster:
    def __init__(self) -> None:
        self.log = Log()
        self.store = MemorySessionStore()
        self.lease_is_ours = True

    async def check(self) -> None:
        if not self.lease_is_ours:
            raise LeaseLost("shard.3.8 is another host's")

    def writer(self, size: int = 1000) -> LogWriter:
        return LogWriter(SHARD, self.log, self.store, CODEC, self.check, size=size, batch=4, retry=0)


@asynccontextmanager
async def running(writer: LogWriter) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(writer.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait([task])


def session(session_id: str = "s", sequence: int = 1) -> Session:
    return Session(session_id, "wss://gateway.discord.gg", sequence, SHARD)


def take(writer: LogWriter, *numbers: int) -> None:
    for number in numbers:
        writer.take(CODEC.envelope(b'{"t":"MESSAGE_CREATE","s":%d,"op":0,"d":{"n":%d}}' % (number, number)))


def numbers(session_id: str, *sequences: int) -> list[tuple[str, int]]:
    return [(session_id, sequence) for sequence in sequences]


async def test_events_are_stored_as_they_came_once_and_in_order() -> None:
    cluster = Cluster()
    writer = cluster.writer()
    assert await writer.load(SHARD) is None
    writer.begin(session())
    async with running(writer):
        take(writer, 1, 2, 2, 1, 3, 4, 5, 6)  # what a gateway repeats is not stored again
        await writer.drain()
    assert await cluster.log.stored() == numbers("s", 1, 2, 3, 4, 5, 6)
    reader = await cluster.log.reader("3.8", 0, Selection())
    first = (await reader.read(1, 1))[0].event
    assert first == LoggedEvent(SHARD, "s", 1, "MESSAGE_CREATE", b'{"n":1}', "json")
    assert (writer.written, writer.waiting, writer.behind) == (6, 0, 0.0)


async def test_an_event_counts_as_handled_only_when_it_is_stored() -> None:
    cluster = Cluster()
    writer = cluster.writer()
    await writer.load(SHARD)
    writer.begin(session())
    take(writer, 1, 2)
    assert writer.done_up_to() is None
    await writer.save(SHARD, session(sequence=2))
    assert cluster.store.sessions[SHARD].sequence == 0
    async with running(writer):
        await writer.drain()
    assert writer.done_up_to() == 2
    take(writer, 3)
    await writer.save(SHARD, session(sequence=3))
    assert cluster.store.sessions[SHARD].sequence == 2


async def test_a_new_session_is_saved_before_its_first_event_is_stored() -> None:
    cluster = Cluster()
    writer = cluster.writer()
    await writer.load(SHARD)
    cluster.log.away = True
    async with running(writer):
        writer.begin(session("new"))
        take(writer, 1)
        await cluster.log.asked.wait()
    assert cluster.store.sessions[SHARD] == session("new", 0)
    cluster.log.away = False
    assert await cluster.writer().load(SHARD) == session("new", 0)  # so that READY comes again


async def test_a_start_resumes_from_the_greater_of_store_and_log() -> None:
    cluster = Cluster()
    writer = cluster.writer()
    await writer.load(SHARD)
    writer.begin(session())
    async with running(writer):
        take(writer, 1, 2, 3)
        await writer.drain()
    cluster.store.sessions[SHARD] = session(sequence=2)
    assert await cluster.writer().load(SHARD) == session(sequence=3)
    cluster.store.sessions[SHARD] = session(sequence=5)  # the log has forgotten its end, for its age
    assert await cluster.writer().load(SHARD) == session(sequence=5)
    cluster.store.sessions[SHARD] = session("other", 2)
    assert await cluster.writer().load(SHARD) == session("other", 2)


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_lost_answer_neither_loses_nor_doubles(lost: int) -> None:
    cluster = Cluster()
    writer = cluster.writer()
    await writer.load(SHARD)
    writer.begin(session())
    cluster.log.lose_answers = lost
    async with running(writer):
        take(writer, *range(1, 12))
        await writer.drain()
        take(writer, 12)
        await writer.drain()
    assert await cluster.log.stored() == numbers("s", *range(1, 13))


async def test_while_the_engine_is_away_events_wait_and_reading_pauses() -> None:
    cluster = Cluster()
    writer = cluster.writer(size=6)
    await writer.load(SHARD)
    writer.begin(session())
    cluster.log.away = True
    async with running(writer):
        take(writer, *range(1, 6))
        before = writer.full
        take(writer, 6)
        assert (before, writer.full) == (False, True)
        await cluster.log.asked.wait()
        assert writer.waiting == 6
        cluster.log.away = False
        await writer.drain()
        assert writer.waiting == 0
    after = writer.full
    assert not after
    assert await cluster.log.stored() == numbers("s", *range(1, 7))


async def test_a_stale_owner_cannot_write() -> None:
    cluster = Cluster()
    frozen = cluster.writer()
    await frozen.load(SHARD)
    frozen.begin(session())
    async with running(frozen) as task:
        take(frozen, 1, 2)
        await frozen.drain()
        heir = cluster.writer()
        await heir.load(SHARD)
        async with running(heir):
            take(heir, 3, 4)
            await heir.drain()
        cluster.lease_is_ours = False
        take(frozen, 3, 4, 5)
        await asyncio.wait([task])
        assert isinstance(task.exception(), LeaseLost)
    assert await cluster.log.stored() == numbers("s", 1, 2, 3, 4)


async def test_the_heir_goes_on_behind_what_the_last_owner_wrote_meanwhile() -> None:
    cluster = Cluster()
    last = cluster.writer()
    await last.load(SHARD)
    last.begin(session())
    heir = cluster.writer()
    async with running(last):
        take(last, 1, 2)
        await last.drain()
        await heir.load(SHARD)
        take(last, 3, 4)
        await last.drain()
    async with running(heir):
        take(heir, 3, 4, 5)
        await heir.drain()
    assert await cluster.log.stored() == numbers("s", 1, 2, 3, 4, 5)


async def test_a_log_that_goes_on_with_another_session_ends_the_writer() -> None:
    cluster = Cluster()
    one, other = cluster.writer(), cluster.writer()
    for writer, name in ((one, "one"), (other, "other")):
        await writer.load(SHARD)
        writer.begin(session(name))
    async with running(other):
        take(other, 1)
        await other.drain()
    async with running(one) as task:
        take(one, 1)
        await asyncio.wait([task])
        assert isinstance(task.exception(), Fenced)
    assert await cluster.log.stored() == numbers("other", 1)


async def test_an_unsure_first_event_of_a_new_session_goes_behind_the_last_of_the_old() -> None:
    cluster = Cluster()
    writer = cluster.writer()
    await writer.load(SHARD)
    writer.begin(session("old"))
    async with running(writer):
        take(writer, 1)
        await writer.drain()
    cluster.store.sessions.clear()
    writer = cluster.writer()
    assert await writer.load(SHARD) is None
    cluster.log.away = True
    async with running(writer):
        writer.begin(session("new"))
        take(writer, 1)
        cluster.log.asked.clear()
        await cluster.log.asked.wait()
        cluster.log.away = False
        await writer.drain()
    assert await cluster.log.stored() == [("old", 1), ("new", 1)]
