"""Closing on purpose (events/gateway#initiating-a-disconnect)."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import ConnectError, DecodeError, StateError
from gatewaysdk.protocol import (
    Close,
    Connect,
    Disconnected,
    Dispatch,
    Failed,
    Opcode,
    Send,
    Session,
    SessionInvalidated,
    State,
    Stopped,
    Waiting,
)
from gatewaysdk.protocol.states import LEAVING, WITHOUT_SOCKET
from gatewaysdk.token import Token

from .driver import BASE, RESUME, SESSION, Driver, arrived_at, close_codes, of, sent

SOCKETS = [state for state in State if state not in WITHOUT_SOCKET | LEAVING]


@pytest.mark.parametrize("state", SOCKETS)
@pytest.mark.parametrize(("keep", "code"), [(True, 4000), (False, 1000)])
def test_a_close_is_possible_in_every_phase(state: State, keep: bool, code: int) -> None:
    driver = arrived_at(state)
    assert close_codes(driver.close(keep_session=keep)) == [code]
    assert driver.protocol.state is State.ENDING
    assert driver.gone(code) == [Stopped()]


@pytest.mark.parametrize("state", SOCKETS)
def test_a_final_code_is_final_in_every_phase(state: State) -> None:
    driver = arrived_at(state)
    assert [type(effect) for effect in driver.gone(4004) if not isinstance(effect, SessionInvalidated)] == [
        Disconnected,
        Failed,
    ]
    assert driver.protocol.state is State.FAILED


@pytest.mark.parametrize("state", SOCKETS)
def test_a_lost_connection_is_replaced_in_every_phase(state: State) -> None:
    driver = arrived_at(state)
    attempts = len(of(Connect, driver.effects))
    driver.gone()
    assert driver.protocol.state is State.BACKOFF
    driver.wait(5)
    assert len(of(Connect, driver.effects)) == attempts + 1


@pytest.mark.parametrize("state", SOCKETS)
def test_broken_data_is_survived_in_every_phase(state: State) -> None:
    driver = arrived_at(state)
    assert close_codes(driver.run(driver.protocol.broken(DecodeError("cut short"), driver.now))) == [4000]
    assert driver.protocol.state is State.CLOSING


@pytest.mark.parametrize("state", [state for state in State if state in WITHOUT_SOCKET | LEAVING])
def test_broken_data_from_a_socket_that_is_past_means_nothing(state: State) -> None:
    driver = arrived_at(state)
    assert driver.run(driver.protocol.broken(DecodeError("cut short"), driver.now)) == []
    assert driver.protocol.state is state


def test_a_close_keeps_the_session_unless_asked_not_to() -> None:
    driver = Driver().live()
    assert driver.close() == [Close(4000, "closed by the client")]
    assert driver.protocol.state is State.ENDING
    assert driver.gone(4000) == [Stopped()]
    assert driver.is_in(State.STOPPED)
    assert driver.protocol.session == Session("a-session", RESUME, 1)


def test_a_close_may_end_the_session() -> None:
    driver = Driver().live()
    assert close_codes(driver.close(keep_session=False)) == [1000]
    assert driver.gone(1000) == [Stopped()]
    assert driver.protocol.session is None


def test_events_that_come_while_closing_are_passed_on() -> None:
    driver = Driver().live()
    driver.close()
    assert [type(effect) for effect in driver.event(2)] == [Dispatch]
    driver.gone(4000)
    assert driver.protocol.session == Session("a-session", RESUME, 2)


def test_a_close_is_complete_without_the_socket_too() -> None:
    driver = Driver().live()
    driver.close()
    assert driver.wait(4.9) == []
    assert driver.wait(0.1) == [Stopped()]
    assert driver.gone() == []


def test_nothing_follows_a_close() -> None:
    driver = Driver().live()
    driver.close()
    driver.gone(4000)
    assert driver.protocol.deadline is None
    assert driver.wait(1000) == []
    assert driver.close() == []


@pytest.mark.parametrize("code", [4004, 4009, 1000])
def test_the_code_that_answers_our_close_means_nothing(code: int) -> None:
    driver = Driver().live()
    driver.close()
    assert driver.gone(code) == [Stopped()]
    assert driver.protocol.session is not None


def test_a_close_before_connecting_is_complete_at_once() -> None:
    driver = Driver()
    assert driver.close() == [Stopped()]


def test_a_close_while_waiting_to_connect_is_complete_at_once() -> None:
    driver = Driver().live()
    driver.gone()
    assert driver.protocol.state is State.BACKOFF
    assert driver.close() == [Stopped()]
    assert driver.wait(100) == []


def test_a_close_while_connecting_calls_the_attempt_off() -> None:
    driver = Driver()
    driver.connect()
    assert close_codes(driver.close()) == [4000]
    assert driver.run(driver.protocol.connect_failed(ConnectError(BASE, "called off"), driver.now)) == [Stopped()]


def test_a_close_while_reconnecting_stops_there() -> None:
    driver = Driver().live()
    driver.receive(Opcode.RECONNECT)
    assert driver.close() == []
    assert driver.gone(4000) == [Stopped()]


def test_after_a_close_the_session_can_be_resumed_by_the_same_machine() -> None:
    driver = Driver().live()
    driver.close()
    driver.gone(4000)
    driver.greeted()
    assert driver.effects[-1] == Send(Opcode.RESUME, {"token": Token("secret"), "session_id": "a-session", "seq": 1})


def test_connecting_by_hand_starts_with_a_clean_record() -> None:
    driver = Driver(session=SESSION).greeted()
    for _ in range(2):
        driver.gone(4000)
        driver.reopened()
    driver.close()
    driver.gone(4000)
    driver.greeted()
    (waiting,) = of(Waiting, driver.gone(4000))
    assert (waiting.attempt, waiting.resuming) == (1, True)


def test_a_close_of_long_ago_does_not_colour_the_next_connection() -> None:
    driver = Driver().live()
    driver.receive(Opcode.RECONNECT)
    driver.close()
    driver.gone(4000)
    driver.live()
    assert of(Connect, driver.gone()) == []
    assert len(of(Connect, driver.wait(0.5))) == 1


def test_after_the_end_of_a_session_identify_keeps_to_its_rate() -> None:
    driver = Driver().live()
    driver.close(keep_session=False)
    driver.gone(1000)
    driver.greeted()
    assert driver.protocol.state is State.GREETED
    assert sent(driver.wait(4.9)) == []
    assert sent(driver.wait(0.1)) == [Opcode.IDENTIFY]


def test_after_a_final_code_a_new_machine_is_needed() -> None:
    driver = Driver(session=SESSION).greeted()
    driver.gone(4004)
    with pytest.raises(StateError, match="make a new one"):
        driver.connect()
    with pytest.raises(StateError, match="failed"):
        driver.send(Opcode.VOICE_STATE_UPDATE)
    assert driver.close() == []
