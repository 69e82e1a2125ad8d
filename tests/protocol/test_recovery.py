from __future__ import annotations

from gatewaysdk.errors import ConnectionLost
from gatewaysdk.protocol import Backoff, Failure, State
from gatewaysdk.protocol.recovery import Recovery


def half() -> float:
    return 0.5


def next_delay(recovery: Recovery, *, at_once: bool = False) -> float | None:
    return recovery.next_delay(half, resuming=False, reason="a reason", at_once=at_once)


def test_delays_grow_from_attempt_to_attempt() -> None:
    recovery = Recovery(Backoff())
    assert [next_delay(recovery) for _ in range(3)] == [0.5, 1.0, 2.0]


def test_at_once_is_granted_once() -> None:
    recovery = Recovery(Backoff())
    assert next_delay(recovery, at_once=True) == 0.0
    assert next_delay(recovery, at_once=True) == 1.0


def test_a_healthy_spell_wipes_the_record_and_a_short_one_does_not() -> None:
    recovery = Recovery(Backoff())
    next_delay(recovery)
    recovery.live_began(0.0)
    recovery.connection_ended(State.LIVE, False, 59.0)
    assert recovery.attempt == 1
    recovery.live_began(100.0)
    recovery.connection_ended(State.LIVE, False, 160.0)
    assert recovery.attempt == 0


def test_a_policy_that_answers_nonsense_means_no_delay() -> None:
    class Odd(Backoff):
        def delay(self, failure: Failure, random: object) -> float:
            return -5.0

    assert next_delay(Recovery(Odd())) == 0.0


def test_a_policy_is_told_what_happened_and_may_refuse_even_what_would_be_at_once() -> None:
    class Curious(Backoff):
        def delay(self, failure: Failure, random: object) -> float | None:
            told.append(failure)
            return None

    told: list[Failure] = []
    error = ConnectionLost("cut")
    recovery = Recovery(Curious())
    assert recovery.next_delay(half, resuming=True, reason="cut", error=error, at_once=True) is None
    assert next_delay(recovery) is None
    assert told == [Failure(0, True, "cut", error), Failure(1, False, "a reason", None)]


def test_resuming_is_given_up_after_the_third_failure_in_a_row() -> None:
    recovery = Recovery(Backoff())
    assert not recovery.connection_ended(State.RESUMING, True, 0.0)
    assert not recovery.connection_ended(State.AWAITING_HELLO, True, 0.0)
    assert recovery.connection_ended(State.RESUMING, True, 0.0)


def test_a_connection_that_was_to_identify_is_no_failed_resume() -> None:
    recovery = Recovery(Backoff(max_failed_resumes=1))
    assert not recovery.connection_ended(State.AWAITING_HELLO, False, 0.0)
    assert not recovery.connection_ended(State.IDENTIFYING, False, 0.0)


def test_a_success_ends_the_row() -> None:
    recovery = Recovery(Backoff(max_failed_resumes=2))
    recovery.connection_ended(State.RESUMING, True, 0.0)
    recovery.live_began(1.0)
    assert not recovery.connection_ended(State.LIVE, True, 2.0)
    assert not recovery.connection_ended(State.RESUMING, True, 3.0)


def test_an_outage_says_nothing_about_the_session() -> None:
    recovery = Recovery(Backoff())
    assert not any(recovery.connection_ended(State.CONNECTING, True, 0.0) for _ in range(50))


def test_a_url_that_does_not_lead_to_hello_is_avoided_until_a_success() -> None:
    for state in (State.CONNECTING, State.AWAITING_HELLO):
        recovery = Recovery(Backoff())
        recovery.connection_ended(state, True, 0.0)
        assert recovery.avoid_resume_url
        recovery.live_began(1.0)
        assert not recovery.avoid_resume_url
