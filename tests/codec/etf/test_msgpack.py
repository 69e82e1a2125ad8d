"""The native backend writes MessagePack that reads as the values that it decodes, for structs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.codec import Codec
from gatewaysdk.codec.etf import MAX_DEPTH, EtfCodec
from gatewaysdk.codec.json import JsonCodec
from gatewaysdk.decoding.structs import Decoder, decode_received
from gatewaysdk.errors import DecodeError, MessageTooLarge
from gatewaysdk.frame import Frame
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample
from gatewaysdk.structs import InvalidEvent, PresenceUpdate

from .matrix import REFERENCE, REFUSED, decoded, same
from .terms import Term, array, atom, big, binary, damaged, good_terms, mapping, small

native = pytest.importorskip(
    "gatewaysdk.codec.etf._native", reason="the native backend was not built here", exc_type=ImportError
)
raw_terms = good_terms.map(lambda made: made[0])
EACH_WAY = pytest.mark.parametrize("write", [native.to_msgpack, native.to_msgpack_as_json])


def written(write: Callable[..., bytes], term: bytes) -> Any:
    """What msgspec reads of what is written, or `REFUSED`."""
    try:
        return msgspec.msgpack.decode(write(term, 0, len(term)), strict=False)
    except (DecodeError, msgspec.DecodeError, UnicodeDecodeError):
        return REFUSED


def with_texts(value: Any, least: int, most: int) -> Any:
    """The value with its integers as texts unless they are within a range."""
    match value:
        case bool():
            return value
        case int():
            return value if least <= value <= most else str(value)
        case list():
            return [with_texts(item, least, most) for item in value]
        case dict():
            return {key: with_texts(item, least, most) for key, item in value.items()}
        case _:
            return value


@pytest.mark.fuzz
@given(good_terms)
def test_a_good_term_reads_as_its_value(term: Term) -> None:
    raw, value = term
    assert same(written(native.to_msgpack, raw), with_texts(value, -(2**63), 2**64 - 1))
    assert same(written(native.to_msgpack_as_json, raw), with_texts(value, -(2**53), 2**53))


@EACH_WAY
@pytest.mark.fuzz
@given(raw=st.binary(max_size=60) | damaged(raw_terms))
def test_what_the_reference_takes_is_taken_and_else_refused(write: Callable[..., bytes], raw: bytes) -> None:
    found, value = written(write, raw), decoded(REFERENCE, raw)
    assert (found is REFUSED) == (value is REFUSED) or value is REFUSED  # a key twice is for msgspec to take


@EACH_WAY
def test_each_size_of_a_text_a_list_and_a_map(write: Callable[..., bytes]) -> None:
    for size in (0, 15, 16, 17, 31, 32, 255, 256, 65_535, 65_536):
        assert written(write, binary("x" * size)) == "x" * size
        assert written(write, array(*[small(7)] * size)) == [7] * size
        pairs = [(binary(str(number)), small(1)) for number in range(size)]
        assert written(write, mapping(*pairs)) == {str(number): 1 for number in range(size)}
        if size <= 65_535:
            assert written(write, b"k" + size.to_bytes(2, "big") + b"\xff" * size) == [255] * size


@EACH_WAY
def test_terms_that_grow_most(write: Callable[..., bytes]) -> None:
    assert written(write, array(*[big(10**15)] * 500)) == [10**15] * 500
    assert written(write, array(*[atom("é" * 250)] * 500)) == ["é" * 250] * 500
    assert written(write, big(-(2**14_000), large=True)) == str(-(2**14_000))
    keys = [(small(number), small(200)) for number in range(256)]
    assert written(write, mapping(*keys)) == {str(number): 200 for number in range(256)}


@EACH_WAY
@pytest.mark.parametrize("count", [1, 15, 16, 17, 65_536])
def test_the_key_of_elixir_is_left_out(write: Callable[..., bytes], count: int) -> None:
    pairs = [(binary(str(number)), small(1)) for number in range(count - 1)]
    pairs.insert(count // 2, (atom("__struct__"), array(atom("Elixir.User"))))
    expected = {str(number): 1 for number in range(count - 1)}
    assert written(write, array(mapping(*pairs), small(5))) == [expected, 5]


@EACH_WAY
def test_bounds_hold(write: Callable[..., bytes]) -> None:
    wide = array(*[small(1)] * 20)
    with pytest.raises(MessageTooLarge):
        write(wide, 0, len(wide), 5)
    deep = b"l\0\0\0\1" * MAX_DEPTH + small(1) + b"j" * MAX_DEPTH
    assert write(deep, 0, len(deep))
    deeper = b"l\0\0\0\1" + deep + b"j"
    with pytest.raises(DecodeError, match="256 levels"):
        write(deeper, 0, len(deeper))
    with pytest.raises(DecodeError, match="after its end"):
        write(small(1) + small(2), 0, 4)


@EACH_WAY
def test_a_text_that_is_not_utf_8_is_refused_by_msgspec(write: Callable[..., bytes]) -> None:
    assert written(write, b"m\0\0\0\2\xff\xfe") is REFUSED


def test_the_last_of_two_equal_keys_counts_as_with_json() -> None:
    assert written(native.to_msgpack, mapping((binary("a"), small(1)), (binary("a"), small(2)))) == {"a": 2}


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_structs_are_the_same_by_every_backend_and_from_json(name: str) -> None:
    frame = Frame(0, sample(name, seed=4, full=name != "READY"), 300, name)
    codecs: list[Codec] = [JsonCodec(), EtfCodec("python"), EtfCodec("native"), EtfCodec("native", style="erlpack")]
    first, *others = [decode_received(codec, codec.envelope(codec.encode_frame(frame))) for codec in codecs]
    assert not first.violations
    assert all(other == first for other in others)


def test_ids_that_are_typed_as_texts_may_come_as_integers_of_any_size() -> None:
    codec = EtfCodec("native", style="erlpack")
    decoder = Decoder(PresenceUpdate)
    for number in (5, 10**18, 10**18 + 1, 2**64):
        activity = {"name": "a", "type": 0, "created_at": 1, "party": {"id": number}}
        data = sample("PRESENCE_UPDATE", seed=0, full=True) | {"activities": [activity]}
        envelope = codec.envelope(codec.encode_frame(Frame(0, data, 300, "PRESENCE_UPDATE")))
        assert codec.validate_struct(envelope, decoder).activities[0].party.id == str(number)
    assert decoder.ids_as_text


def test_a_text_that_is_not_utf_8_makes_an_invalid_event() -> None:
    codec = EtfCodec("native")
    data = mapping((binary("user_id"), binary(b"\xff")))
    message = b"\x83t\0\0\0\4" + binary("d") + data + binary("op") + small(0)
    message += binary("s") + small(7) + binary("t") + binary("TYPING_START")
    event = decode_received(codec, codec.envelope(message))
    assert isinstance(event, InvalidEvent)
    assert "UTF-8" in event.reason
