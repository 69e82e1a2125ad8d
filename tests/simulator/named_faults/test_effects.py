"""What the faults by name put on the wire."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.simulator import Simulator, VirtualTime, sample

from ..client import TOKEN, Client, connect


async def _live(client: Client) -> None:
    await (await client.greeted()).identified()


async def test_a_cut_has_no_close_code_and_leaves_the_session() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault("cut")
        assert await client.closed() == 1006
        assert len(sim.sessions) == 1


async def test_a_close_code_comes_with_its_reason() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault("close", code=4009, reason="too late")
        message = await client.socket.receive()
        assert (message.data, message.extra) == (4009, "too late")
        assert not sim.sessions


@pytest.mark.parametrize("code", [1005, 1006])
async def test_a_close_code_that_is_never_sent_is_refused(code: int) -> None:
    async with Simulator(token=TOKEN) as sim:
        with pytest.raises(ConfigurationError, match=f"{code}, which is never sent; take another"):
            await sim.fault("close", code=code)


@pytest.mark.parametrize(
    ("name", "parameters", "seconds"),
    [("stall", {"seconds": 30.0}, 30.0), ("delay", {"seconds": 20.0, "messages": 1}, 20.0)],
)
async def test_messages_wait_for_their_time(name: str, parameters: dict[str, Any], seconds: float) -> None:
    time = VirtualTime()
    async with (
        Simulator(token=TOKEN, guilds=0, clock=time, now=time.now, sleep=time.sleep) as sim,
        connect(sim) as client,
    ):
        await _live(client)
        await sim.fault(name, **parameters)
        emitting = asyncio.create_task(sim.emit("USER_UPDATE"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        time.advance(seconds - 1)
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=0.05)
        time.advance(1)
        await client.receive_event("USER_UPDATE")
        assert await emitting == 1
        await client.send(1, 1)
        assert (await client.receive()).op == 11


async def test_a_stall_does_not_hold_up_the_end() -> None:
    time = VirtualTime()
    async with (
        Simulator(token=TOKEN, guilds=0, clock=time, now=time.now, sleep=time.sleep) as sim,
        connect(sim) as client,
    ):
        await _live(client)
        await sim.fault("stall", seconds=3600.0)
        emitting = asyncio.create_task(sim.emit("USER_UPDATE"))
        await asyncio.sleep(0)
        await sim.close(4000)
        assert await client.closed() == 4000
        assert await emitting == 1  # it is kept for the resume


async def test_a_half_open_connection_is_silent_and_its_events_are_kept() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.fault("half-open")
            await client.send(1, 1)
            await sim.emit("USER_UPDATE")
            with pytest.raises(TimeoutError):
                await client.socket.receive(timeout=0.05)
            assert len(sim.received) == 1  # the heartbeat was not even read
            client.socket._response.close()  # the handshake of a close would wait for the other side
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 1)
            await client.receive_event("USER_UPDATE")


@pytest.mark.parametrize(("encoding", "compress"), [("json", None), ("etf", "zlib-stream"), ("json", "zstd-stream")])
async def test_a_duplicate_has_the_same_number(encoding: str, compress: str | None) -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim, encoding=encoding, compress=compress) as client:
        await _live(client)
        await client.receive_event("GUILD_CREATE")
        await sim.fault("duplicate", events=2)
        frames = [await client.receive() for _ in range(4)]
        assert [frame.s for frame in frames] == [3, 3, 4, 4]
        assert frames[0].d == frames[1].d
        assert frames[1].d["id"] != frames[2].d["id"]


async def test_acks_are_dropped_on_this_connection_alone() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client, connect(sim) as other:
        await (await client.greeted()).identified(shard=[0, 2])
        await (await other.greeted()).identified(shard=[1, 2])
        await sim.fault("dropped-acks", shard=0)
        await client.send(1, 1)
        await other.send(1, 1)
        assert (await other.receive()).op == 11
        with pytest.raises(TimeoutError):
            await client.socket.receive(timeout=0.05)


@pytest.mark.parametrize("resumable", [True, False])
async def test_op_9_and_op_7(resumable: bool) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault("op-7")
        assert (await client.receive()).op == 7
        await sim.fault("op-9", resumable=resumable)
        frame = await client.receive()
        assert (frame.op, frame.d, bool(sim.sessions)) == (9, resumable, resumable)


async def test_half_a_message_comes_when_it_is_truncated() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await _live(client)
        await client.receive_event("GUILD_CREATE")
        await sim.fault("truncated-compression")
        half = (await client.socket.receive()).data
        await sim.fault("corrupt-compression")
        broken = (await client.socket.receive()).data
        assert half.startswith('{"t":"MESSAGE_CREATE"')
        assert not half.endswith("}")
        assert broken.startswith("\x07\x07")
        await client.send(1, 1)
        assert (await client.receive()).op == 11


async def test_the_next_connections_are_refused() -> None:
    async with Simulator(token=TOKEN) as sim:
        await sim.fault("refuse", status=429, connections=2)
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError, match="429"):
                async with connect(sim):
                    pass
        async with connect(sim) as client:
            await client.greeted()


async def test_the_next_connections_are_not_greeted() -> None:
    async with Simulator(token=TOKEN) as sim:
        await sim.fault("op-7-before-hello")
        await sim.fault("silent-hello")
        async with connect(sim) as client:
            assert (await client.receive()).op == 7
        async with connect(sim) as client:
            await client.send(1, None)
            assert (await client.receive()).op == 11  # not HELLO


async def test_hello_comes_late() -> None:
    time = VirtualTime()
    async with Simulator(token=TOKEN, clock=time, now=time.now, sleep=time.sleep) as sim:
        await sim.fault("late-hello", seconds=9.0)
        async with connect(sim) as client:
            await client.send(1, None)
            assert (await client.receive()).op == 11
            time.advance(9)
            await client.greeted()


async def test_the_next_identify_gets_no_ready_whatever_connection_it_comes_on() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        await sim.fault("no-ready")
        async with connect(sim) as client:
            await (await client.greeted()).resume("of another life", 1)
            assert (await client.receive()).op == 9
            await client.identify()
            await client.send(1, None)
            assert (await client.receive()).op == 11
        async with connect(sim) as client:
            await _live(client)


async def test_the_next_resume_is_not_ended_by_resumed() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.fault("no-resumed")
        await sim.emit("USER_UPDATE")
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 1)
            await client.receive_event("USER_UPDATE")
            await client.send(1, None)
            assert (await client.receive()).op == 11


async def test_the_next_ready_has_a_url_that_leads_nowhere() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        await sim.fault("dead-resume-url")
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            async with aiohttp.ClientSession() as http:
                with pytest.raises(aiohttp.ClientConnectorError):
                    await http.ws_connect(ready["resume_gateway_url"])


async def test_a_session_is_forgotten() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault("forgotten-session", shard=1)  # another one
        assert len(sim.sessions) == 1
        await sim.fault("forgotten-session", shard=0)
        assert not sim.sessions


async def _message(sim: Simulator, name: str, **parameters: Any) -> Any:
    async with connect(sim) as client:
        await _live(client)
        await client.receive_event("GUILD_CREATE")
        await sim.fault(name, **parameters)
        return await client.receive()


async def test_events_hold_what_no_documentation_has() -> None:
    async with Simulator(token=TOKEN) as sim:
        assert (await _message(sim, "unknown-event", event="NEW")).t == "NEW"
        d = (await _message(sim, "unknown-keys")).d
        assert "key_of_tomorrow" in d
        assert "key_of_tomorrow" in d["author"]
        assert "key_of_tomorrow" in d["attachments"][0]
        d = (await _message(sim, "unknown-values")).d
        assert d["type"] == 9999
        assert d["flags"] == 1 << 50
        assert d["channel_type"] == 9999
        d = (await _message(sim, "unknown-values", event="GUILD_CREATE")).d
        assert d["features"][0] == "value_of_tomorrow"
        assert int(d["roles"][0]["permissions"]) & 1 << 50


async def test_one_field_is_missing_or_of_a_wrong_type() -> None:
    async with Simulator(token=TOKEN) as sim:
        assert "author" not in (await _message(sim, "missing-fields", field="author")).d
        assert (await _message(sim, "wrong-types", field="author")).d["author"] == [7]
        with pytest.raises(
            ConfigurationError, match=r"'wrong-types': MESSAGE_CREATE has no field 'autor'; it has .*author"
        ):
            await sim.fault("wrong-types", field="autor")
        with pytest.raises(ConfigurationError, match="'MESAGE'"):
            await sim.fault("missing-fields", event="MESAGE")


@pytest.mark.parametrize("name", ["missing-fields", "wrong-types"])
async def test_each_field_in_turn(name: str) -> None:
    made = sample("TYPING_START", seed=0, full=True)
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault(name, event="TYPING_START")
        for key in made:
            d = await client.receive_event("TYPING_START")
            others = {one: value for one, value in d.items() if one != key}
            assert others.keys() == made.keys() - {key}
            assert (key not in d) if name == "missing-fields" else type(d[key]) is not type(made[key])


async def test_a_giant_guild_comes_and_comes_back() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await _live(client)
        await sim.fault("giant-guild", members=500)
        d = await client.receive_event("GUILD_CREATE")
        assert (d["member_count"], len(d["channels"]), len(d["roles"])) == (500, 500, 250)
        await sim.fault("giant-guild", members=500)
        gone = await client.receive_event("GUILD_DELETE")
        assert gone == {"id": d["id"], "unavailable": True}
        assert (await client.receive_event("GUILD_CREATE"))["id"] == d["id"]
        assert len(sim.guild_ids) == 1


async def test_a_storm_has_as_many_events_as_it_says_and_ends() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await _live(client)
        await client.receive_event("GUILD_CREATE")
        await sim.fault("storm", count=50)
        await sim.emit("TYPING_START")
        ids = {(await client.receive_event("MESSAGE_CREATE"))["id"] for _ in range(50)}
        assert len(ids) == 50
        await client.receive_event("TYPING_START")


async def test_a_storm_hides_what_the_intents_hide() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=1 << 9)
        await sim.fault("storm", count=1)
        assert (await client.receive_event("MESSAGE_CREATE"))["content"] == ""
