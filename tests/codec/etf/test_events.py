"""One event as JSON and as ETF: equal models, whoever writes it and whoever reads it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewaysdk import Event
from gatewaysdk.codec import EtfCodec, get_codec
from gatewaysdk.codec.etf import STYLES, Backend
from gatewaysdk.decoding.registry import decode_event
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import EVENT_NAMES, sample

from .matrix import EACH_BACKEND

json = get_codec("json")


def events_of(frame: Frame, backend: Backend) -> tuple[Event, list[Event]]:
    """The event by way of JSON, and by ETF in each style."""
    codecs = [EtfCodec(backend.name, style=style) for style in STYLES]
    received = [codec.peek(codec.encode_frame(frame)) for codec in codecs]
    assert {(one.op, one.s, one.t) for one in received} == {(frame.op, frame.s, frame.t)}
    return decode_event(json.peek(json.encode_frame(frame))), [decode_event(one) for one in received]


def check_equal(frame: Frame, backend: Backend) -> None:
    expected, found = events_of(frame, backend)
    assert not expected.violations
    for event in found:
        assert type(event) is type(expected)
        assert event == expected
        assert event.model_fields_set == expected.model_fields_set
        assert not event.violations
        assert event.model_dump_json() == expected.model_dump_json()


@EACH_BACKEND
@pytest.mark.parametrize("name", EVENT_NAMES)
def test_pain_13_every_event_is_the_same_in_both_encodings(backend: Backend, name: str) -> None:
    for full in (True, False):
        check_equal(Frame(0, sample(name, full=full, seed=0), 7, name), backend)


@EACH_BACKEND
def test_a_guild_that_is_unavailable_is_too(backend: Backend) -> None:
    check_equal(Frame(0, sample("GUILD_CREATE", unavailable=True, seed=0, full=True), 7, "GUILD_CREATE"), backend)


@EACH_BACKEND
@given(name=st.sampled_from(EVENT_NAMES), seed=st.integers(1, 10**9), full=st.booleans())
@settings(max_examples=60)
def test_events_of_any_seed_are_the_same_in_both_encodings(backend: Backend, name: str, seed: int, full: bool) -> None:
    check_equal(Frame(0, sample(name, seed=seed, full=full), seed, name), backend)


@EACH_BACKEND
@pytest.mark.parametrize(
    "frame",
    [Frame(10, {"heartbeat_interval": 41250}), Frame(11), Frame(9, False), Frame(9, True), Frame(7), Frame(1, 251)],
    ids=lambda frame: f"op {frame.op} {frame.d}",
)
def test_control_messages_are_the_same_in_both_encodings(backend: Backend, frame: Frame) -> None:
    for style in STYLES:
        codec = EtfCodec(backend.name, style=style)
        received = codec.peek(codec.encode_frame(frame))
        assert (received.op, received.s, received.t, received.d) == (frame.op, None, None, frame.d)


@EACH_BACKEND
def test_pain_13_a_broken_field_costs_no_more_than_in_json(backend: Backend) -> None:
    data = {**sample("MESSAGE_REACTION_ADD", full=False, seed=0), "user_id": "nobody", "emoji": 7, "new_key": [None]}
    expected, found = events_of(Frame(0, data, 1, "MESSAGE_REACTION_ADD"), backend)
    assert expected.violations
    for event in found:
        assert [one.path for one in event.violations] == [one.path for one in expected.violations]
        assert event == expected
