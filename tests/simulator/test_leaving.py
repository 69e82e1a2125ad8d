"""Clients that leave at any point, or send anything, leave no traceback in the log."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import ssl
import struct

import aiohttp
import pytest
import trustme

from gatewaysdk.simulator import FaultProxy, Faults, Simulator

from .client import TOKEN, connect

HANDSHAKE = (
    b"GET /?v=10&encoding=json HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
PARTS = [HANDSHAKE[:end] for end in range(0, len(HANDSHAKE), 11)]
FRAMES = {
    "nothing": b"",
    "half a header": b"\x81",
    "a header": b"\x81\x85",
    "half a length": b"\x81\xfe\x01",
    "half a message": b"\x81\x85\0\0\0\0hel",
    "a close": b"\x88\x82\0\0\0\0\x03\xe8",
    "a close without a code": b"\x88\x80\0\0\0\0",
    "half a close": b"\x88\x82\0\0",
    "a frame without a mask": b"\x81\x02hi",
    "a message that is not JSON": b"\x81\x82\0\0\0\0hi",
    "text that is not UTF-8": b"\x81\x81\0\0\0\0\xff",
    "reserved bits": b"\xff\xff\xff\xff\xff\xff",
    "a heartbeat": b"\x81\x8f\0\0\0\0" + b'{"op":1,"d":-1}',
}
OTHER = {
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "another protocol": b"hello\r\n\r\n",
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "a long path": b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n",
    "a method of its own": b"DANCE /gateway HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "half a body": b"GET /gateway HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc",
    "a body that is broken": b"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "HTTP alone": b"GET /gateway HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
    "a foreign host": HANDSHAKE.replace(b"127.0.0.1", b"evil.example"),
}


async def leave(url: str, data: bytes, *, by_reset: bool) -> None:
    """Connect, send, and go: by a reset, or by an end that waits until the server has ended it, too."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    writer.write(data)
    if by_reset:
        connection = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    else:
        with contextlib.suppress(ConnectionError):
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 10)
        writer.close()


async def leave_often(url: str, cases: list[bytes]) -> None:
    for data in cases:
        await leave(url, data, by_reset=True)
        await leave(url, data, by_reset=False)


def assert_no_traceback(caplog: pytest.LogCaptureFixture) -> None:
    assert not [record.getMessage() for record in caplog.records if record.exc_info or record.levelname == "ERROR"]


async def test_leaving_before_the_upgrade(caplog: pytest.LogCaptureFixture) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        sim.queue_faults(Faults(refuse=418))
        await leave_often(sim.url, PARTS)
        assert sim.connections == []
        with pytest.raises(aiohttp.WSServerHandshakeError, match="418"):
            async with connect(sim):
                pass
    assert_no_traceback(caplog)


@pytest.mark.parametrize("frame", FRAMES)
async def test_leaving_at_the_upgrade_and_after_it(caplog: pytest.LogCaptureFixture, frame: str) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        await leave_often(sim.url, [HANDSHAKE + FRAMES[frame]])
        async with connect(sim) as client:
            await (await client.greeted()).identified()
        await sim.wait_for(lambda: not any(one.open for one in sim.connections))
    assert_no_traceback(caplog)


@pytest.mark.parametrize("case", OTHER)
async def test_what_is_no_handshake(caplog: pytest.LogCaptureFixture, case: str) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim:
        sim.queue_faults(Faults(silent=True))
        await leave_often(sim.url, [OTHER[case]])
        assert sim.connections == []
        async with connect(sim):
            await sim.wait_for(lambda: sim.connections)
            assert sim.connections[0].faults.silent
    assert_no_traceback(caplog)


async def test_leaving_through_a_bad_network(caplog: pytest.LogCaptureFixture) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, FaultProxy(sim.url) as proxy:
        await leave_often(proxy.url, [*PARTS, *(HANDSHAKE + frame for frame in FRAMES.values())])
        async with aiohttp.ClientSession() as http, http.get(proxy.url.replace("ws", "http") + "/gateway") as response:
            assert response.status == 200
    assert_no_traceback(caplog)


async def test_leaving_at_any_point_of_the_tls_handshake(caplog: pytest.LogCaptureFixture) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(context)
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).wrap_bio(incoming, outgoing, server_hostname="127.0.0.1")
    with contextlib.suppress(ssl.SSLWantReadError):
        client.do_handshake()
    hello = outgoing.read()
    async with Simulator(token=TOKEN, guilds=0) as sim, FaultProxy(sim.url, ssl=context) as proxy:
        await leave_often(proxy.url, [hello[:end] for end in range(0, len(hello) + 1, 97)] + [hello, HANDSHAKE])
        assert proxy.connections == 0, "they never were there"
    assert_no_traceback(caplog)
