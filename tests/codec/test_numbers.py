"""The same numbers are accepted for typed events and raw data, from JSON and from ETF."""

from __future__ import annotations

import json
import math
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from gatewaysdk.bases.event import InvalidEvent
from gatewaysdk.codec import get_codec
from gatewaysdk.codec.etf import EtfCodec, backends
from gatewaysdk.decoding.registry import decode_received
from gatewaysdk.errors import DecodeError, FieldAbsent
from gatewaysdk.events import TypingStart, VoiceChannelEffectSend
from gatewaysdk.frame import Validator

from .etf.matrix import same
from .etf.terms import binary, mapping, small

BACKENDS = [report.name for report in backends() if report.available]
JSON = get_codec("json")
anything: Validator = TypeAdapter[Any](Any)

NOT_FINITE = {
    "NaN": math.nan,
    "Infinity": math.inf,
    "-Infinity": -math.inf,
    "1e400": math.inf,
    "-1e400": -math.inf,
    "1" * 400 + ".5": math.inf,
}


def json_reads(number: str, *, name: str = "A") -> list[Any]:
    """What each way to read JSON makes of a number: raw and by a model, in Discord's spelling and in another."""
    found = []
    for message in (
        f'{{"t":"{name}","s":1,"op":0,"d":{{"x":{number}}}}}',
        f'{{"op":0,"t":"{name}","d":{{"x":{number}}}}}',
    ):
        envelope = JSON.envelope(message.encode())
        found += [JSON.data(envelope)["x"], JSON.validate(envelope, anything)["x"]]
    return found


