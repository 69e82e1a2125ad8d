"""What the machine gives up for good: because the policy says so, or because it may not start a session."""

from __future__ import annotations

from gatewaysdk.errors import ConnectError, GaveUp, SessionStartsExhausted
from gatewaysdk.protocol import (
    Backoff,
    Disconnected,
    Failed,
    Opcode,
    SessionInvalidated,
    State,
)

from .driver import BASE, Driver, arrived_at, close_codes, of, sent

NEVER = Backoff(max_attempts=0)


def test_a_policy_that_gives_up_ends_it_when_the_connection_ends() -> None:
    driver = Driver(policy=NEVER)
    driver.connect()
    error = ConnectError(BASE, "refused")
    disconnected, failed = driver.run(driver.protocol.connect_failed(error, driver.now))
    assert disconnected == Disconnected(str(error), error)
    assert isinstance(failed, Failed)
    assert isinstance(failed.error, GaveUp)
    assert failed.error.__cause__ is error
    assert driver.protocol.state is State.FAILED
    assert driver.protocol.deadline is None


def test_a_policy_that_gives_up_at_op_9_closes_the_open_socket() -> None:
    driver = Driver(policy=NEVER).greeted()
    effects = driver.receive(Opcode.INVALID_SESSION, False)
    assert effects[0] == SessionInvalidated(resumable=False)
    assert close_codes(effects) == [4000]
    (failed,) = of(Failed, effects)
    assert isinstance(failed.error, GaveUp)
    assert failed.error.__cause__ is None
    assert driver.protocol.state is State.FAILED


def test_no_socket_is_opened_when_the_sessions_of_the_day_are_used_up() -> None:
    driver = arrived_at(State.QUEUED)
    error = SessionStartsExhausted(10, 3600.0)
    assert driver.run(driver.protocol.identify_refused(error, driver.now)) == [Failed(error)]
    assert driver.is_in(State.FAILED)
    assert driver.protocol.deadline is None
    assert not driver.protocol.identify_pending


def test_the_open_socket_is_closed_when_the_session_must_not_be_replaced() -> None:
    driver = Driver().live()
    driver.grants = False
    driver.receive(Opcode.INVALID_SESSION, False)
    driver.wait(5)
    error = SessionStartsExhausted(10, 3600.0)
    effects = driver.run(driver.protocol.identify_refused(error, driver.now))
    assert sent(effects) == []
    assert close_codes(effects) == [4000]
    assert of(Disconnected, effects) == [Disconnected(str(error), error)]
    assert of(Failed, effects) == [Failed(error)]
    assert driver.protocol.state is State.FAILED


def test_what_waited_for_a_session_is_gone_with_it() -> None:
    driver = Driver(policy=NEVER)
    driver.send(Opcode.VOICE_STATE_UPDATE)
    driver.connect()
    assert driver.protocol.queued == 1
    driver.gone()
    assert driver.protocol.queued == 0
    assert driver.close() == []


def test_a_refusal_that_comes_when_nobody_asks_changes_nothing() -> None:
    driver = Driver().live()
    assert driver.protocol.identify_refused(SessionStartsExhausted(10, 60.0), driver.now) == []
    assert driver.protocol.state is State.LIVE
