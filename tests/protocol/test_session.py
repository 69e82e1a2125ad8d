from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.protocol import Session
from gatewaysdk.protocol.session import SessionTracker


def test_a_session_survives_json() -> None:
    session = Session("id", "wss://resume.test", 42, (1, 4))
    assert Session(**json.loads(json.dumps(dataclasses.asdict(session)))) == session


def test_nothing_can_be_resumed_at_first() -> None:
    tracker = SessionTracker(None)
    assert tracker.current is None
    assert tracker.resume_gateway_url is None
    assert tracker.sequence is None


def test_a_session_is_resumable_from_its_first_event_on() -> None:
    tracker = SessionTracker((0, 2))
    tracker.start("id", "wss://resume.test")
    assert tracker.current is None
    assert tracker.advance(1) is None
    assert tracker.current == Session("id", "wss://resume.test", 1, (0, 2))


def test_a_given_session_is_continued() -> None:
    session = Session("id", "wss://resume.test", 5)
    tracker = SessionTracker(None, session)
    assert tracker.current == session
    tracker.advance(9)
    assert tracker.current == Session("id", "wss://resume.test", 9)


def test_a_dropped_session_is_gone_with_its_sequence() -> None:
    tracker = SessionTracker(None, Session("id", "wss://resume.test", 5))
    assert tracker.drop()
    assert (tracker.current, tracker.sequence) == (None, None)
    assert not tracker.drop()


@pytest.mark.parametrize("s", [None, "8", 8.0, True, -1, 2**63, pytest.param(10**5000, id="huge")])
def test_an_unusable_sequence_number_is_named_and_not_stored(s: object) -> None:
    tracker = SessionTracker(None, Session("id", "wss://resume.test", 5))
    assert tracker.advance(s) == "an event without a usable sequence number"
    assert tracker.sequence == 5


@given(st.lists(st.one_of(st.none(), st.booleans(), st.integers(), st.text()), max_size=30))
def test_the_sequence_is_the_greatest_number_seen(numbers: list[object]) -> None:
    tracker = SessionTracker(None, Session("id", "wss://resume.test", 0))
    for s in numbers:
        tracker.advance(s)
    usable = [s for s in numbers if type(s) is int and 0 <= s < 2**63]
    assert tracker.sequence == max([0, *usable])
