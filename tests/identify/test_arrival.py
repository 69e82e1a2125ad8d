"""When an IDENTIFY has arrived, judged by READY."""

from __future__ import annotations

from gatewaysdk.identify.arrival import Arrivals


def test_a_quick_ready_proves_the_arrival() -> None:
    assert Arrivals().arrived_by(10.0, 10.125) == 10.125


def test_as_long_as_all_take_as_long_the_way_takes_a_quarter_of_a_second() -> None:
    arrivals = Arrivals()
    assert [arrivals.arrived_by(sent, sent + 3) for sent in (10.0, 20.0)] == [10.25, 20.25]


def test_a_ready_that_is_slower_than_others_may_be_so_because_of_the_way() -> None:
    arrivals = Arrivals()
    arrivals.arrived_by(10.0, 10.5)
    assert arrivals.arrived_by(20.0, 21.5) == 21.25
    assert arrivals.arrived_by(30.0, 30.5) == 30.25


def test_the_way_never_ends_after_ready() -> None:
    arrivals = Arrivals()
    arrivals.arrived_by(10.0, 10.0)
    assert arrivals.arrived_by(20.0, 23.0) == 23.0
