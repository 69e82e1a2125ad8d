"""Chooses the inflater for a compression."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Literal, TypeAlias

from ..errors import ConfigurationError
from .bounds import MAX_SIZE
from .inflater import Inflater
from .payload_zlib import PayloadZlib
from .plain import Plain
from .zlib_stream import ZlibStream
from .zstd_stream import make_zstd_stream

__all__ = ["COMPRESSIONS", "Compression", "choose_inflater", "get_inflater"]

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
    return choose_inflater(compress, payload=payload, max_size=max_size)()


def choose_inflater(compress: str | None, *, payload: bool = False, max_size: int = MAX_SIZE) -> Callable[[], Inflater]:
    """Return what makes the inflater of each connection; arguments and errors are those of `get_inflater`."""
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
        return partial(PayloadZlib, max_size)
    if transport == "zlib-stream":
        return partial(ZlibStream, max_size)
    if transport == "zstd-stream":
        return make_zstd_stream(max_size)
    return partial(Plain, max_size)
