"""The bounds on decompression: bytes of a message, and how many times it may grow."""

from __future__ import annotations

import random
import tracemalloc
import zlib
from collections.abc import Callable, Iterator, Sequence

import pytest

from gatewaysdk.compression import Inflater, get_inflater
from gatewaysdk.compression.zstd_library import ZstdCompressor
from gatewaysdk.errors import MessageTooLarge

from .streams import (
    EVENTS,
    KINDS,
    MIB,
    chunks,
    every_kind,
    feed_all,
    zlib_stream,
)


@every_kind
def test_an_event_as_large_as_the_bound_passes_and_one_byte_more_is_refused(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    for size in (1, 100, 70_000):
        at_bound, beyond = b"x" * size, b"x" * (size + 1)
        inflate = inflater(max_size=size)
        assert feed_all(inflate, compress([at_bound, at_bound])) == [at_bound, at_bound]
        messages = compress([beyond, at_bound])
        inflate = inflater(max_size=size)
        for message in messages:  # for good, even if the next one is small enough
            with pytest.raises(MessageTooLarge, match=f"max_size, {size} bytes; .* raise max_size=") as caught:
                inflate.feed(message)
            assert caught.value.limit == size


@every_kind
def test_a_bound_beyond_all_memory_is_none(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    assert feed_all(inflater(max_size=2**70), compress(EVENTS)) == EVENTS


def test_the_bound_holds_for_a_message_that_comes_in_pieces() -> None:
    stream = zlib_stream([b"x" * 1001])[0]
    inflater = get_inflater("zlib-stream", max_size=1000)
    with pytest.raises(MessageTooLarge, match="max_size"):
        feed_all(inflater, [bytes([byte]) for byte in stream])


def test_the_bound_holds_for_all_messages_that_come_in_one() -> None:
    stream = b"".join(zlib_stream([b"x" * 400, b"y" * 400, b"z" * 400]))
    with pytest.raises(MessageTooLarge, match="max_size"):
        get_inflater("zlib-stream", max_size=1000).feed(stream)
    assert get_inflater("zlib-stream", max_size=1200).feed(stream) == [b"x" * 400, b"y" * 400, b"z" * 400]


def gigabyte(compress: Callable[[bytes], bytes]) -> bytes:
    zeros = bytes(8 * MIB)
    return b"".join(compress(zeros) for _ in range(128))


def bombs() -> Iterator[tuple[str, bytes]]:
    plain = zlib.compressobj(1)
    data = gigabyte(plain.compress)
    yield "zlib-stream", data + plain.copy().flush(zlib.Z_SYNC_FLUSH)
    yield "payload", data + plain.flush()
    context = ZstdCompressor()
    yield "zstd-stream", gigabyte(context.compress) + context.flush(context.FLUSH_BLOCK)


def test_a_gigabyte_of_zeros_is_refused_in_little_memory() -> None:
    for kind, bomb in bombs():
        inflate = KINDS[kind][0](max_size=MIB)
        tracemalloc.start()
        try:
            with pytest.raises(MessageTooLarge, match="max_size"):
                inflate.feed(bomb)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        # Zlib keeps a copy of the input that it did not come to; the output itself is gathered, then joined.
        assert peak < 3 * MIB + len(bomb)


FREE = 8 * MIB


@every_kind
def test_what_is_small_may_have_come_of_next_to_nothing(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    text = bytes(FREE)
    (message,) = compress([text])
    assert len(text) > 200 * len(message)
    assert inflater().feed(message) == [text]


@every_kind
def test_what_is_large_may_not_be_200_times_what_came(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    (message,) = compress([bytes(FREE + 1)])
    inflate = inflater()
    for _ in range(2):
        with pytest.raises(MessageTooLarge, match=f"more than {FREE} bytes, 200 times what was sent"):
            inflate.feed(message)
    # Members of a guild, whose ids, names and dates differ, come at a tenth of their size.
    chance = random.Random(3)
    member = b'{"user":{"id":"%d","username":"%s","avatar":null},"joined_at":"2026-01-01T00:00:00Z","mute":false},'
    guild = b"".join(member % (chance.getrandbits(62), chance.randbytes(5).hex().encode()) for _ in range(100_000))
    assert len(guild) > FREE
    assert inflater().feed(compress([guild])[0]) == [guild]


def test_the_ratio_holds_for_a_message_that_comes_in_pieces() -> None:
    (message,) = zlib_stream([bytes(2 * FREE)])
    inflater = get_inflater("zlib-stream")
    with pytest.raises(MessageTooLarge, match="200 times"):
        feed_all(inflater, chunks(message, range(1000, len(message), 1000)))


def test_uncompressed_messages_have_the_same_bound() -> None:
    for message in (b"x" * 11, "x" * 11):
        inflater = get_inflater(None, max_size=10)
        assert inflater.feed(message[:10]) == [message[:10]]
        with pytest.raises(MessageTooLarge, match="a message has more than max_size, 10 bytes"):
            inflater.feed(message)
