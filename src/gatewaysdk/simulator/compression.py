"""Deflaters compress as Discord does, for ``gatewaysdk.compression`` to inflate."""

from __future__ import annotations

import zlib
from typing import Protocol

from ..compression import COMPRESSIONS, Message
from ..errors import ConfigurationError

__all__ = ["PAYLOAD_THRESHOLD", "Deflater", "get_deflater"]

PAYLOAD_THRESHOLD = 1024
"""Payload compression leaves messages of fewer bytes uncompressed."""

# Small, because a server keeps one window for each connection.
_ZSTD_WINDOW_LOG = 18


class Deflater(Protocol):
    """Compresses the gateway messages of one connection."""

    def deflate(self, message: Message) -> Message:
        """Return the WebSocket message for a gateway message: binary if bytes, text if str."""
        ...


def get_deflater(compress: str | None, *, payload: bool = False) -> Deflater:
    """Return the deflater for a new connection. Arguments and errors are those of ``get_inflater``.

    A client asks for ``payload`` in IDENTIFY, after HELLO: start with a plain deflater and replace it then.
    """
    if compress is not None and compress not in COMPRESSIONS:
        known = ", ".join(repr(known) for known in COMPRESSIONS)
        raise ConfigurationError(f"compress {compress!r} is unknown; choose one of {known}")
    transport = None if compress == "none" else compress
    if payload:
        if transport is not None:
            raise ConfigurationError(f"payload compression excludes compress {compress!r}; turn one of them off")
        return _PayloadZlib()
    if transport == "zlib-stream":
        return _ZlibStream()
    if transport == "zstd-stream":
        return _ZstdStream()
    return _Plain()


class _Plain:
    def deflate(self, message: Message) -> Message:
        return message


class _PayloadZlib:
    def deflate(self, message: Message) -> Message:
        data = _to_bytes(message)
        # Discord does not compress every message (events/gateway#payload-compression).
        return message if len(data) < PAYLOAD_THRESHOLD else zlib.compress(data)


class _ZlibStream:
    def __init__(self) -> None:
        self._context = zlib.compressobj()

    def deflate(self, message: Message) -> Message:
        return self._context.compress(_to_bytes(message)) + self._context.flush(zlib.Z_SYNC_FLUSH)


class _ZstdStream:
    def __init__(self) -> None:
        try:
            from ..compression.zstd_library import CompressionParameter, ZstdCompressor
        except ImportError as error:
            raise ConfigurationError("compress 'zstd-stream' needs the package backports.zstd; install it") from error
        self._context = ZstdCompressor(options={CompressionParameter.window_log: _ZSTD_WINDOW_LOG})

    def deflate(self, message: Message) -> Message:
        return self._context.compress(_to_bytes(message), self._context.FLUSH_BLOCK)


def _to_bytes(message: Message) -> bytes:
    return message.encode() if isinstance(message, str) else message
