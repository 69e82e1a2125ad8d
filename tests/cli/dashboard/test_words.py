"""Numbers as texts."""

from __future__ import annotations

import pytest

from gatewaysdk.cli.dashboard.words import age, duration, milliseconds, rate, sparkline


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "-"),
        (0, "0 s"),
        (41.2, "41 s"),
        (99.4, "99 s"),
        (100, "2 min"),
        (3600, "60 min"),
        (7200, "2 h"),
        (200_000, "2 d"),
        (86400 * 999, "999 d"),
    ],
)
def test_an_age_is_in_its_largest_unit(seconds: float | None, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "less than 5 s"),
        (5, "5 s"),
        (99, "99 s"),
        (310, "5 min"),
        (4995, "83 min"),
        (7200, "2 h"),
        (80_000, "22 h 13 min"),
    ],
)
def test_a_duration_is_told_as_people_do(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(None, "-"), (0.0414, "41 ms"), (0.999, "999 ms"), (0.9996, "1.0 s"), (12.34, "12.3 s")]
)
def test_a_latency(seconds: float | None, text: str) -> None:
    assert milliseconds(seconds) == text


@pytest.mark.parametrize(
    ("per_second", "text"),
    [(0, "0"), (0.04, "0"), (0.05, "0.1"), (9.94, "9.9"), (9.95, "10"), (1234.4, "1,234"), (12_345, "12.3k")],
)
def test_a_rate(per_second: float, text: str) -> None:
    assert rate(per_second) == text


def test_bars_stand_for_values_up_to_the_longest() -> None:
    assert sparkline((), 8) == ""
    assert sparkline((0.0, 0.25, 0.5, 1.0), 8) == "▁▃▅█"


def test_a_quick_shard_has_low_bars() -> None:
    assert sparkline((0.001, 0.004, 0.002), 8) == "▁▁▁"


def test_of_many_values_the_last_are_shown() -> None:
    assert sparkline((9.0, 9.0, 0.1), 1) == "█"
