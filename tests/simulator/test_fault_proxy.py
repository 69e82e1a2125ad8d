"""The proxy itself, with plain streams on both sides."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from gatewaysdk import StateError
from gatewaysdk.simulator import FaultProxy

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def connected(proxy: FaultProxy) -> AsyncIterator[tuple[Streams, Streams]]:
    """A client and a gateway with the proxy in between."""
    arrived: asyncio.Queue[Streams] = asyncio.Queue()
    server = await asyncio.start_server(lambda *streams: arrived.put_nowait(streams), "127.0.0.1", 0)
    proxy.target = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with asyncio.timeout(10), proxy:
        client = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
        gateway = await arrived.get()
        gateway[1].write(b".")
        await client[0].readexactly(1)  # now the proxy has both ends
        try:
            yield client, gateway
        finally:
            client[1].transport.abort()
            gateway[1].transport.abort()
            server.close()
            await server.wait_closed()


async def test_bytes_pass_in_both_directions_and_so_does_the_end() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        client[1].write(b"ping")
        assert await gateway[0].readexactly(4) == b"ping"
        gateway[1].write(b"pong")
        assert await client[0].readexactly(4) == b"pong"
        client[1].write_eof()
        assert await gateway[0].read() == b""
        gateway[1].write(b"still open this way")
        gateway[1].write_eof()
        assert await client[0].read() == b"still open this way"
        assert proxy.connections == 1
    assert proxy.open == 0


async def test_a_cut_resets_both_sides() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.cut()
        for reader, _ in (client, gateway):
            with pytest.raises(ConnectionResetError):
                await reader.read()


async def test_a_cut_after_so_many_bytes() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.cut(after=5)
        gateway[1].write(b"0123456789")
        assert await client[0].readexactly(5) == b"01234"
        with pytest.raises(ConnectionResetError):
            await client[0].read()


async def test_a_half_closed_side_hears_no_more_but_is_heard() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.half_close("client")
        assert await client[0].read() == b""
        gateway[1].write(b"for nobody")
        client[1].write(b"heard")
        assert await gateway[0].readexactly(5) == b"heard"


async def test_a_stall_holds_back_what_comes_and_loses_nothing() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.stall()
        gateway[1].write(b"late")
        gateway[1].write_eof()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client[0].read(1), 0.05)
        proxy.go_on()
        assert await client[0].read() == b"late"


async def flipped(seed: int) -> bytes:
    proxy = FaultProxy(seed=seed)
    async with connected(proxy) as (client, gateway):
        proxy.corrupt("client", count=1)
        gateway[1].write(bytes(100))
        damaged = await client[0].readexactly(100)
        gateway[1].write(bytes(100))
        assert await client[0].readexactly(100) == bytes(100), "one piece only"
        return damaged


async def test_one_bit_is_flipped_and_the_seed_says_which() -> None:
    first = await flipped(1)
    assert sum(byte.bit_count() for byte in first) == 1
    assert await flipped(1) == first
    assert await flipped(2) != first


async def test_bytes_in_pieces_late_and_slow_arrive_whole() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.split(3)
        proxy.delay(0.001)
        proxy.throttle(100_000)
        gateway[1].write(bytes(range(100)))
        began = asyncio.get_running_loop().time()
        assert len(await client[0].read(100)) <= 3
        await client[0].readexactly(90)
        assert asyncio.get_running_loop().time() - began > 0.03


async def test_a_refused_connection_is_reset_and_so_is_one_to_nowhere() -> None:
    async with FaultProxy() as proxy:
        for proxy.refuse, proxy.target in ((True, "ws://127.0.0.1:9"), (False, "ws://127.0.0.1:9"), (False, None)):
            reader, writer = await asyncio.open_connection("127.0.0.1", int(proxy.url.rpartition(":")[2]))
            with pytest.raises(ConnectionResetError):
                await reader.read()
            writer.transport.abort()
        assert proxy.connections == 3


async def test_stopping_ends_a_stalled_connection_too() -> None:
    proxy = FaultProxy()
    async with connected(proxy) as (client, gateway):
        proxy.stall()
        gateway[1].write(b"never")
        await asyncio.sleep(0)
        await proxy.stop()
        assert proxy.open == 0
        with pytest.raises(ConnectionResetError):
            await client[0].read()


async def test_starting_twice_is_refused() -> None:
    async with FaultProxy() as proxy:
        with pytest.raises(StateError, match="make another one"):
            await proxy.start()


async def test_the_url_says_whether_there_is_tls() -> None:
    async with FaultProxy("wss://127.0.0.1:9") as proxy:
        assert proxy.url.startswith("wss://127.0.0.1:")
