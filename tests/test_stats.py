"""Durations are counted by length."""

from __future__ import annotations

import pytest

from gatewaysdk.stats import HEARTBEAT_BOUNDS, IDENTIFY_BOUNDS, Durations


def test_each_duration_is_counted_once_with_those_of_its_length() -> None:
    durations = Durations((1.0, 5.0))
    for seconds in (0.0, 1.0, 1.1, 5.0, 5.1, 100.0):
        durations.add(seconds)
    assert durations.counts == [2, 2, 2]
    assert durations.count == 6
    assert durations.total == pytest.approx(112.2)


def test_those_of_several_shards_add_up() -> None:
    one, other = Durations((1.0,)), Durations((1.0,))
    one.add(0.5)
    other.add(0.5)
    other.add(3.0)
    one.add_all(other)
    assert (one.counts, one.total) == ([2, 1], 4.0)
    assert (other.counts, other.total) == ([1, 1], 3.5)


@pytest.mark.parametrize("bounds", [HEARTBEAT_BOUNDS, IDENTIFY_BOUNDS])
def test_bounds_rise(bounds: tuple[float, ...]) -> None:
    assert list(bounds) == sorted(set(bounds))
