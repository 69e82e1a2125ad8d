"""Heartbeats of the whole machine (events/gateway#sending-heartbeats)."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import PhaseTimeout
from gatewaysdk.protocol import (
    Connect,
    Disconnected,
    HeartbeatAcknowledged,
    Opcode,
    Send,
    Session,
    State,
    Unexpected,
)

from .driver import INTERVAL, SESSION, Driver, close_codes, of, sent


def test_heartbeats_carry_the_last_sequence_number_or_none() -> None:
    driver = Driver().greeted()
    assert of(Send, driver.wait(20)) == [Send(Opcode.HEARTBEAT, None)]
    driver.ready(1)
    driver.event(17)
    assert of(Send, driver.wait(INTERVAL)) == [Send(Opcode.HEARTBEAT, 17)]


def test_the_number_of_a_session_that_cannot_be_resumed_is_forgotten_with_it() -> None:
    driver = Driver().greeted()
    driver.ready(1, session_id=None)
    driver.event(500)
    driver.wait(10)
    driver.gone()
    driver.reopened()
    assert of(Send, driver.wait(20)) == [Send(Opcode.HEARTBEAT, None)]


def test_the_number_of_a_ready_that_came_too_late_is_forgotten() -> None:
    driver = Driver().greeted()
    driver.receive(Opcode.RECONNECT)
    driver.ready(1)
    driver.wait(10)
    driver.gone(4000)
    driver.reopened()
    assert of(Send, driver.wait(20)) == [Send(Opcode.HEARTBEAT, None)]


def test_heartbeats_go_on_for_a_day() -> None:
    driver = Driver().live()
    effects = driver.wait(86400)
    assert len(sent(effects)) == 86400 / INTERVAL
    assert close_codes(effects) == []


def test_an_ack_tells_the_latency() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    assert driver.protocol.latency is None
    driver.wait(20)
    driver.now += 0.125
    assert driver.receive(Opcode.HEARTBEAT_ACK) == [HeartbeatAcknowledged(0.125)]
    assert driver.protocol.latency == 0.125


def test_an_ack_that_nobody_waits_for_is_survived() -> None:
    driver = Driver().live()
    (unexpected,) = driver.receive(Opcode.HEARTBEAT_ACK)
    assert isinstance(unexpected, Unexpected)
    assert driver.protocol.latency is None


def test_a_missed_ack_is_a_zombie_which_is_closed_resumably_and_resumed() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    assert sent(driver.wait(20)) == [Opcode.HEARTBEAT]
    assert close_codes(driver.wait(INTERVAL - 0.001)) == []
    assert close_codes(driver.wait(0.001)) == [4000]
    (disconnected,) = of(Disconnected, driver.gone())
    assert isinstance(disconnected.error, PhaseTimeout)
    assert disconnected.error.phase == "HEARTBEAT_ACK"
    assert sent(driver.reopened().effects)[-1] == Opcode.RESUME


def test_a_zombie_that_does_not_even_close_is_left_behind() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    driver.wait(20 + INTERVAL)
    assert len(of(Connect, driver.wait(6))) == 1


@pytest.mark.parametrize("session", [None, SESSION])
def test_a_zombie_is_found_before_ready_and_resumed_too(session: Session | None) -> None:
    driver = Driver(session=session).greeted()
    driver.acknowledges = False
    assert close_codes(driver.wait(20 + INTERVAL)) == [4000]


def test_a_request_is_answered_at_once() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    assert driver.receive(Opcode.HEARTBEAT) == [Send(Opcode.HEARTBEAT, 1)]


def test_a_request_before_ready_is_answered_at_once() -> None:
    assert sent(Driver().greeted().receive(Opcode.HEARTBEAT)) == [Opcode.HEARTBEAT]


def test_a_request_before_hello_is_not_answered() -> None:
    driver = Driver()
    driver.connect()
    driver.open()
    (unexpected,) = driver.receive(Opcode.HEARTBEAT)
    assert isinstance(unexpected, Unexpected)


def test_a_request_just_before_the_timer_makes_no_zombie() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    driver.wait(19.99)
    assert sent(driver.receive(Opcode.HEARTBEAT)) == [Opcode.HEARTBEAT]
    effects = driver.wait(0.01)
    assert (sent(effects), close_codes(effects)) == ([Opcode.HEARTBEAT], [])
    driver.receive(Opcode.HEARTBEAT_ACK)
    effects = driver.wait(INTERVAL)
    assert (sent(effects), close_codes(effects)) == ([Opcode.HEARTBEAT], [])


def test_a_flood_of_requests_is_answered_up_to_the_send_limit() -> None:
    driver = Driver().live()
    driver.acknowledges = True
    for _ in range(500):
        driver.receive(Opcode.HEARTBEAT)
    assert len(sent(driver.effects)) == 120  # IDENTIFY is one of them
    assert sent(driver.wait(59.9)) == []
    assert set(sent(driver.wait(0.2))) == {Opcode.HEARTBEAT}
    assert driver.protocol.state is State.LIVE


def test_the_timer_starts_anew_on_a_new_connection() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    driver.wait(21)  # a heartbeat is unanswered
    driver.gone()
    driver.reopened()
    driver.acknowledges = True
    driver.resumed(2)
    assert close_codes(driver.wait(100)) == []


def test_the_latency_of_a_past_connection_is_forgotten() -> None:
    driver = Driver().live()
    driver.wait(20)
    assert driver.protocol.latency is not None
    driver.gone()
    driver.next_attempt()
    assert driver.protocol.latency is None


def test_a_zombie_is_found_in_time_even_with_the_send_limit_reached() -> None:
    driver = Driver(random=0.0).live()
    driver.acknowledges = False
    driver.wait(40)  # a heartbeat that stays unanswered
    driver.wait(25)
    for _ in range(200):
        driver.receive(Opcode.HEARTBEAT)
    assert close_codes(driver.wait(14.9)) == []
    assert close_codes(driver.wait(0.1)) == [4000]


def test_when_the_gateway_last_acknowledged_a_heartbeat_is_told() -> None:
    driver = Driver().greeted()
    told = [driver.protocol.acknowledged_at]
    driver.ready()
    driver.wait(INTERVAL)  # the first heartbeat comes after half of it
    told.append(driver.protocol.acknowledged_at)
    assert told == [None, driver.now - INTERVAL / 2]
    driver.gone()
    driver.next_attempt()
    assert driver.protocol.acknowledged_at is None
