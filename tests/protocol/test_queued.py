"""Asking before IDENTIFY: all shards of a bot share the right to it (events/gateway#rate-limiting)."""

from __future__ import annotations

import pytest

from gatewaysdk.protocol import (
    Connect,
    Disconnected,
    IdentifySettings,
    IdentifyWanted,
    Opcode,
    SessionInvalidated,
    State,
    Stopped,
)
from gatewaysdk.token import Token

from .driver import SESSION, Driver, arrived_at, close_codes, of, sent


def asking() -> Driver:
    """A driver whose machine asks and gets no answer by itself."""
    driver = Driver()
    driver.grants = False
    return driver


def asking_after_op_9() -> Driver:
    driver = Driver(random=0.0).live()
    driver.grants = False
    driver.wait(10)
    driver.receive(Opcode.INVALID_SESSION, False)
    assert of(IdentifyWanted, driver.wait(0.9)) == []
    assert driver.wait(0.1) == [IdentifyWanted(0)]
    return driver


def test_without_a_session_the_machine_asks_before_it_connects() -> None:
    driver = asking()
    assert driver.connect() == [IdentifyWanted(0)]
    assert driver.is_in(State.QUEUED)
    assert driver.wait(86_400) == []  # the queue may take its time, and no socket is held for it
    assert of(Connect, driver.grant()) == driver.effects[-1:]
    assert driver.is_in(State.CONNECTING)
    driver.open()
    assert sent(driver.hello()) == [Opcode.IDENTIFY]


def test_it_says_which_shard_asks() -> None:
    driver = Driver(identify=IdentifySettings(token=Token("secret"), intents=0, shard=(3, 8)))
    assert driver.connect()[0] == IdentifyWanted(3)


def test_a_resume_is_never_asked_for() -> None:
    driver = Driver(session=SESSION)
    driver.grants = False
    driver.live()
    driver.gone()
    driver.reopened()
    assert sent(driver.effects) == [Opcode.RESUME, Opcode.RESUME]
    assert of(IdentifyWanted, driver.effects) == []


def test_after_op_9_it_asks_when_its_own_wait_is_over_and_beats_on() -> None:
    driver = asking_after_op_9()
    assert driver.is_in(State.INVALIDATED)
    beats = sent(driver.wait(3600))
    assert set(beats) == {Opcode.HEARTBEAT}
    assert len(beats) == 90
    assert sent(driver.grant()) == [Opcode.IDENTIFY]
    assert driver.is_in(State.IDENTIFYING)


def test_the_permit_is_over_with_ready() -> None:
    driver = Driver().greeted()
    assert driver.protocol.identify_pending
    driver.ready()
    assert not driver.protocol.identify_pending


@pytest.mark.parametrize(
    "state", [State.CONNECTING, State.AWAITING_HELLO, State.GREETED, State.IDENTIFYING, State.QUEUED]
)
@pytest.mark.parametrize("how", ["close", "gone", "fatal"])
def test_the_permit_is_over_with_the_attempt(state: State, how: str) -> None:
    driver = arrived_at(state)
    driver.grants = False
    assert driver.protocol.identify_pending
    if how == "close":
        driver.close()
    else:
        driver.gone(4004 if how == "fatal" else None)
    assert driver.protocol.identify_pending == (state is State.QUEUED and how != "close")


def test_an_identify_that_is_refused_gives_its_permit_up_and_the_next_needs_another() -> None:
    driver = Driver(random=0.0).greeted()
    driver.receive(Opcode.INVALID_SESSION, False)
    assert not driver.protocol.identify_pending
    assert of(IdentifyWanted, driver.wait(4.9)) == []
    effects = driver.wait(0.2)
    assert of(IdentifyWanted, effects) == [IdentifyWanted(0)]
    assert Opcode.IDENTIFY in sent(effects)


def test_op_9_while_waiting_withdraws_the_question_and_asks_again_later() -> None:
    driver = asking_after_op_9()
    driver.receive(Opcode.INVALID_SESSION, False)
    assert not driver.protocol.identify_pending
    assert driver.grant() == []
    assert driver.is_in(State.INVALIDATED)
    assert of(IdentifyWanted, driver.wait(60)) == [IdentifyWanted(0)]


def test_a_connection_that_dies_while_waiting_asks_anew_without_a_socket() -> None:
    driver = asking_after_op_9()
    driver.random = 0.5
    driver.gone()
    assert driver.is_in(State.BACKOFF)
    assert driver.grant() == []
    assert of(IdentifyWanted, driver.wait(60)) == [IdentifyWanted(0)]
    assert driver.is_in(State.QUEUED)


def test_each_attempt_without_a_session_asks_anew() -> None:
    driver = Driver()
    driver.connect()
    driver.gone()
    assert not driver.protocol.identify_pending
    assert of(IdentifyWanted, driver.wait(1)) == [IdentifyWanted(0)]


def test_a_session_that_is_given_up_asks() -> None:
    driver = Driver(session=SESSION).greeted()
    driver.gone(1000)
    effects = driver.wait(60)
    assert effects[0] == IdentifyWanted(0)
    assert of(Connect, effects)[0].resuming is False


def test_a_session_lost_before_hello_costs_the_connection_as_nothing_may_be_said_on_it() -> None:
    driver = Driver(session=SESSION, random=0.75)
    driver.grants = False
    driver.connect()
    driver.open()
    effects = driver.receive(Opcode.INVALID_SESSION, False)
    assert SessionInvalidated(resumable=False) in effects
    assert close_codes(effects) == [4000]
    assert of(Disconnected, driver.gone(4000)) == [Disconnected("session invalidated", None)]
    assert of(IdentifyWanted, driver.wait(3.9)) == []
    assert driver.wait(0.2) == [IdentifyWanted(0)]


def test_closing_while_queued_stops_at_once() -> None:
    driver = arrived_at(State.QUEUED)
    assert driver.close() == [Stopped()]
    assert driver.grant() == []
    assert driver.is_in(State.STOPPED)
    assert driver.connect() == [IdentifyWanted(0)]


def test_reconnecting_while_queued_keeps_the_place() -> None:
    driver = arrived_at(State.QUEUED)
    assert driver.run(driver.protocol.reconnect(driver.now)) == []
    assert driver.protocol.identify_pending
    assert len(of(Connect, driver.grant())) == 1


def test_a_second_answer_changes_nothing() -> None:
    driver = Driver()
    driver.connect()
    assert driver.grant() == []
    assert driver.is_in(State.CONNECTING)


def test_commands_wait_through_the_queue() -> None:
    driver = arrived_at(State.QUEUED)
    assert driver.send(Opcode.VOICE_STATE_UPDATE) == []
    driver.grant()
    driver.open()
    driver.hello()
    assert Opcode.VOICE_STATE_UPDATE in sent(driver.ready())


def test_what_a_socket_of_the_past_says_while_queued_is_nothing() -> None:
    driver = arrived_at(State.QUEUED)
    assert driver.gone(4000) == []
    assert close_codes(driver.open()) == [4000]
    assert driver.receive(Opcode.HELLO, {"heartbeat_interval": 1}) == []
    assert driver.is_in(State.QUEUED)
