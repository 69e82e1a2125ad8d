"""The sending side of a connection: turns frames into WebSocket messages, in order."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from ..codec import Codec
from ..compression import Message
from ..enums.opcode import Opcode
from ..frame import Frame
from .compression import Deflater
from .disturbances import Disturbances
from .load.prepared import PreparedEvent

__all__ = ["Wire"]


class Wire:
    """Encodes, compresses and sends.

    Attributes:
        codec: the encoding of the connection.
        deflater: its compression; replaced when IDENTIFY asks for payload compression.
    """

    def __init__(
        self, socket: web.WebSocketResponse, codec: Codec, deflater: Deflater, disturbances: Disturbances
    ) -> None:
        self.codec = codec
        self.deflater = deflater
        self._socket = socket
        self._disturbances = disturbances
        # Messages must leave in the order in which they are made: sequence numbers and compression contexts need that.
        self._lock = asyncio.Lock()

    async def send(self, *frames: Frame) -> None:
        """Send frames with no other frame between them. If the client has gone, they are dropped."""
        async with self._lock:
            for frame in frames:
                await self._send(frame)

    async def send_prepared(
        self, events: Sequence[PreparedEvent], frames: Sequence[Frame], transport: asyncio.WriteTransport
    ) -> None:
        """Send prepared events as one piece; while the connection is disturbed, one by one as ``frames``."""
        async with self._lock:
            if not self._disturbances.none:
                for frame in frames:
                    await self._send(frame)
            elif not self._socket.closed and not transport.is_closing():
                codec, deflater = self.codec, self.deflater
                made = [
                    event.websocket_frame(frame.s or 0, codec, deflater)
                    for event, frame in zip(events, frames, strict=True)
                ]
                transport.write(b"".join(made))

    async def send_raw(self, message: Message, *, compressed: bool) -> None:
        """Send ``message`` unchanged, or compressed if ``compressed``."""
        async with self._lock:
            await self._write(self.deflater.deflate(message) if compressed else message)

    async def _send(self, frame: Frame) -> None:
        encoded = self.codec.encode_frame(frame)
        message = encoded if self.codec.binary else encoded.decode()
        await self._write(self.deflater.deflate(message))
        if frame.op == Opcode.DISPATCH and self._disturbances.takes_twice():
            await self._write(self.deflater.deflate(message))

    async def _write(self, message: Message) -> None:
        await self._disturbances.wait()
        message = self._disturbances.damaged(message)
        if self._socket.closed or self._disturbances.mute:
            return
        try:
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)
        except ConnectionError:
            # The reading side notices this, too, and ends the connection; the session keeps the events for a replay.
            return
