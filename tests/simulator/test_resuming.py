"""RESUME: what is replayed, and when there is nothing to resume."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.enums import Intents
from gatewaysdk.simulator import SimulatedSession, Simulator

from .client import TOKEN, connect


async def test_what_was_missed_comes_again_and_then_resumed() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.emit("MESSAGE_CREATE", {"id": "1"})
            assert (await client.receive()).s == 2
            await sim.drop()
            await sim.emit("MESSAGE_CREATE", {"id": "2"})
            await sim.emit("MESSAGE_CREATE", {"id": "3"})
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 2)
            frames = [await client.receive() for _ in range(3)]
            assert [(frame.t, frame.s) for frame in frames] == [
                ("MESSAGE_CREATE", 3),
                ("MESSAGE_CREATE", 4),
                ("RESUMED", 5),
            ]
            assert frames[1].d == {"id": "3"}
            await sim.emit("MESSAGE_CREATE", {"id": "4"})
            assert (await client.receive()).s == 6
        assert sim.resumes == [{"token": "[token]", "session_id": ready["session_id"], "seq": 2}]


async def test_an_unknown_session_is_invalid_and_the_connection_takes_identify() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).resume("no-such-session", 1)
        frame = await client.receive()
        assert (frame.op, frame.d) == (9, False)
        await client.identified()


async def test_a_sequence_that_was_never_sent_ends_the_session() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.drop()
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 2)
            assert await client.closed() == 4007
        assert sim.sessions == []


@pytest.mark.parametrize(("token", "seq", "code"), [("wrong", 1, 4004), (TOKEN, "1", 4002), (TOKEN, None, 4002)])
async def test_resume_is_refused(token: str, seq: object, code: int) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.drop()
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], seq, token)
            assert await client.closed() == code
        assert len(sim.sessions) == 1


async def test_more_missed_than_kept_makes_the_session_invalid() -> None:
    async with Simulator(token=TOKEN, guilds=0, replay_limit=3) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.drop()
        for _ in range(4):
            await sim.emit("MESSAGE_CREATE")
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 1)
            frame = await client.receive()
            assert (frame.op, frame.d) == (9, False)
        assert sim.sessions == []


@pytest.mark.parametrize(("code", "kept"), [(1000, False), (1001, False), (4000, True), (3000, True)])
async def test_a_client_that_closes_with_1000_or_1001_ends_its_session(code: int, kept: bool) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        await client.socket.close(code=code)
        await sim.wait_for(lambda: not sim.connections[0].open)
        assert sim.connections[0].client_close_code == code
        assert bool(sim.sessions) is kept


async def test_a_resumed_session_leaves_the_old_connection() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as old, connect(sim) as new:
        ready = await (await old.greeted()).identified()
        await (await new.greeted()).resume(ready["session_id"], 1)
        await new.receive_event("RESUMED")
        assert await old.closed() == 4000
        await sim.emit("MESSAGE_CREATE")
        await new.receive_event("MESSAGE_CREATE")


async def test_resume_after_identify_is_one_too_many() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified()
        await client.resume(ready["session_id"], 1)
        assert await client.closed() == 4005


@given(st.integers(0, 10), st.integers(0, 20), st.data())
def test_a_session_replays_exactly_what_follows_or_says_that_it_cannot(
    limit: int, count: int, data: st.DataObject
) -> None:
    session = SimulatedSession("s", Intents(0), None, (), limit)
    for number in range(count):
        session.note("EVENT", number)
    seq = data.draw(st.integers(0, count))
    missed = session.missed_after(seq)
    if count - seq > limit:
        assert missed is None
    else:
        assert missed is not None
        assert [frame.s for frame in missed] == list(range(seq + 1, count + 1))
