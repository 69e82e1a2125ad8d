"""What a simulator keeps of the past, so that one that runs for days does not grow."""

from __future__ import annotations

import pytest

from gatewaysdk import ConfigurationError
from gatewaysdk.simulator import Simulator, VirtualTime

from .client import TOKEN, Client, connect
from .http import http


async def resumed(client: Client, session_id: str) -> bool:
    """Whether a session can be resumed."""
    await (await client.greeted()).resume(session_id, 1)
    frame = await client.receive()
    assert (frame.op, frame.t) in ((0, "RESUMED"), (9, None))
    return frame.t == "RESUMED"


async def test_all_is_kept_unless_history_says_otherwise() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        for _ in range(5):
            async with connect(sim) as client:
                await (await client.greeted()).identified()
                await sim.drop()
        assert (len(sim.connections), len(sim.received), len(sim.identifies), len(sim.sessions)) == (5, 5, 5, 5)


async def test_the_oldest_records_and_closed_connections_go() -> None:
    async with Simulator(token=TOKEN, guilds=0, history=2) as sim, connect(sim) as first:
        await (await first.greeted()).identified()
        for _ in range(5):
            async with connect(sim) as client:
                assert not await resumed(client, "no-such-session")
                await client.identified()
            await sim.wait_for(lambda: not sim.connections[-1].open)
        for _ in range(3):
            await first.send(1, None)
            await first.receive()
        async with connect(sim) as client:
            await client.greeted()
            # Open ones stay, however old they are, and numbers are not given twice.
            assert [one.number for one in sim.connections] == [0, 4, 5, 6]
        assert [one.op for one in sim.received] == [1, 1]
        assert [one.op for one in sim.connections[0].received] == [1, 1]
        assert (len(sim.identifies), len(sim.resumes)) == (2, 2)


async def test_requests_over_http_are_bounded_too() -> None:
    async with Simulator(token=TOKEN, history=2, unknown_routes="allow") as sim, http(sim) as api:
        for number in range(4):
            await api("GET", f"/nowhere/{number}")
        assert [one.path for one in sim.rest.requests] == ["/nowhere/2", "/nowhere/3"]
        assert list(sim.rest.unknown) == list(sim.rest.requests)


async def test_a_session_ends_when_its_client_was_away_too_long() -> None:
    time = VirtualTime()
    async with Simulator(token=TOKEN, guilds=0, resume_seconds=300, clock=time) as sim:
        async with connect(sim) as client:
            session_id = (await (await client.greeted()).identified())["session_id"]
            time.advance(1000)  # connected sessions last
            await sim.drop()
        time.advance(300)
        async with connect(sim) as client:
            assert await resumed(client, session_id)
            time.advance(1000)
            await sim.drop()
        time.advance(300.5)
        assert sim.sessions == []
        assert await sim.emit("MESSAGE_CREATE") == 0
        async with connect(sim) as client:
            assert not await resumed(client, session_id)
            await client.identified()


@pytest.mark.parametrize("setting", [{"history": 0}, {"resume_seconds": -0.5}])
def test_bounds_that_cannot_be(setting: dict[str, int]) -> None:
    with pytest.raises(ConfigurationError, match=r"is (0; it takes 1|-0.5; it takes 0) or more, or None"):
        Simulator(**setting)  # type: ignore[arg-type]  # one of two settings
