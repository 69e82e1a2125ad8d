"""A client without any policy: it says what a test tells it to, and shows what comes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

from gatewaysdk.codec import get_codec
from gatewaysdk.compression import get_inflater
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import Simulator

ALL_INTENTS = 53608447
TOKEN = "a-token"
PATIENCE = 30.0  # seconds: thousands of members are made in one of them, but not while coverage is measured


class Client:
    """One WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, encoding: str, compress: str | None) -> None:
        self.socket = socket
        self.codec = get_codec(encoding)
        self.inflater = get_inflater(compress)
        self.frames: list[Frame] = []
        self.raw: list[bytes | str] = []

    async def send(self, op: int, d: Any) -> None:
        data = self.codec.encode(op, d)
        await (self.socket.send_bytes(data) if self.codec.binary else self.socket.send_str(data.decode()))

    async def receive(self) -> Frame:
        while not self.frames:
            message = await self.socket.receive(timeout=PATIENCE)
            assert message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY), message
            self.raw.append(message.data)
            self.frames += [self.codec.peek(one) for one in self.inflater.feed(message.data)]
        return self.frames.pop(0)

    async def receive_event(self, name: str) -> Any:
        frame = await self.receive()
        assert (frame.op, frame.t) == (0, name)
        return frame.d

    async def closed(self) -> int | None:
        """Return the code that ends the connection; anything else than the end is a failure."""
        message = await self.socket.receive(timeout=PATIENCE)
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR), message
        return message.data if message.type is aiohttp.WSMsgType.CLOSE else self.socket.close_code

    async def greeted(self) -> Self:
        assert (await self.receive()).op == 10
        return self

    async def identify(self, **changes: Any) -> None:
        d = {"token": TOKEN, "intents": ALL_INTENTS, "properties": {}, **changes}
        await self.send(2, {key: value for key, value in d.items() if value is not ...})

    async def identified(self, **changes: Any) -> dict[str, Any]:
        """Identify and return READY."""
        await self.identify(**changes)
        ready: dict[str, Any] = await self.receive_event("READY")
        return ready

    async def resume(self, session_id: str, seq: Any, token: str = TOKEN) -> None:
        await self.send(6, {"token": token, "session_id": session_id, "seq": seq})


@asynccontextmanager
async def connect(
    sim: Simulator, *, encoding: str = "json", compress: str | None = None, query: str | None = None, path: str = "/"
) -> AsyncIterator[Client]:
    if query is None:
        query = f"v=10&encoding={encoding}" + (f"&compress={compress}" if compress else "")
    async with aiohttp.ClientSession() as http, http.ws_connect(f"{sim.url}{path}?{query}") as socket:
        yield Client(socket, encoding, compress)
