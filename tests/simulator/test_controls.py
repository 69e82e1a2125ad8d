"""The methods that make connections and sessions fail."""

import asyncio

import aiohttp
import pytest

from gatewaysdk.errors import DecodeError, DecompressionError
from gatewaysdk.simulator import Faults, Simulator

from .client import TOKEN, connect


async def test_reconnect_and_heartbeat_requests() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        await sim.reconnect()
        assert (await client.receive()).op == 7
        await sim.request_heartbeat()
        assert (await client.receive()).op == 1


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalidated_session_is_kept_if_it_may_be_resumed(resumable: bool) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified()
        await sim.invalidate(resumable=resumable)
        frame = await client.receive()
        assert (frame.op, frame.d) == (9, resumable)
        await client.resume(ready["session_id"], 1)
        if resumable:
            await client.receive_event("RESUMED")
        else:
            assert (await client.receive()).op == 9


@pytest.mark.parametrize(
    ("code", "kept"), [(4000, True), (4009, False), (4007, False), (4004, False), (1000, False), (1012, True)]
)
async def test_a_close_code_decides_whether_the_session_is_kept(code: int, kept: bool) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        await sim.close(code, "told so")
        assert await client.closed() == code
        assert sim.connections[0].close_code == code
        assert bool(sim.sessions) is kept


async def test_a_drop_has_no_close_code() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        await sim.drop()
        assert await client.closed() == 1006
        assert sim.sessions[0].connection is None
        assert sim.connections[0].close_code is None


async def test_trouble_can_be_had_by_one_shard() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as zero, connect(sim) as one:
        await (await zero.greeted()).identified(shard=[0, 2])
        await (await one.greeted()).identified(shard=[1, 2])
        await sim.close(4000, shard=1)
        assert await one.closed() == 4000
        await sim.reconnect()
        assert (await zero.receive()).op == 7


async def test_forgotten_sessions_cannot_be_resumed() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        async with connect(sim) as client:
            ready = await (await client.greeted()).identified()
            await sim.drop()
            sim.forget_sessions()
        async with connect(sim) as client:
            await (await client.greeted()).resume(ready["session_id"], 1)
            assert (await client.receive()).op == 9


async def test_raw_messages_go_as_they_are_or_compressed() -> None:
    async with Simulator(token=TOKEN) as sim:
        async with connect(sim) as client:
            await client.greeted()
            await sim.send_raw("not json")
            assert await client.socket.receive_str() == "not json"
            await sim.send_raw(b"\x00")
            assert await client.socket.receive_bytes() == b"\x00"
            await client.socket.close()
            await sim.wait_for(lambda: not sim.connections[0].open)
        async with connect(sim, compress="zlib-stream") as client:
            await client.greeted()
            await sim.send_raw(b'{"op":11}', compressed=True)
            assert (await client.receive()).op == 11


@pytest.mark.parametrize(
    ("compress", "error"),
    [(None, DecodeError), ("zlib-stream", DecompressionError), ("zstd-stream", DecompressionError)],
)
@pytest.mark.parametrize("established", [True, False])
async def test_a_corrupt_message_can_not_be_read(
    compress: str | None, error: type[Exception], established: bool
) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim, compress=compress) as client:
        await client.greeted()
        if established:
            await client.identified()
            for _ in range(3):
                await sim.emit("MESSAGE_CREATE")
                await client.receive_event("MESSAGE_CREATE")
        sim.corrupt_next()
        await sim.request_heartbeat()
        with pytest.raises(error):
            await client.receive()


async def test_a_silent_gateway_never_says_hello() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await client.greeted()
        sim.faults.silent = True
        async with connect(sim) as second:
            await second.send(1, None)
            assert (await second.receive()).op == 11, "the first that is heard is the answer"


async def test_hello_is_delayed_by_the_given_sleep() -> None:
    asked: list[float] = []
    go = asyncio.Event()

    async def sleep(seconds: float) -> None:
        asked.append(seconds)
        await go.wait()

    async with Simulator(token=TOKEN, sleep=sleep) as sim:
        sim.faults.hello_delay = 9.0
        async with connect(sim) as client:
            await sim.wait_for(lambda: sim.connections)
            assert client.socket.closed is False
            go.set()
            await client.greeted()
    assert asked == [9.0]


async def test_reconnect_may_come_in_place_of_hello() -> None:
    async with Simulator(token=TOKEN) as sim:
        sim.queue_faults(Faults(reconnect_before_hello=True))
        async with connect(sim) as client:
            assert (await client.receive()).op == 7
        async with connect(sim) as client:
            await client.greeted()


async def test_heartbeats_stay_unanswered() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as client:
        await client.greeted()
        sim.faults.no_ack = True
        await client.send(1, None)
        await sim.wait_for_received(1)
        sim.faults.no_ack = False
        await sim.reconnect()
        assert (await client.receive()).op == 7


async def test_ready_and_resumed_stay_out() -> None:
    async with Simulator(token=TOKEN) as sim:
        sim.faults.no_ready = True
        async with connect(sim) as client:
            await (await client.greeted()).identify()
            session = await sim.wait_for_session()
            await sim.emit("MESSAGE_CREATE")
            assert (await client.receive()).t == "MESSAGE_CREATE"
            await sim.drop()
        sim.faults.no_resumed = True
        async with connect(sim) as client:
            await (await client.greeted()).resume(session.session_id, 0)
            await client.receive_event("MESSAGE_CREATE")
            await sim.emit("MESSAGE_DELETE")
            await client.receive_event("MESSAGE_DELETE")


async def test_the_upgrade_is_refused() -> None:
    async with Simulator(token=TOKEN) as sim:
        sim.queue_faults(Faults(refuse=503))
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            async with connect(sim):
                pass
        assert caught.value.status == 503
        assert sim.connections == []


async def test_faults_of_a_connection_are_its_own() -> None:
    async with Simulator(token=TOKEN) as sim, connect(sim) as one, connect(sim) as two:
        await one.greeted()
        await two.greeted()
        sim.connections[0].faults = Faults(no_ack=True)
        await one.send(1, None)
        await sim.wait_for_received(1)
        await two.send(1, None)
        assert (await two.receive()).op == 11
