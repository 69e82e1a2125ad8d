"""Which rows are shown."""

from __future__ import annotations

import pytest

from gatewaysdk import State
from gatewaysdk.cli.dashboard.choice import RowFilter
from gatewaysdk.cli.dashboard.rows import FleetRows, ShardRow

from .conftest import health, queued, status


@pytest.fixture
def rows() -> list[ShardRow]:
    made = FleetRows()
    made.look(
        health(
            [
                status(0, worker=1),
                status(1, worker=2, since_ack=90.0),
                queued(2, worker=1),
                status(12, worker=2, state=State.BACKOFF, error="No route to host", connections=3),
            ]
        ),
        0.0,
    )
    return list(made.rows)


def shown(choice: RowFilter, rows: list[ShardRow]) -> list[int]:
    return [row.status.shard_id for row in choice.apply(rows)]


def test_the_sets_follow_each_other(rows: list[ShardRow]) -> None:
    choice, seen = RowFilter(), []
    for _ in range(5):
        seen.append((str(choice), shown(choice, rows)))
        choice = choice.next()
    assert seen == [
        ("", [0, 1, 2, 12]),
        ("live", [0, 1]),
        ("not live", [2, 12]),
        ("troubled", [1, 12]),
        ("", [0, 1, 2, 12]),
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [0, 1, 2, 12]),
        ("  ", [0, 1, 2, 12]),
        ("2", [2]),
        ("queue", [2]),
        ("ROUTE", [12]),
        ("route host", [12]),
        ("route queued", []),
        ("worker:2", [1, 12]),
        ("worker:2 backoff", [12]),
        ("nothing", []),
    ],
)
def test_all_words_have_to_be_found(rows: list[ShardRow], text: str, found: list[int]) -> None:
    assert shown(RowFilter(text=text), rows) == found


def test_words_and_sets_go_together(rows: list[ShardRow]) -> None:
    choice = RowFilter("not live", "worker:1 ")
    assert shown(choice, rows) == [2]
    assert str(choice) == "not live, with 'worker:1'"


def test_a_shard_of_one_of_two_fleets_is_found_by_its_name() -> None:
    made = FleetRows()
    made.look(health([status(1, num_shards=4), status(1, num_shards=8)]), 0.0)
    assert [row.name for row in RowFilter(text="1/8").apply(made.rows)] == ["1/8"]
