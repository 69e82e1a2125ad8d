"""Losing connections and keeping sessions (events/gateway#resuming)."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import (
    ConnectError,
    ConnectionClosed,
    ConnectionLost,
    DecompressionError,
    FatalCloseError,
    StateError,
)
from gatewaysdk.protocol import (
    Backoff,
    Connect,
    Disconnected,
    Dispatch,
    Failed,
    IdentifySettings,
    IdentifyWanted,
    Opcode,
    Send,
    Session,
    SessionInvalidated,
    SessionResumed,
    State,
    Unexpected,
    Waiting,
)
from gatewaysdk.token import Token

from .driver import BASE, QUERY, RESUME, SESSION, Driver, arrived_at, close_codes, of, sent

AT_BASE = Connect(f"{BASE}/?{QUERY}", resuming=True)
AT_RESUME_URL = Connect(f"{RESUME}/?{QUERY}", resuming=True)


def test_a_lost_connection_is_resumed_where_it_ended() -> None:
    driver = Driver().live()
    driver.event(5)
    disconnected, waiting = driver.gone()
    assert isinstance(disconnected, Disconnected)
    assert isinstance(disconnected.error, ConnectionLost)
    assert isinstance(waiting, Waiting)
    assert (waiting.seconds, waiting.resuming, waiting.attempt) == (0.5, True, 1)
    assert driver.wait(0.5) == [AT_RESUME_URL]
    driver.open()
    assert driver.hello() == [Send(Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 5})]
    assert driver.protocol.state is State.RESUMING


def test_replayed_events_are_passed_on_and_counted() -> None:
    driver = Driver().live()
    driver.gone()
    driver.reopened()
    for s in (2, 3, 4):
        assert [type(effect) for effect in driver.event(s)] == [Dispatch]
    resumed, dispatch = driver.resumed(5)
    assert resumed == SessionResumed(Session("a-session", RESUME, 5), replayed=3)
    assert isinstance(dispatch, Dispatch)
    assert driver.protocol.state is State.LIVE


def test_events_replayed_before_another_loss_are_not_asked_for_again() -> None:
    driver = Driver().live()
    driver.gone()
    driver.reopened()
    driver.event(2)
    driver.gone()
    effects = driver.reopened().effects
    assert effects[-1] == Send(Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 2})
    assert driver.resumed(3)[0] == SessionResumed(Session("a-session", RESUME, 3), replayed=0)


def test_a_saved_session_is_resumed_first() -> None:
    driver = Driver(session=SESSION)
    assert driver.protocol.session == SESSION
    assert driver.connect() == [AT_RESUME_URL]
    driver.open()
    assert driver.hello() == [Send(Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 7})]


def test_a_saved_session_with_an_unusable_url_is_resumed_on_the_base() -> None:
    assert Driver(session=Session("a-session", "ws://elsewhere.test", 7)).connect() == [AT_BASE]


def test_a_session_moves_to_another_machine() -> None:
    first = Driver().live()
    first.event(9)
    first.close()
    second = Driver(session=first.protocol.session).greeted()
    assert second.effects[-1] == Send(Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 9})


@pytest.mark.parametrize("code", [4000, 4001, 4002, 4003, 4005, 4008, 1006, 1011, 4999, None])
def test_codes_after_which_the_session_is_resumed(code: int | None) -> None:
    driver = Driver().live()
    driver.gone(code)
    assert sent(driver.reopened().effects)[-1] == Opcode.RESUME


@pytest.mark.parametrize("code", [4007, 4009, 1000, 1001])
def test_codes_after_which_a_new_session_is_identified(code: int) -> None:
    driver = Driver().live()
    driver.wait(10)
    invalidated, disconnected, waiting = driver.gone(code)
    assert invalidated == SessionInvalidated(resumable=False)
    assert isinstance(disconnected, Disconnected)
    assert isinstance(disconnected.error, ConnectionClosed)
    assert isinstance(waiting, Waiting)
    assert driver.protocol.session is None
    assert driver.wait(1) == [IdentifyWanted(0), Connect(f"{BASE}/?{QUERY}", resuming=False)]
    assert sent(driver.reopened().effects)[-1] == Opcode.IDENTIFY


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
def test_codes_after_which_nothing_helps(code: int) -> None:
    driver = Driver().greeted()
    disconnected, failed = driver.gone(code, "no")
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, FatalCloseError)
    assert failed.error.code == code
    assert disconnected == Disconnected(str(failed.error), failed.error)
    assert driver.protocol.state is State.FAILED
    assert driver.protocol.deadline is None
    assert driver.wait(1000) == []


def test_a_session_is_lost_with_a_final_code() -> None:
    driver = Driver().live()
    assert driver.gone(4014)[0] == SessionInvalidated(resumable=False)
    assert driver.protocol.session is None


def test_undecodable_data_costs_the_connection_and_not_the_session() -> None:
    driver = Driver().live()
    error = DecompressionError("cut short")
    assert close_codes(driver.run(driver.protocol.broken(error, driver.now))) == [4000]
    assert driver.run(driver.protocol.broken(error, driver.now)) == []
    assert of(Disconnected, driver.gone(4000)) == [Disconnected("undecodable data", error)]
    assert sent(driver.reopened().effects)[-1] == Opcode.RESUME


def test_op_7_reconnects_at_once_and_resumes() -> None:
    driver = Driver().live()
    assert close_codes(driver.receive(Opcode.RECONNECT)) == [4000]
    assert driver.gone(4000) == [Disconnected("the gateway asks to reconnect", None), AT_RESUME_URL]
    assert sent(driver.reopened().effects)[-1] == Opcode.RESUME


def test_op_7_is_legal_before_hello() -> None:
    driver = Driver()
    driver.connect()
    driver.open()
    assert close_codes(driver.receive(Opcode.RECONNECT)) == [4000]
    assert len(of(Connect, driver.gone(4000))) == 1


@pytest.mark.parametrize("session", [None, SESSION])
def test_op_7_is_legal_before_ready_and_resumed(session: Session | None) -> None:
    driver = Driver(session=session).greeted()
    assert close_codes(driver.receive(Opcode.RECONNECT)) == [4000]
    assert [effect.resuming for effect in of(Connect, driver.gone(4000))] == [session is not None]


def test_op_7_again_and_again_is_answered_ever_more_slowly() -> None:
    driver = Driver(session=SESSION)
    driver.connect()
    delays = []
    for _ in range(5):
        driver.open()
        driver.receive(Opcode.RECONNECT)
        before = driver.now
        driver.gone(4000)
        driver.next_attempt()
        delays.append(driver.now - before)
    assert delays == [0.0, 1.0, 2.0, 4.0, 8.0]


def test_events_that_come_while_closing_are_not_lost() -> None:
    driver = Driver().live()
    driver.receive(Opcode.RECONNECT)
    assert [type(effect) for effect in driver.event(2)] == [Dispatch]
    assert driver.receive(Opcode.HEARTBEAT) == []
    driver.gone(4000)
    assert driver.reopened().effects[-1] == Send(
        Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 2}
    )


def test_a_socket_that_does_not_close_is_left_to_itself() -> None:
    driver = Driver().live()
    driver.receive(Opcode.RECONNECT)
    assert of(Connect, driver.wait(4.9)) == []
    assert of(Connect, driver.wait(0.1)) == [AT_RESUME_URL]


def test_frames_of_a_socket_that_is_past_are_ignored() -> None:
    driver = Driver().live()
    driver.gone()
    assert driver.protocol.state is State.BACKOFF
    assert driver.event(9) == []
    assert driver.gone(1000) == []
    assert driver.protocol.session == Session("a-session", RESUME, 1)


def test_a_resume_url_that_cannot_be_reached_is_replaced_by_the_base_and_the_session_kept() -> None:
    driver = Driver(session=SESSION)
    assert driver.connect() == [AT_RESUME_URL]
    for _ in range(10):
        driver.run(driver.protocol.connect_failed(ConnectError(RESUME, "no such host"), driver.now))
        assert driver.next_attempt() == AT_BASE
    assert sent(driver.reopened().effects) == [Opcode.RESUME]


def test_the_resume_url_is_used_again_after_a_success() -> None:
    driver = Driver(session=SESSION)
    driver.connect()
    driver.gone()
    driver.reopened()
    driver.resumed(8)
    driver.gone()
    assert driver.next_attempt() == AT_RESUME_URL


def test_a_resume_url_that_never_says_hello_is_replaced_by_the_base() -> None:
    driver = Driver(session=SESSION)
    driver.connect()
    driver.open()
    driver.wait(20)
    driver.gone()
    assert of(Connect, driver.wait(1)) == [AT_BASE]


def test_after_three_failed_resumes_a_new_session_is_identified() -> None:
    driver = Driver(session=SESSION).greeted()
    for _ in range(2):
        assert of(SessionInvalidated, driver.gone(4000)) == []
        driver.reopened()
        assert driver.protocol.state is State.RESUMING
    assert driver.gone(4000)[0] == SessionInvalidated(resumable=False)
    assert sent(driver.reopened().effects) == [Opcode.RESUME] * 3 + [Opcode.IDENTIFY]


def test_the_number_of_failed_resumes_can_be_chosen() -> None:
    driver = Driver(session=SESSION, policy=Backoff(max_failed_resumes=1)).greeted()
    assert driver.gone(4000)[0] == SessionInvalidated(resumable=False)


def test_a_resume_that_succeeds_ends_the_count() -> None:
    driver = Driver(session=SESSION).greeted()
    for s in range(8, 20):
        driver.gone(4000)
        driver.reopened()
        driver.gone(4000)
        driver.reopened()
        driver.resumed(s)
    assert Opcode.IDENTIFY not in sent(driver.effects)


def test_delays_start_over_after_a_healthy_spell_only() -> None:
    driver = Driver().live()
    for spell, seconds in ((59, 0.5), (59, 1.0), (59, 2.0), (60, 0.5), (59, 1.0)):
        driver.wait(spell)
        (waiting,) = of(Waiting, driver.gone())
        assert waiting.seconds == seconds
        session = driver.reopened().protocol.session
        assert session is not None
        driver.resumed(session.sequence + 1)


def test_a_healthy_spell_counts_even_when_op_9_ended_it() -> None:
    driver = Driver().live()
    driver.gone()
    driver.reopened()
    driver.resumed(2)
    driver.wait(60)
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.wait(5)
    driver.ready()
    (waiting,) = of(Waiting, driver.gone())
    assert waiting.attempt == 1


@pytest.mark.parametrize("s", [None, 2, 3, "4", True])
def test_an_event_with_an_odd_sequence_number_is_passed_on_and_changes_none(s: object) -> None:
    driver = Driver().live()
    driver.event(3)
    effects = driver.receive(Opcode.DISPATCH, {}, s, "X")  # type: ignore[arg-type]  # the peer may send anything
    assert [type(effect) for effect in effects] == [Unexpected, Dispatch]
    assert driver.protocol.session == Session("a-session", RESUME, 3)


def test_a_new_session_starts_its_sequence_anew() -> None:
    driver = Driver().live()
    driver.event(500)
    driver.wait(10)
    driver.gone(4009)
    driver.reopened()
    assert of(Unexpected, driver.ready(1)) == []
    assert driver.protocol.session == Session("a-session", RESUME, 1)


def test_the_latest_presence_survives_into_a_new_session() -> None:
    driver = Driver(identify=IdentifySettings(token=Token("secret"), intents=0, presence={"status": "online"})).live()
    driver.send(Opcode.PRESENCE_UPDATE, {"status": "dnd"})
    driver.wait(10)
    driver.gone(4009)
    identify = driver.reopened().effects[-1]
    assert isinstance(identify, Send)
    assert (identify.op, identify.d["presence"]) == (Opcode.IDENTIFY, {"status": "dnd"})


@pytest.mark.parametrize("state", [State.CONNECTING, State.AWAITING_HELLO, State.RESUMING, State.LIVE])
def test_our_caller_may_ask_to_reconnect_and_the_session_is_resumed(state: State) -> None:
    driver = arrived_at(state)
    assert close_codes(driver.run(driver.protocol.reconnect(driver.now))) == [4000]
    assert driver.run(driver.protocol.reconnect(driver.now)) == []
    (connect,) = of(Connect, driver.gone(4000))
    assert connect.resuming == (driver.protocol.session is not None)


def test_our_caller_may_cut_the_wait_short() -> None:
    driver = arrived_at(State.BACKOFF)
    assert driver.run(driver.protocol.reconnect(driver.now)) == [AT_RESUME_URL]


@pytest.mark.parametrize("state", [State.IDLE, State.STOPPED, State.FAILED])
def test_what_was_not_connected_cannot_reconnect(state: State) -> None:
    driver = arrived_at(state)
    with pytest.raises(StateError, match="cannot reconnect"):
        driver.protocol.reconnect(driver.now)
