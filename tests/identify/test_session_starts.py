"""The number of sessions that a bot may start in a day."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import ConfigurationError, SessionStartsExhausted
from gatewaysdk.identify import SessionStartLimit, SessionStarts


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
