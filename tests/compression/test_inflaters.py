"""Inflating, against streams made by zlib and zstd themselves."""

import random
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.compression import COMPRESSIONS, Inflater, Message, get_inflater
from gatewaysdk.compression.zlib_context import NATIVE, PythonContext
from gatewaysdk.compression.zstd_library import CompressionParameter, ZstdCompressor, ZstdDecompressor
from gatewaysdk.errors import ConfigurationError, DecompressionError, MessageTooLarge

MIB = 1024 * 1024
MARKER = b"\x00\x00\xff\xff"
EVENTS = [b'{"t":"A","s":%d,"op":0,"d":{"content":"%s"}}' % (n, b"caf\xc3\xa9 " * (n % 7)) for n in range(40)]


@pytest.fixture(autouse=True, scope="module", params=["python", "native"])
def zlib_by(request: pytest.FixtureRequest) -> Iterator[None]:
    """Everything here holds for what inflates zlib in Python and in C."""
    if request.param == "native" and not NATIVE:
        pytest.skip("the native inflater was not compiled")
    native = request.param == "native"
    context = import_module("gatewaysdk.compression._zlib_native").inflater if native else PythonContext
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gatewaysdk.compression.zlib_stream.zlib_context", context)
        yield


def zlib_stream(events: Sequence[bytes], level: int = 6) -> list[bytes]:
    context = zlib.compressobj(level)
    return [context.compress(event) + context.flush(zlib.Z_SYNC_FLUSH) for event in events]


def zstd_stream(events: Sequence[bytes]) -> list[bytes]:
    context = ZstdCompressor()
    return [context.compress(event, context.FLUSH_BLOCK) for event in events]


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


# --- choosing


@pytest.mark.parametrize("compress", [None, "none"])
def test_without_compression_messages_pass_as_they_are(compress: str | None) -> None:
    inflater = get_inflater(compress)
    assert inflater.feed("text") == ["text"]
    assert inflater.feed(b"\x83t") == [b"\x83t"]


def test_every_listed_compression_can_be_had() -> None:
    assert COMPRESSIONS == ("none", "zlib-stream", "zstd-stream")
    assert len({type(get_inflater(name)) for name in COMPRESSIONS}) == len(COMPRESSIONS)


