"""The number of sessions that a bot may start in a day."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import ConfigurationError, SessionStartsExhausted
from gatewaysdk.identify import SessionStartLimit, SessionStarts, StartForecast


def taken(starts: SessionStarts, now: float) -> int:
    count = 0
    while starts.take(now) is None:
        count += 1
    return count


def test_without_knowledge_it_allows_what_every_bot_has_less_the_reserve() -> None:
    starts = SessionStarts()
    assert taken(starts, 5.0) == 990
    error = starts.take(105.0)
    assert isinstance(error, SessionStartsExhausted)
    assert (error.remaining, error.reset_after) == (10, 86_300.0)


def test_all_are_there_again_after_the_reset() -> None:
    starts = SessionStarts(SessionStartLimit(total=50, remaining=12, reset_after=100.0))
    assert taken(starts, 0.0) == 2
    assert taken(starts, 99.0) == 0
    assert taken(starts, 100.0) == 40
    assert taken(starts, 86_499.0) == 0
    assert taken(starts, 86_500.0) == 40


def test_a_negative_reserve_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="reserve is -1"):
        SessionStarts(reserve=-1)


def test_a_fresh_answer_replaces_what_was_counted() -> None:
    starts = SessionStarts(SessionStartLimit(total=50, remaining=12, reset_after=100.0))
    assert taken(starts, 0.0) == 2
    starts.renew(SessionStartLimit(total=60, remaining=30, reset_after=1000.0))
    assert taken(starts, 100.0) == 20
    error = starts.take(600.0)
    assert isinstance(error, SessionStartsExhausted)
    assert error.reset_after == 500.0
    assert taken(starts, 1100.0) == 50


def test_a_forecast_counts_nothing_and_knows_the_reset() -> None:
    starts = SessionStarts(SessionStartLimit(total=50, remaining=12, reset_after=100.0))
    assert starts.forecast(2, 0.0) == StartForecast(2, 50, 12, 10, 100.0)
    assert taken(starts, 0.0) == 2
    assert starts.forecast(1, 60.0) == StartForecast(1, 50, 10, 10, 40.0)
    assert starts.forecast(1, 100.0) == StartForecast(1, 50, 50, 10, 86_400.0)
    assert taken(starts, 99.0) == 0
