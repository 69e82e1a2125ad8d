from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.protocol.limiter import SEND_LIMIT, SEND_WINDOW, SendLimiter, heartbeat_reserve


def test_pain_21_a_burst_of_the_whole_limit_may_go_at_once() -> None:
    limiter = SendLimiter()
    for _ in range(SEND_LIMIT):
        assert limiter.free_at() <= 5.0
        limiter.record(5.0)
    assert limiter.free_at() == 5.0 + SEND_WINDOW


def test_the_window_slides() -> None:
    limiter = SendLimiter()
    for second in range(SEND_LIMIT):
        limiter.record(second * 0.25)
    assert limiter.free_at() == 60.0
    limiter.record(60.0)
    assert limiter.free_at() == 60.25


def test_pain_21_a_reserve_is_left_free() -> None:
    limiter = SendLimiter()
    for second in range(SEND_LIMIT - 3):
        assert limiter.free_at(3) <= second * 0.1
        limiter.record(second * 0.1)
    assert limiter.free_at(3) == 60.0
    assert limiter.free_at() < 0
    limiter.record(11.8)  # one of the reserve: now two of the oldest must go first
    assert limiter.free_at(3) == 60.1


def test_the_reserve_covers_the_heartbeats_of_a_window_and_one_on_request() -> None:
    assert heartbeat_reserve(41.25) == 3
    assert heartbeat_reserve(10.0) == 7


def test_the_reserve_never_leaves_commands_without_room() -> None:
    assert heartbeat_reserve(0.001) == SEND_LIMIT // 2


@given(st.lists(st.floats(0, 20), max_size=400), st.integers(0, 60))
def test_no_window_ever_holds_more_than_the_limit(gaps: list[float], reserve: int) -> None:
    limiter, now, times = SendLimiter(), 0.0, []
    for gap in gaps:
        now = max(now + gap / 20, limiter.free_at(reserve))
        limiter.record(now)
        times.append(now)
    allowed = SEND_LIMIT - reserve
    assert all(later >= earlier + SEND_WINDOW for earlier, later in zip(times, times[allowed:], strict=False))
