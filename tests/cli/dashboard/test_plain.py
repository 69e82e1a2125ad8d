"""The view as lines."""

from __future__ import annotations

from collections.abc import Callable

from gatewaysdk import FleetHealth, FleetPlanned, StateError
from gatewaysdk.cli.dashboard.plain import StatusLines

from .conftest import health, queued, status


def test_lines_come_every_10_s_while_the_fleet_starts_and_then_every_minute(
    planned: Callable[..., FleetPlanned],
) -> None:
    lines = StatusLines(planned(2), 100.0)
    assert lines.seconds_left(100.0) == 10.0
    assert lines.seconds_left(107.0) == 3.0
    starting = health([status(0), queued(1)], ready_after=None)
    assert lines.line(lambda: starting, 110.0) == "1 of 2 shards live, less than 5 s to go"
    assert lines.seconds_left(110.0) == 10.0
    lines.line(lambda: health([status(0), status(1)]), 113.0)
    assert lines.seconds_left(113.0) == 60.0
    assert lines.seconds_left(200.0) == 0.0


def test_a_line_has_the_sums_and_the_rate_since_the_last(planned: Callable[..., FleetPlanned]) -> None:
    lines = StatusLines(planned(2), 0.0)
    lines.line(lambda: health([status(0, events=100), status(1, events=100)]), 10.0)
    after = health([status(0, events=7300, waiting=1200, connections=3), status(1, events=700, restarts=1)])
    assert lines.line(lambda: after, 70.0) == (
        "2 of 2 shards live, 130 events/s, 1,200 waiting, latency 40 ms, oldest ACK 10 s, 2 reconnects, 1 restarts, "
        "984 identifies left"
    )
    unknown = health([status(0)], identifies_left=None)
    assert lines.line(lambda: unknown, 130.0).endswith(", 0 restarts")


def test_a_fleet_that_cannot_say_how_it_is_is_asked_again_soon(planned: Callable[..., FleetPlanned]) -> None:
    def look() -> FleetHealth:
        raise StateError("another process has the file")

    lines = StatusLines(planned(2), 0.0)
    assert lines.line(look, 10.0) == "no figures at the moment: another process has the file"
    assert lines.seconds_left(10.0) == 10.0
