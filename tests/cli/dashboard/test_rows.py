"""From one look at the fleet to the next."""

from __future__ import annotations

import pytest

from gatewaysdk import State
from gatewaysdk.cli.dashboard.rows import FleetRows

from .conftest import health, queued, status


def test_a_rate_is_the_mean_over_the_last_looks() -> None:
    rows = FleetRows()
    for second, events in enumerate([100, 100, 110, 110, 110, 120, 180]):
        rows.look(health([status(events=events)]), float(second))
    assert rows.rows[0].rate == (180 - 100) / 5
    assert rows.totals.rate == 16


def test_there_is_no_rate_at_the_first_look_and_none_below_0() -> None:
    rows = FleetRows()
    rows.look(health([status(events=50)]), 0.0)
    assert rows.rows[0].rate == 0
    rows.look(health([status(events=1)]), 1.0)
    assert rows.rows[0].rate == 0


def test_a_latency_is_noted_once_for_each_answered_heartbeat() -> None:
    rows = FleetRows()
    for second, (since, latency) in enumerate([(3.0, 0.1), (4.0, 0.1), (0.2, 0.3), (1.2, 0.3), (0.1, 0.3)]):
        rows.look(health([status(since_ack=since, latency=latency)]), float(second))
    assert rows.rows[0].latencies == (0.1, 0.3, 0.3)


def test_as_many_latencies_are_kept_as_can_be_shown() -> None:
    rows = FleetRows()
    for number in range(100):
        rows.look(health([status(since_ack=100.0 - number, latency=number / 10)]), float(number))
    assert rows.rows[0].latencies == tuple(number / 10 for number in range(76, 100))


def test_shards_that_are_gone_are_forgotten() -> None:
    rows = FleetRows()
    rows.look(health([status(0, events=0), status(1, events=0)]), 0.0)
    rows.look(health([status(0, events=9)]), 1.0)
    rows.look(health([status(0, events=9), status(1, events=500)]), 2.0)
    assert [row.rate for row in rows.rows] == [4.5, 0.0]


def test_two_fleets_are_told_apart_while_their_number_changes() -> None:
    rows = FleetRows()
    rows.look(health([status(1, num_shards=4, events=0), queued(1, num_shards=8)]), 0.0)
    rows.look(health([status(1, num_shards=4, events=6), queued(1, num_shards=8)]), 1.0)
    assert [(row.name, row.rate) for row in rows.rows] == [("1/4", 6.0), ("1/8", 0.0)]


def test_the_sums() -> None:
    rows = FleetRows()
    shards = [
        status(0, waiting=3, connections=4, latency=0.1, since_ack=12.0),
        status(1, waiting=4, restarts=2, connections=3, latency=0.3, since_ack=50.0),
        queued(2),
    ]
    rows.look(health(shards, identifies_left=7), 0.0)
    totals = rows.totals
    assert (totals.live, totals.shards, totals.waiting, totals.reconnects, totals.restarts) == (2, 3, 7, 5, 2)
    assert (totals.oldest_ack, totals.identifies_left) == (50.0, 7)
    assert totals.latency == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("shard", "troubled"),
    [
        (status(), False),
        (queued(0), False),
        (status(restarts=3, error="it was long ago"), False),
        (status(since_ack=61.0), True),
        (status(paused_for=0.5), True),
        (status(state=State.BACKOFF), True),
        (status(state=State.INVALIDATED), True),
        (queued(0, connections=4, error="no route to host"), True),
        (status(state=State.IDENTIFYING, connections=2), True),
        (queued(0, state=State.IDENTIFYING, connections=1, identifies=1), False),
    ],
)
def test_what_someone_should_look_at(shard: object, troubled: bool) -> None:
    rows = FleetRows()
    rows.look(health([shard]), 0.0)  # type: ignore[list-item]
    assert rows.rows[0].troubled is troubled
