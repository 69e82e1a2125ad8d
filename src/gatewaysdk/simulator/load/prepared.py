"""Events that are encoded beforehand, all but their sequence number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...codec import Codec
from ...enums.opcode import Opcode
from ...frame import Frame
from ..compression import Deflater
from .zlib_blocks import END, ZlibBlocks, block, stored, unfinished

__all__ = ["EVERYDAY_EVENTS", "PreparedEvent", "websocket_frame"]

EVERYDAY_EVENTS: Sequence[str] = (
    "MESSAGE_CREATE",
    "PRESENCE_UPDATE",
    "TYPING_START",
    "MESSAGE_REACTION_ADD",
    "VOICE_STATE_UPDATE",
    "MESSAGE_UPDATE",
    "GUILD_MEMBER_UPDATE",
)
"""What load consists of unless the names of its events are given."""

# No byte of one stands at the same place in the other, neither in decimal nor in binary.
_ONE, _OTHER = 11_111_111, 22_222_222
_MOST_STORED = 64


class PreparedEvent:
    """An event as one encoding and compression have it.

    Attributes:
        name, d: the event.
    """

    __slots__ = ("_after", "_before", "_head", "_tail", "_zlib", "d", "name")

    def __init__(self, name: str, d: Any, codec: Codec, deflater: Deflater) -> None:
        self.name = name
        self.d = d
        one = codec.encode_frame(Frame(Opcode.DISPATCH, d, _ONE, name))
        other = codec.encode_frame(Frame(Opcode.DISPATCH, d, _OTHER, name))
        number = sequence_number(codec, _ONE)
        differs = next(place for place, (left, right) in enumerate(zip(one, other, strict=True)) if left != right)
        place = one.index(number, differs - 1)  # in ETF the number begins with its tag, which both have
        self._head, self._tail = one[:place], one[place + len(number) :]
        self._zlib = isinstance(deflater, ZlibBlocks)
        self._before, self._after = unfinished(b""), END
        if self._zlib and len(self._head) > _MOST_STORED:
            self._before, self._head = unfinished(self._head), b""
        if self._zlib and len(self._tail) > _MOST_STORED:
            self._after, self._tail = block(self._tail), b""

    def websocket_frame(self, s: int, codec: Codec, deflater: Deflater) -> bytes:
        """Return the event with sequence number ``s`` as it goes to the transport."""
        message = self._head + sequence_number(codec, s) + self._tail
        if self._zlib:
            return websocket_frame(self._before + stored(message) + self._after, binary=True)
        # JSON as text, so that a message without compression stays one.
        deflated = deflater.deflate(message if codec.binary else message.decode())
        if isinstance(deflated, str):
            return websocket_frame(message, binary=False)
        return websocket_frame(deflated, binary=True)


def sequence_number(codec: Codec, s: int) -> bytes:
    """Return a sequence number as the codec writes it inside an event."""
    if codec.name == "json":
        return b"%d" % s
    if s < 1 << 31:
        return b"b" + s.to_bytes(4, "big")
    size = (s.bit_length() + 7) // 8
    return bytes((110, size, 0)) + s.to_bytes(size, "little")


def websocket_frame(payload: bytes, *, binary: bool) -> bytes:
    """Return an unmasked WebSocket frame, as servers write them (RFC 6455, section 5.2)."""
    kind, size = 0x82 if binary else 0x81, len(payload)
    if size < 126:
        return bytes((kind, size)) + payload
    if size < 1 << 16:
        return bytes((kind, 126)) + size.to_bytes(2, "big") + payload
    return bytes((kind, 127)) + size.to_bytes(8, "big") + payload
