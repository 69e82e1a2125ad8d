from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.log import ConsumedLog
from gatewaysdk.broker.protocols import LoggedEvent, LogPosition
from gatewaysdk.errors import ConfigurationError, Fenced, LeaseLost

from .conftest import Connect
from .events import SHARD, event, events, fill, take

OTHER = (4, 16)


async def test_an_empty_log_ends_at_0(engine: Engine) -> None:
    assert await engine.log.last(SHARD) == LogPosition(0, None, None)


async def test_each_append_expects_where_the_one_before_ended(engine: Engine) -> None:
    position = await engine.log.append(SHARD, 0, events(1, 3))
    assert await engine.log.last(SHARD) == LogPosition(position, "abc", 3)
    await engine.log.append(OTHER, 0, events(1, 1, OTHER))
    position = await engine.log.append(SHARD, position, events(4, 4))
    assert await engine.log.last(SHARD) == LogPosition(position, "abc", 4)


async def test_who_is_behind_cannot_append_anything(connect: Connect) -> None:
    frozen, other = (await connect()).log, (await connect()).log
    position = await frozen.append(SHARD, 0, events(1, 2))
    end = await other.append(SHARD, position, events(3, 4))
    for stale in (0, position):
        with pytest.raises(Fenced, match="shard 3 of 16"):
            await frozen.append(SHARD, stale, events(3, 5))
    with pytest.raises(Fenced):
        await frozen.append(SHARD, position, events(3, 3))
    assert await other.last(SHARD) == LogPosition(end, "abc", 4)


async def test_of_two_who_append_at_once_one_does(connect: Connect) -> None:
    one, other = (await connect()).log, (await connect()).log
    position = 0
    for _ in range(20):
        both = (log.append(SHARD, position, events(1, 3)) for log in (one, other))
        results = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(result, Fenced) for result in results) == 1
        position = next(result for result in results if isinstance(result, int))
    assert await one.last(SHARD) == LogPosition(position, "abc", 3)


async def test_an_event_comes_out_as_it_went_in(engine: Engine) -> None:
    etf = LoggedEvent(SHARD, "s/1 ü*>.", 7, "GUILD_CREATE", bytes(range(256)), "etf")
    await engine.log.append(SHARD, 0, [etf, event(8)])
    async with aclosing(engine.log.consume("bot")) as source:
        assert [delivered.event for delivered in await take(source, 2)] == [etf, event(8)]


async def test_a_consumer_gets_the_events_of_each_shard_in_order_and_none_twice(engine: Engine) -> None:
    for shard in (SHARD, OTHER):
        await fill(engine, 300, shard)
    async with aclosing(engine.log.consume("bot")) as source:
        delivered = await take(source, 600)
        for shard in (SHARD, OTHER):
            assert [one.event for one in delivered if one.event.shard == shard] == events(1, 300, shard)
        assert {one.attempt for one in delivered} == {1}
        assert await engine.log.lag("bot") == 600
        await asyncio.gather(*(one.done() for one in delivered))
        assert await engine.log.lag("bot") == 0
        await engine.log.append(SHARD, (await engine.log.last(SHARD)).position, events(301, 301))
        assert (await take(source, 1))[0].event == event(301)


async def test_what_was_not_done_comes_again_and_nothing_else(engine: Engine) -> None:
    await fill(engine, 10)
    async with aclosing(engine.log.consume("bot")) as source:
        delivered = await take(source, 6)
        for at in (0, 1, 3):
            await delivered[at].done()
        assert await engine.log.lag("bot") == 7
    with pytest.raises(LeaseLost):
        await delivered[2].done()
    async with aclosing(engine.log.consume("bot")) as source:
        again = await take(source, 7)
        assert [(one.event.sequence, one.attempt) for one in again] == [
            (3, 2), (5, 2), (6, 2), (7, 1), (8, 1), (9, 1), (10, 1),
        ]  # fmt: skip


