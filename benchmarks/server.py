"""A gateway that is faster than any client: ``python -m benchmarks.server`` writes prepared streams to who connects.

Each path stands for a `Scenario`:

- ``<path>/`` takes WebSockets, with ``encoding`` and ``compress`` in the query as at Discord;
- ``<path>/api/...`` answers the few HTTP requests that libraries make before they connect;
- ``<path>/prepare`` makes a stream beforehand;
- ``<path>/go`` lets those go on that have come to the first mark;
- ``<path>/times`` tells when each event of the last paced stream was written.

The first line that it prints is its port.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from .scenario import Scenario
from .streams import Stream, frame, make_stream
from .world import APPLICATION_ID

__all__ = ["main"]

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
_CHUNK = 1 << 18
_IDENTIFY = 2

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


class Server:
    """Listens on a free port of loopback."""

    def __init__(self) -> None:
        self.port = 0
        self._go: dict[Scenario, asyncio.Event] = {}
        self._times: dict[Scenario, list[int]] = {}

    async def serve(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        print(self.port, flush=True)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: Reader, writer: Writer) -> None:
        try:
            while True:  # HTTP keeps connections alive
                head = await reader.readuntil(b"\r\n\r\n")
                line, *rest = head.decode().split("\r\n")
                headers = {key.strip().lower(): value.strip() for key, _, value in (h.partition(":") for h in rest)}
                url = urlsplit(line.split()[1])
                _, name, tail = url.path.split("/", 2) if url.path.count("/") > 1 else ("", url.path[1:], "")
                scenario, query = Scenario.parse(f"/{name}"), dict(parse_qsl(url.query))
                if "sec-websocket-key" in headers:
                    await self._websocket(reader, writer, headers["sec-websocket-key"], scenario, query)
                    return
                body = json.dumps(await self._answer(scenario, tail, query)).encode()
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
                )
                writer.write(body)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass  # the client is done
        finally:
            writer.close()

    async def _answer(self, scenario: Scenario, path: str, query: Mapping[str, str]) -> Any:
        if path == "prepare":
            stream = await asyncio.to_thread(self._stream, scenario, query)
            return {"bytes": stream.size}
        if path == "go":
            self._go.pop(scenario).set()
            return None
        if path == "times":
            return self._times.get(scenario, [])
        if path.endswith("/gateway/bot"):
            limit = {"total": 1000, "remaining": 1000, "reset_after": 1, "max_concurrency": 1000}
            url = f"ws://127.0.0.1:{self.port}{scenario.path}/"
            return {"url": url, "shards": 1, "session_start_limit": limit}
        user = {"id": APPLICATION_ID, "username": "bench", "discriminator": "0", "avatar": None, "global_name": None}
        if path.endswith("/users/@me"):
            return {**user, "bot": True, "flags": 0, "public_flags": 0, "mfa_enabled": True, "locale": "en-US"}
        empty = {"name": "bench", "icon": None, "description": "", "verify_key": "", "flags": 0, "team": None}
        return {**empty, "id": APPLICATION_ID, "owner": user, "bot_public": True, "bot_require_code_grant": False}

    def _stream(self, scenario: Scenario, query: Mapping[str, str]) -> Stream:
        url = f"ws://127.0.0.1:{self.port}{scenario.path}/"
        return make_stream(scenario, query.get("encoding", "json"), query.get("compress", "none"), url)

    async def _websocket(
        self, reader: Reader, writer: Writer, key: str, scenario: Scenario, query: Mapping[str, str]
    ) -> None:
        accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest())  # RFC 6455 asks for SHA-1
        writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n")
        writer.write(b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        writer.get_extra_info("socket").setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = self._stream(scenario, query)
        await _write(writer, stream.hello)
        identified = asyncio.Event()
        listening = asyncio.create_task(_listen(reader, writer, identified))
        waiting = asyncio.create_task(identified.wait())
        await asyncio.wait([listening, waiting], return_when=asyncio.FIRST_COMPLETED)
        if identified.is_set():
            playing = asyncio.create_task(self._play(writer, scenario, stream))
            await asyncio.wait([listening, playing], return_when=asyncio.FIRST_COMPLETED)
            if playing.done():
                await playing
                await listening
            playing.cancel()
        waiting.cancel()
        if listening.done():
            await listening

    async def _play(self, writer: Writer, scenario: Scenario, stream: Stream) -> None:
        await _write(writer, stream.start)
        await _write(writer, stream.first)
        await self._go.setdefault(scenario, asyncio.Event()).wait()
        if scenario.rate:
            self._times[scenario] = await asyncio.to_thread(_write_paced, writer, stream.events, scenario.rate)
        else:
            await _write(writer, b"".join(stream.events))
        await _write(writer, stream.last)


async def _write(writer: Writer, data: bytes) -> None:
    view = memoryview(data)
    for start in range(0, len(view), _CHUNK):
        writer.write(view[start : start + _CHUNK])
        await writer.drain()


def _write_paced(writer: Writer, events: list[bytes], rate: int) -> list[int]:
    """Write from a thread, as an event loop's timers are too coarse; return when each event went out."""
    times = []
    with socket.socket(fileno=os.dup(writer.get_extra_info("socket").fileno())) as direct:
        direct.setblocking(True)
        start = time.monotonic_ns()
        for number, event in enumerate(events):
            wait = start + number * 1_000_000_000 // rate - time.monotonic_ns()
            if wait > 0:
                time.sleep(wait / 1e9)
            times.append(time.monotonic_ns())
            direct.sendall(event)
        direct.setblocking(False)
    return times


async def _listen(reader: Reader, writer: Writer, identified: asyncio.Event) -> None:
    """Read what a client sends until it closes. Only IDENTIFY matters; heartbeats get no answer."""
    while True:
        kind, size = await reader.readexactly(2)
        size &= 0x7F
        if size > 125:
            size = int.from_bytes(await reader.readexactly(2 if size == 126 else 8), "big")
        mask, masked = await reader.readexactly(4), await reader.readexactly(size)
        payload = bytes(byte ^ mask[place & 3] for place, byte in enumerate(masked))
        if kind & 0xF == 8:  # close
            writer.write(frame(payload, binary=True, opcode=8))
            return
        # In JSON "op":2, in ETF the key and a small integer.
        if b'"op":2' in payload.replace(b" ", b"") or b"op" + bytes((97, _IDENTIFY)) in payload:
            identified.set()


def _end_with_input() -> None:
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """Serve until the other end of standard input is closed."""
    if hasattr(os, "sched_setaffinity") and len(cores := sorted(os.sched_getaffinity(0))) > 1:
        os.sched_setaffinity(0, cores[1:])
    threading.Thread(target=_end_with_input, daemon=True).start()
    asyncio.run(Server().serve())


if __name__ == "__main__":
    main()
