"""One connection through a `FaultProxy`: passes two streams of bytes and disturbs them."""

from __future__ import annotations

import asyncio
import socket
import struct
from dataclasses import dataclass, field
from random import Random
from typing import Literal, TypeAlias

__all__ = ["Conditions", "Link", "Side", "reset"]

Side: TypeAlias = Literal["client", "gateway"]
"""Which end of a connection."""

Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_MOST_BYTES = 65536


@dataclass(slots=True)
class Conditions:
    """The faults that all connections through a proxy share."""

    random: Random
    delay: float = 0.0
    bytes_per_second: float | None = None
    most_bytes: int | None = None
    flowing: asyncio.Event = field(default_factory=asyncio.Event)

    def split(self, data: bytes) -> list[bytes]:
        """Return data as the pieces that are passed on one by one."""
        pieces = []
        while data:
            size = len(data) if self.most_bytes is None else self.random.randint(1, self.most_bytes)
            pieces.append(data[:size])
            data = data[size:]
        return pieces

    async def wait(self, size: int) -> None:
        """Wait until the next ``size`` bytes may be passed on."""
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.bytes_per_second:
            await asyncio.sleep(size / self.bytes_per_second)
        await self.flowing.wait()

    def flip(self, data: bytes) -> bytes:
        """Return data with one bit flipped."""
        damaged = bytearray(data)
        damaged[self.random.randrange(len(data))] ^= 1 << self.random.randrange(8)
        return bytes(damaged)


class Link:
    """Passes bytes between a client and a gateway.

    Attributes:
        cut_after: bytes that the client still gets before the link is cut, or None.
        corrupts: for each side, how many of the next pieces get a bit flipped.
    """

    def __init__(self, conditions: Conditions, client: Streams, gateway: Streams) -> None:
        self.cut_after: int | None = None
        self.corrupts: dict[Side, int] = {"client": 0, "gateway": 0}
        self._conditions = conditions
        self._readers: dict[Side, asyncio.StreamReader] = {"client": gateway[0], "gateway": client[0]}
        self._writers: dict[Side, asyncio.StreamWriter] = {"client": client[1], "gateway": gateway[1]}
        self._finished: set[Side] = set()

    async def run(self) -> None:
        """Pass on bytes until both sides have ended. Raises ``OSError`` if one was reset or `cut_after` is reached."""
        towards_client = asyncio.ensure_future(self._pump("client"))
        towards_gateway = asyncio.ensure_future(self._pump("gateway"))
        try:
            await asyncio.gather(towards_client, towards_gateway)
        finally:
            towards_client.cancel()
            towards_gateway.cancel()
            await asyncio.wait([towards_client, towards_gateway])

    def finish(self, towards: Side) -> None:
        """Send a side the end of the data, and drop whatever arrives for it afterwards."""
        self._finished.add(towards)
        writer = self._writers[towards]
        if writer.can_write_eof():
            writer.write_eof()
        else:
            writer.close()  # TLS has no half-closed connections

    async def _pump(self, towards: Side) -> None:
        while data := await self._readers[towards].read(_MOST_BYTES):
            for piece in self._conditions.split(data):
                await self._conditions.wait(len(piece))
                if towards not in self._finished:
                    await self._write(towards, piece)
        await self._conditions.flowing.wait()
        if towards not in self._finished:
            self.finish(towards)

    async def _write(self, towards: Side, piece: bytes) -> None:
        writer = self._writers[towards]
        if self.corrupts[towards]:
            self.corrupts[towards] -= 1
            piece = self._conditions.flip(piece)
        if towards == "client" and self.cut_after is not None:
            piece = piece[: self.cut_after]
            self.cut_after -= len(piece)
        writer.write(piece)
        await writer.drain()
        if self.cut_after == 0:
            raise ConnectionResetError("cut")


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST, as if the other host had crashed."""
    connection = writer.get_extra_info("socket")
    if connection is not None and not writer.transport.is_closing():
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