@pytest.mark.parametrize("name", ["", "zlib", "ZLIB-STREAM", "gzip"])
def test_an_unknown_compression_names_value_and_remedy(name: str) -> None:
    with pytest.raises(ConfigurationError, match="choose one of 'none', 'zlib-stream', 'zstd-stream'") as caught:
        get_inflater(name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("name", ["zlib-stream", "zstd-stream"])
def test_payload_compression_excludes_transport_compression(name: str) -> None:
    with pytest.raises(ConfigurationError, match="excludes"):
        get_inflater(name, payload=True)


@pytest.mark.parametrize("max_size", [0, -1])
def test_a_bound_that_lets_nothing_through_is_refused(max_size: int) -> None:
    with pytest.raises(ConfigurationError, match="max_size"):
        get_inflater("zlib-stream", max_size=max_size)


def test_zstd_that_is_not_installed_is_a_setting_to_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gatewaysdk.compression.zstd_library", None)
    with pytest.raises(ConfigurationError, match=r"backports\.zstd"):
        get_inflater("zstd-stream")


# --- what arrives as Discord sends it


@every_kind
def test_each_message_inflates_to_one_event(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    inflate = inflater()
    assert [inflate.feed(message) for message in compress(EVENTS)] == [[event] for event in EVENTS]


@every_kind
def test_a_large_event_arrives_whole(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    # Half of it does not compress, so it spans many blocks.
    large = random.Random(1).randbytes(1_500_000) + b"member" * 250_000
    assert feed_all(inflater(), compress([EVENTS[0], large, EVENTS[1]])) == [EVENTS[0], large, EVENTS[1]]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_a_new_connection_has_a_context_of_its_own(kind: str) -> None:
    make, compress = KINDS[kind]
    first, second = compress(EVENTS), compress(EVENTS[::-1])
    one, other = make(), make()
    assert one.feed(first[0]) == [EVENTS[0]]
    assert other.feed(second[0]) == [EVENTS[-1]]
    assert feed_all(one, first[1:]) == EVENTS[1:]
    assert feed_all(other, second[1:]) == EVENTS[-2::-1]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_a_stream_joined_in_its_middle_is_refused(kind: str) -> None:
    make, compress = KINDS[kind]
    with pytest.raises(DecompressionError):
        make().feed(compress(EVENTS)[1])


def test_text_messages_pass_beside_compressed_payloads() -> None:
    inflater = get_inflater(None, payload=True)
    assert feed_all(inflater, ["hello", zlib.compress(b"ready"), "ack"]) == ["hello", b"ready", "ack"]


@pytest.mark.parametrize("kind", ["zlib-stream", "zstd-stream"])
def test_text_is_refused_where_a_stream_was_agreed_upon(kind: str) -> None:
    with pytest.raises(DecompressionError, match="text"):
        get_inflater(kind).feed('{"op":10}')


def test_a_flush_without_data_is_no_message() -> None:
    context = zlib.compressobj()
    first = context.compress(b"one") + context.flush(zlib.Z_SYNC_FLUSH)
    empty = b"\x00" + MARKER
    inflater = get_inflater("zlib-stream")
    assert [inflater.feed(message) for message in (first + empty, empty, empty * 3)] == [[b"one"], [], []]
    assert inflater.feed(context.compress(b"two") + context.flush(zlib.Z_SYNC_FLUSH)) == [b"two"]
    assert inflater.feed(b"") == []


# --- split and joined messages of zlib-stream


def test_a_message_may_be_split_at_any_byte() -> None:
    first, second, third = zlib_stream(EVENTS[5:8])
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


# --- broken data


def damaged(messages: list[bytes], seed: int) -> Iterator[bytes]:
    """Flip, drop or insert a few bytes somewhere."""
    rng = random.Random(seed)
    victim = rng.randrange(len(messages))
    for n, message in enumerate(messages):
        if n == victim:
            data = bytearray(message)
            at = rng.randrange(len(data))
            change = rng.randrange(4)
            if change == 0:
                data[at] ^= 1 << rng.randrange(8)
            elif change == 1:
                del data[at : at + rng.randrange(1, 9)]
            elif change == 2:
                data[at:at] = rng.randbytes(rng.randrange(1, 9))
            else:
                data[at:] = rng.randbytes(len(data) - at)
            message = bytes(data)
        yield message


@every_kind
def test_damage_yields_data_or_one_lasting_error(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    broken = 0
    for seed in range(400):
        inflate = inflater(max_size=MIB)
        errors: list[str] = []
        for message in damaged(compress(EVENTS[:6]), seed):
            try:
                inflate.feed(message)
                assert not errors, "an inflater that had raised gave out data"
            except (DecompressionError, MessageTooLarge) as error:
                errors.append(str(error))
        assert len(set(errors)) <= 1
        broken += bool(errors)
    assert broken > 200


@every_kind
def test_an_error_is_for_good(
    inflater: Callable[..., Inflater], compress: Callable[[Sequence[bytes]], list[bytes]]
) -> None:
    inflate = inflater()
    good = compress(EVENTS)
    assert inflate.feed(good[0]) == [EVENTS[0]]
    with pytest.raises(DecompressionError) as first:
        inflate.feed(b"\xff" * 100)
    for message in (good[1], good[0], b""):
        with pytest.raises(DecompressionError) as again:
            inflate.feed(message)
        assert str(again.value) == str(first.value)


def test_a_message_too_large_is_for_good_without_compression_too() -> None:
    inflater = get_inflater(None, max_size=4)
    assert inflater.feed(b"four") == [b"four"]
    for message in (b"12345", b"four"):
        with pytest.raises(MessageTooLarge, match="max_size, 4 bytes"):
            inflater.feed(message)


@given(st.sampled_from(sorted(KINDS)), st.lists(st.binary(max_size=80), max_size=5))
def test_random_bytes_yield_data_or_a_decompression_error(kind: str, messages: list[bytes]) -> None:
    inflate = KINDS[kind][0](max_size=1000)
    for message in messages:
        try:
            events = inflate.feed(message)
        except (DecompressionError, MessageTooLarge):
            continue
        assert sum(map(len, events)) <= 1000


def test_a_payload_cut_short_is_refused_at_every_length() -> None:
    whole = zlib.compress(EVENTS[3])
    for length in range(len(whole)):
        with pytest.raises(DecompressionError):
            get_inflater(None, payload=True).feed(whole[:length])


def test_a_payload_with_something_behind_it_is_refused() -> None:
    for more in (b"\x00", zlib.compress(b"second")):
        with pytest.raises(DecompressionError, match="behind its end"):
            get_inflater(None, payload=True).feed(zlib.compress(b"first") + more)


def test_a_payload_that_needs_a_dictionary_is_refused() -> None:
    context = zlib.compressobj(zdict=b"shared")
    with pytest.raises(DecompressionError):
        get_inflater(None, payload=True).feed(context.compress(b"shared") + context.flush())


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


def zstd_frame(text: bytes) -> bytes:
    context = ZstdCompressor()
    return context.compress(text, context.FLUSH_FRAME)


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
