"""What the tests of inflaters share: compressing as Discord does, and every kind of inflater beside it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise

import pytest

from gatewaysdk.compression import Inflater, Message, get_inflater
from gatewaysdk.compression.zstd_library import ZstdCompressor

MIB = 1024 * 1024
MARKER = b"\x00\x00\xff\xff"
EVENTS = [b'{"t":"A","s":%d,"op":0,"d":{"content":"%s"}}' % (n, b"caf\xc3\xa9 " * (n % 7)) for n in range(40)]


def zlib_stream(events: Sequence[bytes], level: int = 6) -> list[bytes]:
    context = zlib.compressobj(level)
    return [context.compress(event) + context.flush(zlib.Z_SYNC_FLUSH) for event in events]


def zstd_stream(events: Sequence[bytes]) -> list[bytes]:
    context = ZstdCompressor()
    return [context.compress(event, context.FLUSH_BLOCK) for event in events]


def zstd_frame(text: bytes) -> bytes:
    context = ZstdCompressor()
    return context.compress(text, context.FLUSH_FRAME)


def payload(events: Sequence[bytes]) -> list[bytes]:
    return [zlib.compress(event) for event in events]


KINDS: dict[str, tuple[Callable[..., Inflater], Callable[[Sequence[bytes]], list[bytes]]]] = {
    "zlib-stream": (partial(get_inflater, "zlib-stream"), zlib_stream),
    "zstd-stream": (partial(get_inflater, "zstd-stream"), zstd_stream),
    "payload": (partial(get_inflater, None, payload=True), payload),
}
every_kind = pytest.mark.parametrize(("inflater", "compress"), KINDS.values(), ids=KINDS)


def feed_all(inflater: Inflater, messages: Sequence[Message]) -> list[Message]:
    return [event for message in messages for event in inflater.feed(message)]


def chunks(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    edges = [0, *sorted(cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]
