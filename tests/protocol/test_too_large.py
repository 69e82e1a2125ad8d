"""Messages too large to take: the next connection meets them again, so the third in a row ends it."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.errors import DecodeError, DecompressionError, MessageTooLarge, PeerError
from gatewaysdk.frame import Frame
from gatewaysdk.protocol import (
    Backoff,
    Disconnected,
    Dispatch,
    Effect,
    Failed,
    Opcode,
    SessionStarted,
    State,
    Unexpected,
)

from .driver import Driver, close_codes, of, sent

TOO_LARGE = MessageTooLarge("a message has more than max_size, 5 bytes", 5)


def broken(driver: Driver, error: PeerError = TOO_LARGE) -> list[Effect]:
    return driver.run(driver.protocol.broken(error, driver.now))


class Refused(Frame):
    """A frame whose data raises when it is read."""

    error: PeerError = TOO_LARGE

    @property
    def d(self) -> Any:
        raise self.error


class Undecodable(Refused):
    error = DecodeError("an odd number")


def test_the_first_two_cost_the_connection_and_the_third_ends_it() -> None:
    driver = Driver().live()
    for _ in range(2):
        assert close_codes(broken(driver)) == [4000]
        assert of(Disconnected, driver.gone(4000)) == [Disconnected("a message too large to take", TOO_LARGE)]
        assert sent(driver.reopened().effects)[-1] == Opcode.RESUME
    effects = broken(driver)
    assert close_codes(effects) == [4000]
    assert effects[1:] == [Disconnected(str(TOO_LARGE), TOO_LARGE), Failed(TOO_LARGE)]
    assert driver.is_in(State.FAILED)
    # Whoever raises max_size goes on from there.
    assert driver.protocol.session is not None


def test_ready_that_is_too_large_at_each_connect_ends_it() -> None:
    driver = Driver().greeted()
    for attempt in range(3):
        effects = driver.run(driver.protocol.receive(Refused(0, None, 1, "READY"), driver.now))
        assert close_codes(effects) == [4000]
        assert bool(of(Failed, effects)) is (attempt == 2)
        if attempt < 2:
            driver.gone(4000)
            driver.reopened()
            driver.wait(5)  # until IDENTIFY may be sent again
            assert driver.is_in(State.IDENTIFYING)


def test_an_event_further_on_in_the_session_is_progress() -> None:
    driver = Driver().live()
    for s in range(2, 10):
        broken(driver)
        driver.gone(4000)
        driver.reopened()
        driver.resumed(s)
    assert not of(Failed, driver.effects)
    broken(driver)
    driver.gone(4000)
    driver.reopened()
    broken(driver)
    driver.gone(4000)
    driver.reopened()
    assert of(Failed, broken(driver))


def test_a_new_session_that_meets_it_too_is_none() -> None:
    driver = Driver().live()
    for session_id in ("second", "third"):
        broken(driver)
        driver.gone(4000)
        driver.reopened().receive(Opcode.INVALID_SESSION, False)
        driver.wait(60)
        driver.ready(session_id=session_id)
        driver.event(2)
    assert of(Failed, broken(driver))


def test_a_healthy_spell_is_progress() -> None:
    driver = Driver().live()
    for _ in range(5):
        broken(driver)
        driver.gone(4000)
        driver.reopened()
        driver.resumed(2) if driver.protocol.sequence == 1 else driver.receive(Opcode.DISPATCH, None, None, "RESUMED")
        driver.wait(61)
    assert not of(Failed, driver.effects)


def test_a_policy_for_which_all_is_healthy_loops_no_longer() -> None:
    driver = Driver(policy=Backoff(healthy_after=0)).live()
    for _ in range(3):
        effects = broken(driver)
        if not of(Failed, effects):
            driver.gone(4000)
            driver.reopened()
    assert driver.is_in(State.FAILED)


@pytest.mark.parametrize("error", [DecodeError("no JSON"), DecompressionError("cut short")])
def test_other_broken_data_may_be_gone_the_next_time(error: PeerError) -> None:
    driver = Driver().live()
    for _ in range(10):
        broken(driver, error)
        driver.gone(4000)
        driver.next_attempt()
        driver.open()
        driver.hello()
    assert not of(Failed, driver.effects)


def test_ready_that_cannot_be_decoded_is_lived_with() -> None:
    driver = Driver().greeted()
    frame = Undecodable(0, None, 1, "READY")
    effects = driver.run(driver.protocol.receive(frame, driver.now))
    assert driver.is_in(State.LIVE)
    problems = [effect.problem for effect in of(Unexpected, effects)]
    assert problems[0] == "READY that cannot be decoded: an odd number"
    assert of(SessionStarted, effects) == [SessionStarted(None)]
    assert of(Dispatch, effects) == [Dispatch(frame)]
    assert driver.protocol.session is None
