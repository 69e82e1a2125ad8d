"""From the first connect to READY."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.errors import ConfigurationError, ConnectError, DecodeError, PhaseTimeout, StateError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    IdentifySettings,
    IdentifyWanted,
    Opcode,
    Send,
    Session,
    SessionStarted,
    State,
    Timeouts,
    Unexpected,
    Waiting,
)
from gatewaysdk.token import Token

from .driver import BASE, QUERY, RESUME, SESSION, Driver, close_codes, of, sent


class Undecodable(Frame):
    """A frame whose data breaks when it is read."""

    @property
    def d(self) -> Any:
        raise DecodeError("not JSON")


def test_a_new_machine_waits_for_nothing() -> None:
    protocol = Driver().protocol
    assert (protocol.state, protocol.deadline, protocol.session) == (State.IDLE, None, None)


def test_connect_asks_for_a_socket_with_the_query() -> None:
    driver = Driver()
    assert driver.connect() == [IdentifyWanted(0), Connect(f"{BASE}/?{QUERY}", resuming=False)]
    assert driver.protocol.state is State.CONNECTING


def test_nothing_is_sent_before_hello() -> None:
    driver = Driver()
    driver.connect()
    assert driver.open() == []
    assert driver.protocol.state is State.AWAITING_HELLO
    assert sent(driver.wait(19)) == []


def test_identify_answers_hello_at_once_and_the_heartbeat_comes_later() -> None:
    driver = Driver(random=0.25)
    driver.connect()
    driver.open()
    assert driver.hello() == [Send(Opcode.IDENTIFY, IdentifySettings(token=Token("secret"), intents=1).payload())]
    assert driver.protocol.state is State.IDENTIFYING
    assert driver.protocol.deadline == driver.now + 10.0
    assert sent(driver.wait(10)) == [Opcode.HEARTBEAT]


def test_pain_34_even_a_heartbeat_without_any_delay_follows_identify() -> None:
    driver = Driver(random=0.0)
    driver.connect()
    driver.open()
    assert sent(driver.hello()) == [Opcode.IDENTIFY, Opcode.HEARTBEAT]


def test_ready_starts_the_session_and_is_passed_on() -> None:
    driver = Driver().greeted()
    session = Session("a-session", RESUME, 1)
    started, dispatch = driver.ready()
    assert started == SessionStarted(session)
    assert isinstance(dispatch, Dispatch)
    assert dispatch.frame.t == "READY"
    assert driver.protocol.session == session
    assert driver.protocol.state is State.LIVE


def test_the_session_remembers_its_shard() -> None:
    driver = Driver(identify=IdentifySettings(token=Token("secret"), intents=0, shard=(1, 2))).live()
    assert driver.protocol.session == Session("a-session", RESUME, 1, (1, 2))


def test_no_repr_of_an_effect_shows_the_token() -> None:
    driver = Driver().live()
    driver.gone()
    driver.reopened()
    assert sent(driver.effects) == [Opcode.IDENTIFY, Opcode.RESUME]
    assert "secret" not in repr(driver.effects)


@pytest.mark.parametrize("data", [{"session_id": None}, {"session_id": 5}, {"session_id": ""}])
def test_ready_without_a_session_id_is_live_but_not_resumable(data: dict[str, Any]) -> None:
    driver = Driver().greeted()
    effects = driver.ready(**data)
    assert of(SessionStarted, effects) == [SessionStarted(None)]
    assert [effect.problem for effect in of(Unexpected, effects)] == [
        "READY without a usable session_id: the session cannot be resumed"
    ]
    assert driver.protocol.state is State.LIVE
    assert driver.protocol.session is None
    driver.gone()
    assert sent(driver.reopened().effects)[-1] == Opcode.IDENTIFY


@pytest.mark.parametrize("s", [None, -1, "1", True, 2**63])
def test_ready_without_a_usable_sequence_number_is_told_and_live(s: Any) -> None:
    driver = Driver().greeted()
    effects = driver.ready(s=s)
    assert [effect.problem for effect in of(Unexpected, effects)] == ["an event without a usable sequence number"]
    assert driver.protocol.state is State.LIVE
    driver.event(1)
    assert driver.protocol.sequence == 1


def test_ready_that_is_no_object_is_live_all_the_same() -> None:
    driver = Driver().greeted()
    driver.receive(Opcode.DISPATCH, [], 1, "READY")
    assert driver.protocol.state is State.LIVE
    assert len(of(Dispatch, driver.effects)) == 1


@pytest.mark.parametrize("url", [None, 7, "", "resume.test", "https://resume.test", "ws://resume.test", "wss://["])
def test_a_resume_url_that_cannot_be_used_is_replaced_by_the_base(url: object) -> None:
    driver = Driver().greeted()
    (told,) = of(Unexpected, driver.ready(resume_gateway_url=url))
    assert told.serious is (url is not None), "one that is missing leads nowhere"
    assert driver.protocol.session == Session("a-session", BASE, 1)


def test_a_resume_url_of_another_host_is_refused_and_told_as_serious() -> None:
    driver = Driver(url="wss://gateway.discord.gg").greeted()
    (told,) = of(Unexpected, driver.ready(resume_gateway_url="wss://gateway.evil.test/?x"))
    assert told.serious
    assert told.problem == (
        "READY's resume_gateway_url is wss://gateway.evil.test, which is not within discord.gg; name its host in "
        "resume_hosts= if you trust it with the token; resuming on the base URL"
    )
    driver.gone()
    assert driver.next_attempt() == Connect(f"wss://gateway.discord.gg/?{QUERY}", resuming=True)


def test_a_token_in_the_resume_url_is_not_repeated() -> None:
    token = Token("AB1234567890.abcdef.the-rest-of-it_1")
    driver = Driver(identify=IdentifySettings(token=token, intents=0)).greeted()
    (told,) = of(Unexpected, driver.ready(resume_gateway_url=f"wss://{token.reveal()}.test/{token.reveal()}"))
    assert token.reveal() not in told.problem


def test_a_stored_session_obeys_the_same_rule() -> None:
    driver = Driver(url="wss://gateway.discord.gg", session=Session("a", "wss://gateway.evil.test", 5))
    assert (driver.protocol.resume_url_problem or "").startswith("wss://gateway.evil.test, which is not within")
    assert driver.connect() == [Connect(f"wss://gateway.discord.gg/?{QUERY}", resuming=True)]
    driver = Driver(session=SESSION)
    assert driver.protocol.resume_url_problem is None
    assert driver.connect() == [Connect(f"{RESUME}/?{QUERY}", resuming=True)]


@pytest.mark.parametrize("session_id", ["a\n", "a" * 257, "\ud800", 5])
def test_a_session_id_that_cannot_be_sent_back_is_none(session_id: object) -> None:
    driver = Driver().greeted()
    assert of(SessionStarted, driver.ready(session_id=session_id)) == [SessionStarted(None)]


def test_a_plain_resume_url_is_fine_where_the_base_is_plain() -> None:
    driver = Driver(url="ws://localhost:8080").greeted()
    assert of(Unexpected, driver.ready(resume_gateway_url="ws://localhost:8081")) == []


@pytest.mark.parametrize("interval", [None, True, "41250", 0, -5])
def test_a_hello_that_cannot_be_meant_costs_the_connection_only(interval: object) -> None:
    driver = Driver()
    driver.connect()
    driver.open()
    assert close_codes(driver.receive(Opcode.HELLO, {"heartbeat_interval": interval})) == [4000]
    assert of(Connect, driver.gone() + driver.wait(1)) == [Connect(f"{BASE}/?{QUERY}", resuming=False)]


@pytest.mark.parametrize("op", [Opcode.HELLO, Opcode.INVALID_SESSION])
def test_data_that_breaks_when_read_costs_the_connection_only(op: int) -> None:
    driver = Driver()
    driver.connect()
    driver.open()
    effects = driver.run(driver.protocol.receive(Undecodable(op, None, 1, None), driver.now))
    assert close_codes(effects) == [4000]
    (disconnected,) = of(Disconnected, driver.gone())
    assert isinstance(disconnected.error, DecodeError)


def test_an_event_whose_data_is_broken_is_passed_on_unread() -> None:
    driver = Driver().live()
    frame = Undecodable(Opcode.DISPATCH, None, 2, "MESSAGE_CREATE")
    assert driver.run(driver.protocol.receive(frame, driver.now)) == [Dispatch(frame)]


def test_a_second_hello_changes_nothing() -> None:
    driver = Driver().live()
    deadline = driver.protocol.deadline
    assert len(of(Unexpected, driver.hello(1.0))) == 1
    assert driver.protocol.deadline == deadline


@pytest.mark.parametrize("op", [5, 12, 99, -1, 10**30, Opcode.IDENTIFY, Opcode.RESUME])
def test_an_opcode_that_is_not_expected_is_reported_and_survived(op: int) -> None:
    driver = Driver().live()
    (unexpected,) = driver.receive(op, {})
    assert isinstance(unexpected, Unexpected)
    assert driver.protocol.state is State.LIVE


def test_an_event_before_identify_is_odd_but_not_lost() -> None:
    driver = Driver()
    driver.connect()
    driver.open()
    effects = driver.event(5)
    assert [type(effect) for effect in effects] == [Unexpected, Dispatch]
    assert driver.protocol.state is State.AWAITING_HELLO


@pytest.mark.parametrize("t", ["READY", "RESUMED"])
def test_ready_or_resumed_out_of_turn_is_odd_but_not_lost(t: str) -> None:
    driver = Driver().live()
    effects = driver.event(2, t)
    assert [type(effect) for effect in effects] == [Unexpected, Dispatch]
    assert driver.protocol.session == Session("a-session", RESUME, 2)


@pytest.mark.parametrize(("phase", "seconds"), [("connect", 30.0), ("HELLO", 20.0), ("READY", 60.0), ("RESUMED", 60.0)])
def test_every_phase_has_a_deadline(phase: str, seconds: float) -> None:
    driver = Driver(session=SESSION if phase == "RESUMED" else None)
    driver.connect()
    if phase != "connect":
        driver.open()
    if phase in ("READY", "RESUMED"):
        driver.hello()
    assert close_codes(driver.wait(seconds - 0.001)) == []
    assert close_codes(driver.wait(0.001)) == [4000]
    (disconnected,) = of(Disconnected, driver.gone())
    assert isinstance(disconnected.error, PhaseTimeout)
    assert (disconnected.error.phase, disconnected.error.seconds) == (phase, seconds)
    assert len(of(Connect, driver.wait(2))) == 1


def test_the_deadlines_can_be_chosen() -> None:
    driver = Driver(timeouts=Timeouts(connect=3))
    driver.connect()
    assert close_codes(driver.wait(3)) == [4000]


def test_a_socket_that_cannot_be_opened_is_tried_again_with_growing_delays() -> None:
    driver = Driver()
    driver.connect()
    delays = []
    error = ConnectError(BASE, "no route")
    for attempt in range(1, 9):
        disconnected, waiting = driver.run(driver.protocol.connect_failed(error, driver.now))
        assert disconnected == Disconnected(str(error), error)
        assert isinstance(waiting, Waiting)
        assert (waiting.attempt, waiting.error, waiting.resuming) == (attempt, error, False)
        delays.append(waiting.seconds)
        assert len(of(Connect, driver.wait(waiting.seconds))) == 1
    assert delays == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_a_socket_that_opens_after_it_was_given_up_is_closed() -> None:
    driver = Driver()
    driver.connect()
    driver.wait(30)
    assert driver.protocol.state is State.CLOSING
    (close,) = driver.open()
    assert isinstance(close, Close)
    driver.wait(5)
    assert driver.is_in(State.BACKOFF)
    assert close_codes(driver.open()) == [4000]


def test_a_socket_that_fails_after_it_was_given_up_changes_nothing() -> None:
    driver = Driver()
    driver.connect()
    driver.wait(35)
    assert driver.is_in(State.BACKOFF)
    assert driver.protocol.connect_failed(ConnectError(BASE, "late"), driver.now) == []
    assert driver.is_in(State.BACKOFF)


@pytest.mark.parametrize(
    ("user", "user_id"),
    [
        ({"id": "80351110224678912"}, 80351110224678912),
        ({"id": 80351110224678912}, 80351110224678912),  # as ETF has it
        ({"id": "9" * 21}, None),
        ({"id": "me"}, None),
        ({"id": True}, None),
        ({}, None),
        (None, None),
    ],
)
def test_the_user_of_ready_is_remembered(user: object, user_id: int | None) -> None:
    driver = Driver().greeted()
    driver.ready(user=user)
    assert driver.protocol.user_id == user_id
    assert driver.protocol.session is not None
    assert driver.protocol.session.user_id == user_id


def test_misuse_is_told_and_changes_nothing() -> None:
    driver = Driver()
    with pytest.raises(StateError, match="no frame can come"):
        driver.hello()
    driver.connect()
    with pytest.raises(StateError, match="cannot connect"):
        driver.connect()
    driver.open()
    with pytest.raises(StateError, match="open already"):
        driver.open()
    with pytest.raises(StateError, match="open already"):
        driver.protocol.connect_failed(ConnectError(BASE, "late"), driver.now)
    assert driver.protocol.state is State.AWAITING_HELLO


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="gateway URL"):
        Driver(url="https://gateway.test")
    with pytest.raises(ConfigurationError, match="shard"):
        Driver(session=Session("id", RESUME, 1, (0, 2)))
