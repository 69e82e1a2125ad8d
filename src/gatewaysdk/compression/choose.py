"""Chooses the inflater for a compression."""

from __future__ import annotations

import sys
from typing import Literal, TypeAlias

from ..errors import ConfigurationError
from .bounds import MAX_SIZE
from .inflater import Inflater
from .payload_zlib import PayloadZlib
from .plain import Plain
from .zlib_stream import ZlibStream
from .zstd_stream import ZstdStream

__all__ = ["COMPRESSIONS", "Compression", "get_inflater"]

Compression: TypeAlias = Literal["none", "zlib-stream", "zstd-stream"]
"""A transport compression that `get_inflater` knows."""

COMPRESSIONS: tuple[Compression, ...] = ("none", "zlib-stream", "zstd-stream")
"""The transport compressions that `get_inflater` knows."""


def get_inflater(compress: str | None, *, payload: bool = False, max_size: int = MAX_SIZE) -> Inflater:
    """Return a new inflater, for one connection.

    Args:
        compress: the URL's ``compress=``, one of `COMPRESSIONS`; None means ``none``.
        payload: whether IDENTIFY says ``compress: true`` (events/gateway#payload-compression). It works with the JSON
            encoding only, and without transport compression.
        max_size: most bytes that one WebSocket message may have or inflate to, and most that are kept of an incomplete
            gateway message. What inflates to more than 8 MiB may have at most 200 times its compressed size.

    Raises `ConfigurationError` for a setting that cannot work.
    """
    if compress is not None and compress not in COMPRESSIONS:
        known = ", ".join(repr(known) for known in COMPRESSIONS)
        raise ConfigurationError(f"compress {compress!r} is unknown; choose one of {known}")
    if max_size < 1:
        raise ConfigurationError(f"max_size is {max_size}, it must be at least 1 byte; leave it out for {MAX_SIZE}")
    max_size = min(max_size, sys.maxsize - 1)  # the libraries count in C's Py_ssize_t
    transport = None if compress == "none" else compress
    if payload:
        if transport is not None:
            raise ConfigurationError(f"payload compression excludes compress {compress!r}; turn one of them off")
        return PayloadZlib(max_size)
    if transport == "zlib-stream":
        return ZlibStream(max_size)
    if transport == "zstd-stream":
        return ZstdStream(max_size)
    return Plain(max_size)
