"""Transport compression by zstd: one frame or many, and their bounds."""

import pytest

from gatewaysdk.compression import get_inflater
from gatewaysdk.compression.zstd_library import CompressionParameter, ZstdCompressor, ZstdDecompressor
from gatewaysdk.errors import DecompressionError, MessageTooLarge

from .streams import EVENTS, feed_all, zstd_frame, zstd_stream


def test_a_zstd_frame_may_end_with_each_message() -> None:
    inflater = get_inflater("zstd-stream")
    assert [inflater.feed(zstd_frame(event)) for event in EVENTS] == [[event] for event in EVENTS]
    assert inflater.feed(b"") == []


def test_a_zstd_frame_may_end_and_another_go_on_for_ever() -> None:
    inflater = get_inflater("zstd-stream")
    assert inflater.feed(zstd_frame(EVENTS[0])) == [EVENTS[0]]
    assert feed_all(inflater, zstd_stream(EVENTS[1:])) == EVENTS[1:]


def test_zstd_frames_within_one_message_are_one_text() -> None:
    context = ZstdCompressor()
    head = context.compress(b"a", context.FLUSH_BLOCK)
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    inflater = get_inflater("zstd-stream")
    assert inflater.feed(head) == [b"a"]
    end = context.compress(b"b", context.FLUSH_FRAME)
    assert inflater.feed(end + skippable + zstd_frame(b"c") + zstd_stream([b"d"])[0]) == [b"bcd"]
    assert get_inflater("zstd-stream").feed(zstd_frame(b"x") * 16) == [b"x" * 16]


def test_zstd_frames_within_one_message_are_bounded_in_number_and_together_in_size() -> None:
    for messages in ([zstd_frame(b"x") * 17], [b"", zstd_frame(b"first"), zstd_frame(b"") * 100_000]):
        with pytest.raises(DecompressionError, match="more than 16 frames in one message"):
            feed_all(get_inflater("zstd-stream"), messages)
    frames = zstd_frame(b"x" * 400) * 3
    assert get_inflater("zstd-stream", max_size=1200).feed(frames) == [b"x" * 1200]
    with pytest.raises(MessageTooLarge, match="max_size, 1199 bytes"):
        get_inflater("zstd-stream", max_size=1199).feed(frames)


def test_what_follows_a_finished_zstd_frame_must_be_one() -> None:
    inflater = get_inflater("zstd-stream")
    assert inflater.feed(zstd_frame(b"last")) == [b"last"]
    for message in (b"behind", zstd_frame(b"more")):
        with pytest.raises(DecompressionError, match="zstd-stream data is broken"):
            inflater.feed(message)
    with pytest.raises(DecompressionError, match="zstd-stream data is broken"):
        get_inflater("zstd-stream").feed(zstd_frame(b"last") + b"behind")


def test_a_zstd_block_cut_short_is_no_message_until_it_is_complete() -> None:
    first, second = zstd_stream(EVENTS[5:7])
    for cut in range(1, len(second)):
        inflater = get_inflater("zstd-stream")
        assert feed_all(inflater, [first, second[:cut]]) == [EVENTS[5]]
        assert inflater.feed(second[cut:]) == [EVENTS[6]]


def test_a_zstd_window_beyond_the_bound_is_refused() -> None:
    context = ZstdCompressor(options={CompressionParameter.window_log: 27})
    message = context.compress(b"event", context.FLUSH_BLOCK)
    assert ZstdDecompressor().decompress(message) == b"event"
    with pytest.raises(DecompressionError):
        get_inflater("zstd-stream").feed(message)