async def test_a_failed_event_comes_again_with_a_higher_attempt(engine: Engine) -> None:
    await fill(engine, 3)
    async with aclosing(engine.log.consume("bot")) as source:
        first, second, third = await take(source, 3)
        await first.failed()
        (again,) = await take(source, 1)
        assert (again.event, again.attempt) == (first.event, 2)
        await again.failed(0.01)
        await asyncio.gather(second.done(), third.done())
        (again,) = await take(source, 1)
        assert again.attempt == 3
        assert await engine.log.lag("bot") == 1
        await again.done()
        assert await engine.log.lag("bot") == 0


async def test_a_consumer_gets_only_what_it_asks_for(engine: Engine) -> None:
    await engine.log.append(SHARD, 0, [event(1), event(2, name="TYPING_START"), event(3, name="GUILD_CREATE")])
    await engine.log.append(OTHER, 0, [event(1, OTHER, "TYPING_START"), event(2, OTHER)])
    async with aclosing(engine.log.consume("names", names=["TYPING_START", "GUILD_CREATE"])) as source:
        found = {(one.event.shard, one.event.sequence) for one in await take(source, 3)}
        assert found == {(SHARD, 2), (SHARD, 3), (OTHER, 1)}
        assert await engine.log.lag("names") == 3
    async with aclosing(engine.log.consume("shards", names=["MESSAGE_CREATE"], shards=[OTHER])) as source:
        assert [one.event for one in await take(source, 1)] == [event(2, OTHER)]
        assert await engine.log.lag("shards") == 1


async def test_consumers_of_different_names_do_not_share(engine: Engine) -> None:
    await fill(engine, 2)
    for name in ("one", "other"):
        async with aclosing(engine.log.consume(name)) as source:
            assert [one.event for one in await take(source, 2)] == events(1, 2)


async def test_processes_share_a_consumer_by_shards_and_one_that_comes_later_gets_its_part(connect: Connect) -> None:
    engines = [await connect(), await connect()]
    shards = [(number, 16) for number in range(16)]
    for shard in shards:
        await fill(engines[0], 1, shard)
    owners: dict[int, set[int]] = {0: set(), 1: set()}

    async def consume(at: int, enough: asyncio.Event) -> None:
        log = ConsumedLog(engines[at].store, engines[at].leases, engines[at].register, lease_ttl=1)
        async with aclosing(log.consume("bot")) as source:
            async for delivered in source:
                owners[at].add(delivered.event.shard[0])
                await delivered.done()
                if len(owners[at]) >= 2:
                    enough.set()

    enough = [asyncio.Event(), asyncio.Event()]
    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        first = group.create_task(consume(0, enough[0]))
        await enough[0].wait()
        second = group.create_task(consume(1, enough[1]))
        while not enough[1].is_set():
            for shard in shards:
                position = (await engines[0].log.last(shard)).position
                await engines[0].log.append(shard, position, [event(1, shard)])
            await asyncio.sleep(0.1)
        first.cancel()
        second.cancel()


async def test_a_lag_needs_a_consumer_and_a_consumer_a_name(engine: Engine) -> None:
    with pytest.raises(ConfigurationError, match="no consumer 'bot'"):
        await engine.log.lag("bot")
    with pytest.raises(ConfigurationError, match=r"the consumer is 'a\.b'"):
        await anext(engine.log.consume("a.b"))


async def test_dead_letters_are_kept_for_each_consumer(engine: Engine) -> None:
    await engine.log.bury("bot", event(1), "ValueError: no ü")
    await engine.log.bury("bot", event(2), "timeout")
    await engine.log.bury("other", event(3), "timeout")
    letters = await engine.log.buried("bot")
    assert [(one.consumer, one.event, one.reason) for one in letters] == [
        ("bot", event(1), "ValueError: no ü"),
        ("bot", event(2), "timeout"),
    ]
    assert len(await engine.log.buried("bot", limit=1)) == 1
    await engine.log.unbury(letters[0])
    assert await engine.log.buried("bot") == letters[1:]
    assert len(await engine.log.buried("other")) == 1
    assert not await engine.log.buried("nobody")
