"""What a client may do how often; the clock is the test's."""

from gatewaysdk.simulator import Simulator

from .client import TOKEN, connect
from .http import http


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def test_the_121st_message_in_a_minute_is_too_much() -> None:
    clock = Clock()
    async with Simulator(token=TOKEN, clock=clock) as sim, connect(sim) as client:
        await client.greeted()
        for _ in range(120):
            await client.send(1, None)
            assert (await client.receive()).op == 11
        await client.send(1, None)
        assert await client.closed() == 4008


async def test_the_limit_slides() -> None:
    clock = Clock()
    async with Simulator(token=TOKEN, clock=clock, send_limit=2) as sim, connect(sim) as client:
        await client.greeted()
        for _ in range(6):
            await client.send(1, None)
            assert (await client.receive()).op == 11
            clock.now += 30.5


async def test_an_identify_before_its_bucket_is_free_is_an_invalid_session_and_may_be_repeated() -> None:
    clock = Clock()
    async with (
        Simulator(token=TOKEN, clock=clock, enforce_limits=True, max_concurrency=2, guilds=0) as sim,
        connect(sim) as zero,
        connect(sim) as one,
        connect(sim) as two,
    ):
        await (await zero.greeted()).identified(shard=[0, 3])
        await (await one.greeted()).identified(shard=[1, 3])
        await (await two.greeted()).identify(shard=[2, 3])
        frame = await two.receive()
        assert (frame.op, frame.d) == (9, False)
        clock.now += 5
        await two.identified(shard=[2, 3])
        assert [session.shard for session in sim.sessions] == [(0, 3), (1, 3), (2, 3)]


async def test_identifies_beyond_the_days_number_reset_the_token() -> None:
    async with Simulator(token=TOKEN, session_starts=1, guilds=0) as sim, connect(sim) as one, connect(sim) as two:
        await (await one.greeted()).identified()
        await (await two.greeted()).identify()
        assert await two.closed() == 4004
        assert sim.sessions == []


async def test_a_new_day_brings_new_identifies() -> None:
    clock = Clock()
    async with Simulator(token=TOKEN, session_starts=1, guilds=0, clock=clock) as sim, http(sim) as api:
        async with connect(sim) as client:
            await (await client.greeted()).identified()
        clock.now += 3 * 86_400 - 1.5
        limit = (await api.ok("GET", "/gateway/bot"))["session_start_limit"]
        assert (limit["remaining"], limit["reset_after"]) == (1, 1500)
        async with connect(sim) as client:
            await (await client.greeted()).identified()
        limit = (await api.ok("GET", "/gateway/bot"))["session_start_limit"]
        assert limit["remaining"] == 0
        clock.now += 1.5
        limit = (await api.ok("GET", "/gateway/bot"))["session_start_limit"]
        assert (limit["remaining"], limit["reset_after"]) == (1, 86_400_000)


async def test_all_members_of_a_guild_are_asked_for_once_in_30_seconds() -> None:
    clock = Clock()
    async with Simulator(token=TOKEN, clock=clock, enforce_limits=True, guilds=2) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=2)
        first, second = map(str, sim.guild_ids)
        await client.send(8, {"guild_id": first, "query": "", "limit": 0})
        await client.receive_event("GUILD_MEMBERS_CHUNK")
        clock.now += 10
        await client.send(8, {"guild_id": int(first), "query": "", "limit": 0, "nonce": "n"})
        limited = await client.receive_event("RATE_LIMITED")
        assert (limited["opcode"], limited["retry_after"], limited["meta"]["nonce"]) == (8, 20.0, "n")
        await client.send(8, {"guild_id": second, "query": "", "limit": 0})
        await client.receive_event("GUILD_MEMBERS_CHUNK")
        clock.now += 20
        await client.send(8, {"guild_id": first, "query": "", "limit": 0})
        await client.receive_event("GUILD_MEMBERS_CHUNK")
