"""Sums over shards never go down: Prometheus would take that for a counter that began anew."""

from __future__ import annotations

import pytest

from gatewaysdk.metrics.totals import Totals

from .rows import counted, row


def test_counters_of_all_shards_are_added_up() -> None:
    first = row(0, stats=counted(events=3, events_by_name={"READY": 1, "TYPING_START": 2}, rtts=[0.2]))
    second = row(1, stats=counted(events=2, events_by_name={"TYPING_START": 2}, rtts=[0.2, 40.0]))
    total = Totals().update([first, second])
    assert total.events == 5
    assert total.events_by_name == {"READY": 1, "TYPING_START": 4}
    assert total.heartbeat_rtts.count == 3
    assert total.heartbeat_rtts.counts[-1] == 1
    assert total.heartbeat_rtts.total == pytest.approx(40.4)


def test_what_a_shard_counts_on_is_seen_once() -> None:
    totals = Totals()
    assert totals.update([row(0, stats=counted(events=3))]).events == 3
    assert totals.update([row(0, stats=counted(events=4))]).events == 4
    assert totals.update([row(0, stats=counted(events=4))]).events == 4


def test_a_shard_that_is_gone_stays_in_the_sum() -> None:
    totals = Totals()
    totals.update([row(0, 1, stats=counted(events=100))])
    # Resharding: both fleets for a while, then the new one alone.
    both = [row(0, 1, stats=counted(events=110)), row(0, 2, stats=counted(events=5)), row(1, 2, stats=counted())]
    assert totals.update(both).events == 115
    new = [row(0, 2, stats=counted(events=6)), row(1, 2, stats=counted(events=1))]
    assert totals.update(new).events == 117
    assert totals.update(new).events == 117


def test_seconds_are_not_less_for_being_added_up_in_another_order() -> None:
    totals, rows = Totals(), [row(n, stats=counted(rtts=[0.1 * (n + 1)])) for n in range(3)]
    before = totals.update(rows).heartbeat_rtts.total
    for gone in range(3):
        assert totals.update(rows[gone + 1 :]).heartbeat_rtts.total >= before


def test_a_worker_that_begins_anew_takes_nothing_from_the_sum() -> None:
    totals = Totals()
    totals.update([row(0, worker=0, stats=counted(events=100)), row(1, worker=1, stats=counted(events=50))])
    again = row(1, worker=1, stats=counted(events=2))
    assert totals.update([row(0, worker=0, stats=counted(events=101)), again]).events == 153
