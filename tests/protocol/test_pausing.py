"""Back-pressure: a caller that reads no further for a while."""

from __future__ import annotations

from gatewaysdk.protocol import Opcode, State

from .driver import INTERVAL, SESSION, Driver, arrived_at, close_codes, sent


def test_an_ack_that_nobody_reads_makes_no_zombie() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    driver.protocol.reading_paused()
    effects = driver.wait(10 * INTERVAL)
    assert sent(effects) == [Opcode.HEARTBEAT] * 10
    assert close_codes(effects) == []


def test_after_a_pause_a_missed_ack_counts_from_the_next_heartbeat_on() -> None:
    driver = Driver().live()
    driver.acknowledges = False
    driver.protocol.reading_paused()
    driver.wait(30)  # a heartbeat went out at 20
    driver.protocol.reading_resumed(driver.now)
    assert close_codes(driver.wait(INTERVAL)) == []
    assert close_codes(driver.wait(INTERVAL)) == [4000]


def test_resumed_is_not_late_while_nobody_reads() -> None:
    driver = Driver(session=SESSION).greeted()
    driver.protocol.reading_paused()
    assert close_codes(driver.wait(300)) == []
    assert driver.protocol.state is State.RESUMING


def test_after_a_pause_the_replay_has_its_whole_time_again() -> None:
    driver = Driver(session=SESSION).greeted()
    driver.wait(10)
    driver.protocol.reading_paused()
    driver.wait(49.9)
    driver.protocol.reading_resumed(driver.now)
    assert close_codes(driver.wait(59.9)) == []
    assert close_codes(driver.wait(0.1)) == [4000]


def test_hello_has_time_after_a_pause_too() -> None:
    driver = arrived_at(State.AWAITING_HELLO)
    driver.protocol.reading_paused()
    driver.wait(100)
    driver.protocol.reading_resumed(driver.now)
    assert close_codes(driver.wait(59.9)) == []
    assert close_codes(driver.wait(0.1)) == [4000]


def test_a_new_connection_is_read() -> None:
    driver = Driver().live()
    driver.protocol.reading_paused()
    driver.gone()
    driver.next_attempt()
    driver.open()
    assert close_codes(driver.wait(20)) == [4000]
