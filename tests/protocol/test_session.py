from __future__ import annotations

import dataclasses
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol import Session
from gatewaysdk.protocol.session import SessionTracker, check_session


def test_a_session_survives_json() -> None:
    session = Session("id", "wss://resume.test", 42, (1, 4))
    assert Session(**json.loads(json.dumps(dataclasses.asdict(session)))) == session


SOUND = {
    "session_id": "id",
    "resume_gateway_url": "wss://resume.test",
    "sequence": 42,
    "shard": (1, 4),
    "seen_at": 1.7e9,
    "user_id": 5,
}


@pytest.mark.parametrize(
    "changes",
    [{}, {"sequence": 0}, {"sequence": 2**63 - 1}, {"shard": None}, {"shard": [0, 1]}, {"seen_at": None},
     {"seen_at": 0}, {"user_id": None}, {"user_id": 2**64 - 1}, {"session_id": "i" * 256}],
)  # fmt: skip
def test_a_sound_session_is_taken(changes: dict[str, Any]) -> None:
    check_session(Session(**{**SOUND, **changes}))


UNSOUND: dict[str, list[object]] = {
    "session_id": ["", "a\n", "\ud800", "i" * 257, 5, None, b"id"],
    "resume_gateway_url": ["", "resume.test", "https://resume.test", "wss://[", 5, None],
    "sequence": [-5, 2**63, 2**70, 10**5000, 1.0, "1", True, None],
    "shard": [(1, 1), (-1, 2), (0, 0), (0,), (0, 1, 2), (0.0, 1), "01", 5, [1, 1], (True, 2)],
    "seen_at": [math.nan, math.inf, -1, "1", True, []],
    "user_id": ["abc", "5", -1, 2**64, 5.0, True],
}


@pytest.mark.parametrize(("name", "value"), [
    pytest.param(name, value, id=f"{name}-{number}")
    for name, values in UNSOUND.items()
    for number, value in enumerate(values)
])  # fmt: skip
def test_what_cannot_be_resumed_is_refused_by_name(name: str, value: Any) -> None:
    session = Session(**{**SOUND, name: value})
    with pytest.raises(
        ConfigurationError, match=rf"the session's {name} is .*; it takes .*: start a new session"
    ) as caught:
        check_session(session)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [None, {"session_id": "a"}, "id", 5])
def test_what_is_no_session_is_refused(value: object) -> None:
    with pytest.raises(ConfigurationError, match=r"the session is of type .*; a store gives a Session"):
        check_session(value)


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
