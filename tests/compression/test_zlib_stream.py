"""Transport compression by zlib: split and joined messages, data that looks like the end marker, streams that end."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.compression import get_inflater
from gatewaysdk.errors import DecompressionError

from .streams import EVENTS, MARKER, chunks, feed_all, zlib_stream


def test_a_flush_without_data_is_no_message() -> None:
    context = zlib.compressobj()
    first = context.compress(b"one") + context.flush(zlib.Z_SYNC_FLUSH)
    empty = b"\x00" + MARKER
    inflater = get_inflater("zlib-stream")
    assert [inflater.feed(message) for message in (first + empty, empty, empty * 3)] == [[b"one"], [], []]
    assert inflater.feed(context.compress(b"two") + context.flush(zlib.Z_SYNC_FLUSH)) == [b"two"]
    assert inflater.feed(b"") == []


@pytest.mark.parametrize("strategy", [zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED])
def test_a_message_may_be_split_at_any_byte(strategy: int) -> None:
    # With Z_FIXED, a few bytes behind a boundary bring text already, with no marker among them.
    context = zlib.compressobj(strategy=strategy)
    first, second, third = [context.compress(event) + context.flush(zlib.Z_SYNC_FLUSH) for event in EVENTS[5:8]]
    for cut in range(len(second) + 1):
        inflater = get_inflater("zlib-stream")
        assert inflater.feed(first) == [EVENTS[5]]
        assert inflater.feed(second[:cut]) == ([] if cut < len(second) else [EVENTS[6]])
        assert inflater.feed(second[cut:]) == ([EVENTS[6]] if cut < len(second) else [])
        assert inflater.feed(third) == [EVENTS[7]]


def test_a_stream_may_come_byte_by_byte() -> None:
    stream = b"".join(zlib_stream(EVENTS))
    assert feed_all(get_inflater("zlib-stream"), [bytes([byte]) for byte in stream]) == EVENTS


@pytest.mark.parametrize("level", range(10))
def test_all_messages_may_come_in_one(level: int) -> None:
    assert get_inflater("zlib-stream").feed(b"".join(zlib_stream(EVENTS, level))) == EVENTS


def test_a_whole_message_is_given_out_before_the_rest_of_the_next() -> None:
    first, second = zlib_stream(EVENTS[:2])
    inflater = get_inflater("zlib-stream")
    assert inflater.feed(first + second[:5]) == [EVENTS[0]]
    assert inflater.feed(second[5:]) == [EVENTS[1]]


@given(
    st.lists(st.binary(min_size=1, max_size=60) | st.sampled_from([*EVENTS, MARKER, MARKER * 9]), max_size=8),
    st.integers(0, 9),
    st.data(),
)
def test_however_a_stream_is_cut_the_same_messages_come_out(
    events: list[bytes], level: int, data: st.DataObject
) -> None:
    stream = b"".join(zlib_stream(events, level))
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=6))
    if stream.count(MARKER) > len(events):
        # At the end of a WebSocket message a marker is taken at its word, as Discord's documentation says.
        cuts = []
    assert feed_all(get_inflater("zlib-stream"), chunks(stream, cuts)) == events


@pytest.mark.parametrize("split", [None, 1, 2, 3])
def test_a_marker_within_compressed_data_ends_no_message(split: int | None) -> None:
    # Stored as it is at level 0, so that the look-alikes stand in the compressed bytes.
    events = [b"\x83b" + MARKER + b"etf", MARKER, b"b" + MARKER * 5 + b"b"]
    stream = b"".join(zlib_stream(events, level=0))
    assert stream.count(MARKER) > len(events)
    at = None if split is None else stream.index(MARKER) + split
    assert feed_all(get_inflater("zlib-stream"), [stream[:at], stream[at:] if at else b""]) == events


def test_a_flood_of_false_markers_is_inflated_at_once() -> None:
    flood = MARKER * 500_000
    inflater = get_inflater("zlib-stream")
    assert feed_all(inflater, zlib_stream([flood, b"next"], level=0)) == [flood, b"next"]


def test_a_zlib_document_is_no_stream() -> None:
    # A server that ends its stream with each message would leave the client waiting for a marker.
    with pytest.raises(DecompressionError, match="ended"):
        get_inflater("zlib-stream").feed(zlib.compress(EVENTS[0]))


def test_nothing_follows_a_finished_zlib_stream() -> None:
    context = zlib.compressobj()
    last = context.compress(b"last") + context.flush(zlib.Z_SYNC_FLUSH)
    for more in (b"\x00", last):
        inflater = get_inflater("zlib-stream")
        ending = context.copy().flush(zlib.Z_FINISH)
        assert feed_all(inflater, [last, ending]) == [b"last"]
        with pytest.raises(DecompressionError, match="ended"):
            inflater.feed(more)