def etf_integer(number: int) -> bytes:
    raw = abs(number).to_bytes((number.bit_length() + 7) // 8 or 1, "little")
    return b"o" + struct.pack(">I", len(raw)) + bytes([number < 0]) + raw


def etf_reads(term: bytes) -> list[Any]:
    return [EtfCodec(backend).backend.decode(term, 0, len(term)) for backend in BACKENDS]


def same_number(one: Any, other: Any) -> bool:
    return same(one, other) or (type(one) is type(other) is float and math.isnan(one) and math.isnan(other))


@given(st.one_of(st.integers(), st.integers(-(2**70), 2**70), st.integers(-(10**4000), 10**4000)))
def test_an_integer_is_exact_however_it_comes(number: int) -> None:
    for found in json_reads(str(number)) + etf_reads(etf_integer(number)):
        assert same(found, number)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("edge", [2**53, 2**63, 2**64, 10**18, 10**19, 10**20, 10**400, 10**4298], ids=int.bit_length)
def test_an_integer_at_an_edge_is_exact_however_it_comes(edge: int, sign: int) -> None:
    for number in (sign * (edge - 1), sign * edge, sign * (edge + 1)):
        for found in json_reads(str(number)) + etf_reads(etf_integer(number)):
            assert same(found, number)


@given(st.floats())
def test_a_float_is_the_same_however_it_comes(number: float) -> None:
    for found in json_reads(json.dumps(number)) + etf_reads(b"F" + struct.pack(">d", number)):
        assert same_number(found, number)


@pytest.mark.parametrize(("text", "value"), NOT_FINITE.items(), ids=lambda one: str(one)[:9])
def test_what_is_not_finite_is_the_float_that_python_makes_of_it(text: str, value: float) -> None:
    for found in json_reads(text) + etf_reads(b"F" + struct.pack(">d", value)):
        assert same_number(found, value)
        assert same_number(json.loads(text), value)


def events(name: str, fields: dict[str, str], number: float, field: str, text: str) -> list[Any]:
    """The events that come of JSON and of ETF when a field, or an unknown key, holds a number that is not finite."""
    pairs = {key: value for key, value in fields.items() if key != field}
    d = ",".join(f'"{key}":"{value}"' for key, value in pairs.items())
    messages = [(JSON, f'{{"t":"{name}","s":1,"op":0,"d":{{{d},"{field}":{text}}}}}'.encode())]
    for backend in BACKENDS:
        terms = [(binary(key), binary(value)) for key, value in pairs.items()]
        term = mapping(*terms, (binary(field), b"F" + struct.pack(">d", number)))
        message = b"\x83" + mapping(
            (binary("op"), small(0)), (binary("s"), small(1)), (binary("t"), binary(name)), (binary("d"), term)
        )
        messages.append((get_codec("etf", backend=backend), message))
    return [decode_received(codec, codec.envelope(message)) for codec, message in messages]


@pytest.mark.parametrize(("text", "value"), NOT_FINITE.items(), ids=lambda one: str(one)[:9])
def test_a_field_that_is_not_finite_is_broken_and_an_unknown_key_is_ignored(text: str, value: float) -> None:
    typing = {"channel_id": "1", "user_id": "2"}
    for event in events("TYPING_START", typing, value, "timestamp", text):
        assert isinstance(event, TypingStart)
        assert [violation.path for violation in event.violations] == [("timestamp",)]
        assert event.user_id == 2
        with pytest.raises(FieldAbsent):
            _ = event.timestamp
    effect = {"channel_id": "1", "guild_id": "2", "user_id": "3"}
    for event in events("VOICE_CHANNEL_EFFECT_SEND", effect, value, "sound_volume", text):
        assert isinstance(event, VoiceChannelEffectSend)
        assert [violation.path for violation in event.violations] == [("sound_volume",)]
    for event in events("VOICE_CHANNEL_EFFECT_SEND", effect, value, "new_key", text):
        assert isinstance(event, VoiceChannelEffectSend)
        assert event.violations == ()


def test_an_integer_that_python_cannot_print_is_not_decoded_however_it_comes() -> None:
    for read in (JSON.data, lambda envelope: JSON.validate(envelope, anything)):
        with pytest.raises(DecodeError):
            read(JSON.envelope(b'{"t":"A","s":1,"op":0,"d":{"x":%b}}' % (b"9" * 4301)))
    for backend in BACKENDS:
        term = etf_integer(10**4301)
        with pytest.raises(DecodeError):
            EtfCodec(backend).backend.decode(term, 0, len(term))
    message = b'{"t":"TYPING_START","s":1,"op":0,"d":{"channel_id":"1","user_id":"2","timestamp":3,"x":%b}}' % (
        b"9" * 4301
    )
    assert isinstance(decode_received(JSON, JSON.envelope(message)), InvalidEvent)


json_like = st.recursive(
    st.sampled_from(
        ["null", "true", "0", "-0", "1.5", "-0.0", "1E5", "01", "NaN", "-Infinity", "1e400", '"\\ud800"', '"\\"']
    )
    | st.integers(-(2**66), 2**66).map(str)
    | st.floats().map(json.dumps)
    | st.text(max_size=3).map(json.dumps)
    | st.just("[" * 250 + "]" * 250),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[" + ",".join(items) + "]")
        | st.lists(inner, max_size=3).map(
            lambda items: "{" + ",".join(f'"{n}":{one}' for n, one in enumerate(items)) + "}"
        )
    ),
    max_leaves=10,
)


@given(json_like, st.data())
def test_what_a_model_can_be_made_of_raw_handlers_get_as_well(text: str, data: st.DataObject) -> None:
    if data.draw(st.booleans()):
        cut = data.draw(st.integers(0, len(text)))
        text = text[:cut] + data.draw(st.sampled_from(["", ",", "}", "NaN", "\x01"])) + text[cut + 1 :]
    message = f'{{"t":"A","s":1,"op":0,"d":{text}}}'.encode()
    envelope = JSON.envelope(message)
    try:
        by_model: Any = JSON.validate(envelope, anything)
    except DecodeError:
        with pytest.raises(DecodeError):
            JSON.data(envelope)
        return
    assert repr(by_model) == repr(JSON.data(envelope))
