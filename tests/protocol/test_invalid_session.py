"""Op 9 (events/gateway-events#invalid-session)."""

from __future__ import annotations

from itertools import pairwise

import pytest

from gatewaysdk.protocol import (
    Close,
    Connect,
    Dispatch,
    Opcode,
    Session,
    SessionInvalidated,
    State,
    Unexpected,
    Waiting,
)

from .driver import RESUME, SESSION, Driver, close_codes, of, sent

LOST = SessionInvalidated(resumable=False)


@pytest.mark.parametrize(("random", "seconds"), [(0.0, 1.0), (0.3, 2.2), (0.999, 4.996)])
def test_pain_34_a_refused_resume_is_followed_by_identify_on_the_same_connection(random: float, seconds: float) -> None:
    driver = Driver(session=SESSION, random=random).greeted()
    assert driver.receive(Opcode.INVALID_SESSION, False) == [LOST]
    assert driver.protocol.state is State.INVALIDATED
    assert driver.protocol.session is None
    assert Opcode.IDENTIFY not in sent(driver.wait(seconds - 0.001))
    assert Opcode.IDENTIFY in sent(driver.wait(0.002))
    assert of(Close, driver.effects) == []
    assert of(Connect, driver.effects) == driver.effects[:1]


def test_a_refused_identify_waits_for_its_own_rate_too() -> None:
    driver = Driver(random=0.0).greeted()
    driver.wait(1)
    driver.receive(Opcode.INVALID_SESSION, False)
    assert Opcode.IDENTIFY not in sent(driver.wait(3.9))
    assert sent(driver.wait(0.1)) == [Opcode.IDENTIFY]


def test_a_session_that_ends_while_live_is_replaced_on_the_same_connection() -> None:
    driver = Driver().live()
    driver.wait(100)
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.wait(3)
    driver.ready(1, session_id="another")
    assert driver.protocol.state is State.LIVE
    assert driver.protocol.session is not None
    assert driver.protocol.session.session_id == "another"
    assert len(of(Connect, driver.effects)) == 1


def test_heartbeats_go_on_while_waiting_to_identify() -> None:
    driver = Driver(random=0.5).live()
    driver.wait(19)
    driver.receive(Opcode.INVALID_SESSION, False)
    assert sent(driver.wait(2)) == [Opcode.HEARTBEAT]
    assert sent(driver.receive(Opcode.HEARTBEAT)) == [Opcode.HEARTBEAT]
    assert driver.protocol.state is State.INVALIDATED


def test_op_7_is_obeyed_while_waiting_to_identify() -> None:
    driver = Driver(session=SESSION).greeted()
    driver.receive(Opcode.INVALID_SESSION, False)
    assert close_codes(driver.receive(Opcode.RECONNECT)) == [4000]
    assert [effect.resuming for effect in of(Connect, driver.gone(4000))] == [False]


def test_the_wait_holds_when_the_server_closes_meanwhile() -> None:
    driver = Driver(session=SESSION, random=0.75).greeted()
    driver.receive(Opcode.INVALID_SESSION, False)  # 4 seconds
    driver.gone(4000)
    driver.wait(0.75)
    driver.open()
    assert driver.hello() == []
    assert driver.protocol.state is State.GREETED
    assert sent(driver.wait(3.2)) == []
    assert sent(driver.wait(0.1)) == [Opcode.IDENTIFY]


def test_no_heartbeat_precedes_an_identify_that_is_held_back() -> None:
    driver = Driver(session=SESSION, random=0.75).greeted()
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.gone(4000)
    driver.wait(0.75)
    driver.open()
    driver.hello(interval=1.0)
    assert driver.receive(Opcode.HEARTBEAT) == []
    assert sent(driver.wait(3.25)) == [Opcode.IDENTIFY, Opcode.HEARTBEAT]


def test_a_resumable_session_is_resumed_on_a_new_connection_after_a_wait() -> None:
    driver = Driver(random=0.75).live()
    effects = driver.receive(Opcode.INVALID_SESSION, True)
    assert effects[0] == SessionInvalidated(resumable=True)
    assert close_codes(effects) == [4000]
    (waiting,) = of(Waiting, driver.gone(4000))
    assert (waiting.seconds, waiting.resuming) == (4.0, True)
    assert of(Connect, driver.wait(3.9)) == []
    assert [effect.resuming for effect in of(Connect, driver.wait(0.1))] == [True]
    assert sent(driver.reopened().effects)[-1] == Opcode.RESUME


