from __future__ import annotations

from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.protocol import Backoff, Failure


def failed(attempt: int) -> Failure:
    return Failure(attempt, resuming=False, reason="a reason", error=None)


def test_the_ceiling_doubles_up_to_the_cap() -> None:
    ceilings = [Backoff().delay(failed(attempt), lambda: 1.0) for attempt in range(9)]
    assert ceilings == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_the_delay_is_a_random_part_of_the_ceiling_fractions_included() -> None:
    assert Backoff().delay(failed(0), lambda: 0.25) == 0.25
    assert Backoff().delay(failed(3), lambda: 0.0) == 0.0
    assert Backoff().delay(failed(3), lambda: 0.3125) == 2.5


def test_it_goes_on_for_ever_or_gives_up_after_as_many_attempts_as_it_is_told() -> None:
    assert Backoff().delay(failed(10**9), lambda: 0.5) == 30
    given = [Backoff(max_attempts=2).delay(failed(attempt), lambda: 0.5) for attempt in range(4)]
    assert given == [0.5, 1.0, None, None]


@given(st.integers(0, 10**6), st.integers())
def test_every_delay_is_between_zero_and_the_cap(attempt: int, seed: int) -> None:
    delay = Backoff().delay(failed(attempt), Random(seed).random)
    assert delay is not None
    assert 0 <= delay <= 60


@pytest.mark.parametrize(
    "settings",
    [
        {"base": 0},
        {"base": 61},
        {"cap": float("inf")},
        {"healthy_after": -1},
        {"max_failed_resumes": 0},
        {"max_attempts": -1},
    ],
)
def test_settings_that_cannot_work_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        Backoff(**settings)
