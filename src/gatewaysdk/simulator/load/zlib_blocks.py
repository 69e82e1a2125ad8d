"""A zlib stream whose parts may come in any order, because none refers to what was sent before it (RFC 1951)."""

from __future__ import annotations

import zlib

from ...compression import Message

__all__ = ["END", "ZlibBlocks", "block", "stored", "unfinished"]

_MARKER = b"\x00\x00\xff\xff"
END = b"\x00" + _MARKER
"""An empty stored block: each message of a zlib-stream has to end with one (events/gateway#transport-compression)."""


class ZlibBlocks:
    """Compresses the messages of a connection that are not made beforehand. Between them may stand any `block`."""

    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def deflate(self, message: Message) -> Message:
        """Return a compressed message. The full flush lets the next one refer to nothing before it."""
        data = message.encode() if isinstance(message, str) else message
        return self._context.compress(data) + self._context.flush(zlib.Z_FULL_FLUSH)


def block(data: bytes) -> bytes:
    """Return compressed data for any place of a stream; it ends with `END`, at a whole byte."""
    context = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return context.compress(data) + context.flush(zlib.Z_FULL_FLUSH)


def unfinished(data: bytes) -> bytes:
    """Return compressed data, and the first byte of a stored block that has to follow.

    A flush ends with an empty stored block, and clients take its last four bytes for the end of a message. The text
    that must follow takes the place of the empty one.
    """
    return block(data).removesuffix(_MARKER) if data else b"\x00"


def stored(data: bytes) -> bytes:
    """Return the rest of a stored block, which holds up to 65,535 bytes of data (RFC 1951, section 3.2.4)."""
    size = len(data)
    return size.to_bytes(2, "little") + (size ^ 0xFFFF).to_bytes(2, "little") + data
