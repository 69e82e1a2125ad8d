"""What a start costs, said before it begins."""

from __future__ import annotations

import pickle
import re

import pytest

from gatewaysdk.errors import SessionStartsExhausted
from gatewaysdk.identify import StartForecast


def test_it_is_a_sentence() -> None:
    text = str(StartForecast(64, 1000, 76, 10, 3600.0))
    assert re.fullmatch(r"this start costs 64 of 1,000; 12 are left until (\d{4}-\d\d-\d\d )?\d\d:\d\d", text)


def test_a_reset_on_another_day_has_its_date() -> None:
    assert re.search(r"until \d{4}-\d\d-\d\d \d\d:\d\d$", str(StartForecast(1, 1000, 76, 10, 86_400.0)))


def test_a_reset_that_is_no_date_is_said_all_the_same() -> None:
    assert "until 2" in str(StartForecast(1, 1000, 76, 10, 2.0**53))


def test_what_may_be_started_passes_the_check() -> None:
    forecast = StartForecast(66, 1000, 76, 10, 3600.0)
    forecast.check()
    assert forecast.left == 10


def test_what_takes_of_the_reserve_is_refused_and_says_when_it_goes_on() -> None:
    forecast = StartForecast(67, 1000, 76, 10, 3600.0)
    assert re.match("this start costs 67 of 1,000, but only 76 are left until .*, 10 of them in reserve", str(forecast))
    message = (
        "76 session starts are left for the next 3600 s, a reserve among them, and 67 are wanted; "
        "wait for so long, or start fewer shards"
    )
    with pytest.raises(SessionStartsExhausted, match=message) as caught:
        forecast.check()
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.remaining, error.reset_after, error.wanted) == (76, 3600.0, 67)
    assert str(error) == message