def test_a_resume_called_resumable_for_ever_is_given_up() -> None:
    driver = Driver(session=SESSION).greeted()
    for _ in range(2):
        driver.receive(Opcode.INVALID_SESSION, True)
        driver.gone(4000)
        driver.reopened()
    assert LOST in driver.receive(Opcode.INVALID_SESSION, True)
    driver.gone(4000)
    assert sent(driver.reopened().effects)[-1] == Opcode.IDENTIFY


def test_resumable_without_a_session_means_identify() -> None:
    driver = Driver().greeted()
    assert driver.receive(Opcode.INVALID_SESSION, True) == [LOST]
    assert driver.protocol.state is State.INVALIDATED


@pytest.mark.parametrize("data", [None, 1, "true", {}, []])
def test_anything_but_true_means_not_resumable(data: object) -> None:
    driver = Driver().live()
    effects = driver.receive(Opcode.INVALID_SESSION, data)
    assert [type(effect) for effect in effects] == [Unexpected, SessionInvalidated]
    assert LOST in effects


def test_before_hello_without_a_session_it_only_puts_identify_off() -> None:
    driver = Driver(random=0.0)
    driver.connect()
    driver.open()
    driver.receive(Opcode.INVALID_SESSION, False)
    assert driver.protocol.state is State.AWAITING_HELLO
    assert driver.protocol.deadline == driver.now + 20
    driver.hello()
    assert driver.is_in(State.GREETED)
    driver.receive(Opcode.INVALID_SESSION, False)
    assert driver.is_in(State.GREETED)
    assert sent(driver.wait(1)) == [Opcode.IDENTIFY, Opcode.HEARTBEAT]


def test_again_and_again_it_means_one_identify_in_five_seconds() -> None:
    driver = Driver(random=0.0).greeted()
    times = []
    for _ in range(5):
        driver.receive(Opcode.INVALID_SESSION, False)
        while driver.protocol.state is not State.IDENTIFYING:
            driver.wait(0.5)
        times.append(driver.now)
    assert [later - earlier for earlier, later in pairwise(times)] == [5.0] * 4


def test_events_of_the_old_session_still_pass_while_waiting() -> None:
    driver = Driver().live()
    driver.receive(Opcode.INVALID_SESSION, False)
    assert [type(effect) for effect in driver.event(2)] == [Dispatch]
    driver.wait(5)
    driver.ready(1)
    assert driver.protocol.session == Session("a-session", RESUME, 1)


def test_another_one_while_waiting_makes_the_wait_longer() -> None:
    driver = Driver(random=0.5).live()
    driver.wait(10)
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.wait(2)
    driver.receive(Opcode.INVALID_SESSION, False)
    assert sent(driver.wait(2.9)) == []
    assert sent(driver.wait(0.1)) == [Opcode.IDENTIFY]


def waits(driver: Driver, times: int) -> list[float]:
    """Refuse one IDENTIFY after the other; return how long each next one took."""
    seconds = []
    for _ in range(times):
        before = driver.now
        driver.receive(Opcode.INVALID_SESSION, False)
        while driver.protocol.state is not State.IDENTIFYING:
            driver.wait(0.5)
        seconds.append(driver.now - before)
    return seconds


def test_identifies_that_are_refused_again_and_again_are_repeated_ever_more_slowly() -> None:
    assert waits(Driver(random=0.5).greeted(), 9) == [5, 5, 5, 5, 8, 16, 30, 30, 30]


def test_a_gateway_that_refuses_for_hours_gets_few_identifies() -> None:
    driver = Driver(random=0.5).greeted()
    assert sum(waits(driver, 240)) > 7000


def test_sessions_that_do_not_last_are_replaced_ever_more_slowly_too() -> None:
    driver = Driver(random=0.5).live()
    seconds = []
    for n in range(7):
        seconds += waits(driver, 1)
        driver.ready(1, session_id=str(n))
    assert seconds == [5, 5, 5, 5, 8, 16, 30]


def test_a_healthy_session_is_replaced_without_more_ado() -> None:
    driver = Driver(random=0.5).greeted()
    waits(driver, 7)
    driver.ready(1)
    driver.wait(60)
    assert waits(driver, 2) == [3, 5]


def test_a_long_wait_is_not_shortened_by_a_close_nor_spent_in_silence_after_hello() -> None:
    driver = Driver(random=0.5).greeted()
    waits(driver, 7)
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.gone(4000)
    before = driver.now
    driver.next_attempt()
    assert driver.now - before == 30
    driver.open()
    assert sent(driver.hello()) == [Opcode.IDENTIFY]


def test_a_long_wait_ends_when_our_caller_reconnects() -> None:
    driver = Driver(random=0.5).greeted()
    waits(driver, 7)
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.gone(4000)
    assert len(of(Connect, driver.run(driver.protocol.reconnect(driver.now)))) == 1
