"""The sending side of a connection: turns frames into WebSocket messages, in order."""

from __future__ import annotations

import asyncio

from aiohttp import web

from ..codec import Codec
from ..compression import Message
from ..frame import Frame
from .compression import Deflater

__all__ = ["Wire"]

# No compression, encoding or text has these bytes where a message begins.
_BROKEN = b"\x07\x07\x07\x07\x07\x07\x07\x07"


class Wire:
    """Encodes, compresses and sends.

    Attributes:
        codec: the encoding of the connection.
        deflater: its compression; replaced when IDENTIFY asks for payload compression.
        corrupts_next: whether the next message will be damaged.
    """

    def __init__(self, socket: web.WebSocketResponse, codec: Codec, deflater: Deflater) -> None:
        self.codec = codec
        self.deflater = deflater
        self.corrupts_next = False
        self._socket = socket
        # Messages must leave in the order in which they are made: sequence numbers and compression contexts need that.
        self._lock = asyncio.Lock()

    async def send(self, *frames: Frame) -> None:
        """Send frames with no other frame between them. If the client has gone, they are dropped."""
        async with self._lock:
            for frame in frames:
                encoded = self.codec.encode_frame(frame)
                await self._write(self.deflater.deflate(encoded if self.codec.binary else encoded.decode()))

    async def send_raw(self, message: Message, *, compressed: bool) -> None:
        """Send ``message`` unchanged, or compressed if ``compressed``."""
        async with self._lock:
            await self._write(self.deflater.deflate(message) if compressed else message)

    async def _write(self, message: Message) -> None:
        if self.corrupts_next:
            self.corrupts_next = False
            message = _corrupt(message)
        if self._socket.closed:
            return
        try:
            if isinstance(message, str):
                await self._socket.send_str(message)
            else:
                await self._socket.send_bytes(message)
        except ConnectionError:
            # The reading side notices this, too, and ends the connection; the session keeps the events for a replay.
            return


def _corrupt(message: Message) -> Message:
    if isinstance(message, str):
        return _BROKEN.decode() + message[len(_BROKEN) :]
    return _BROKEN + message[len(_BROKEN) :]
