"""The table as text."""

from __future__ import annotations

import pytest

from gatewaysdk import State
from gatewaysdk.cli.dashboard.columns import TableColumns
from gatewaysdk.cli.dashboard.rows import FleetRows, ShardRow

from .conftest import health, queued, status


def row(shard: object, latencies: tuple[float, ...] = ()) -> ShardRow:
    rows = FleetRows()
    rows.look(health([shard]), 0.0)  # type: ignore[list-item]
    return ShardRow(rows.rows[0].name, rows.rows[0].status, 12.3, latencies or rows.rows[0].latencies)


def line(columns: TableColumns, one: ShardRow) -> str:
    return "".join(text for text, _ in columns.cells(one))


def test_80_columns() -> None:
    columns = TableColumns(79)
    shard = status(7, latency=0.041, waiting=12, connections=4, restarts=1, since_ack=31.0)
    assert columns.head == "  SHARD STATE          LATENCY            EV/S  QUEUE RECONN RESTART    ACK"
    assert line(columns, row(shard, (0.02, 0.1))) == (
        "      7 live             41 ms       ▂█     12     12      3       1   31 s"
    )


def test_200_columns_hold_more_and_the_last_error() -> None:
    columns = TableColumns(199)
    shard = status(7, since_event=2.0, since_handled=3.0, in_hand=5, error="no route\x1b[31m to host")
    text = line(columns, row(shard))
    assert " ".join(columns.head.split()) == (
        "SHARD STATE LATENCY AVERAGE EV/S QUEUE IN HAND RECONN RESTART ACK EVENT HANDLED LAST ERROR"
    )
    assert "no route\\x1b[31m to host" in text
    assert "\x1b" not in text


@pytest.mark.parametrize("workers", [False, True])
@pytest.mark.parametrize("resharding", [False, True])
@pytest.mark.parametrize("width", [79, 90, 100, 110, 120, 160, 200, 400])
def test_what_is_shown_fits(width: int, workers: bool, resharding: bool) -> None:
    columns = TableColumns(width, workers=workers, resharding=resharding)
    shard = status(999, num_shards=1000, worker=3, error="x" * 500, restarts=10**9, waiting=10**9)
    one = row(shard, (0.1,) * 24)
    assert len(columns.head) == len(line(columns, one)) <= width


def test_what_is_too_long_for_its_column_is_cut() -> None:
    assert "10,000…" in line(TableColumns(79), row(status(restarts=10**10)))


def test_a_worker_has_a_column_where_there_are_workers() -> None:
    assert "WORKER" not in TableColumns(100).head
    columns = TableColumns(100, workers=True)
    assert "WORKER" in columns.head
    assert line(columns, row(status(worker=3))).split()[:3] == ["0", "3", "live"]


@pytest.mark.parametrize(
    ("shard", "text", "tone"),
    [
        (status(), "live", "good"),
        (queued(0), "queued", "busy"),
        (status(state=State.BACKOFF), "backoff", "bad"),
        (status(since_ack=150.0), "2 min", "bad"),
        (status(since_ack=50.0), "50 s", ""),
        (status(restarts=2), "2", "bad"),
        (status(waiting=800, paused_for=1.0), "800", "bad"),
        (status(waiting=800), "800", ""),
    ],
)
def test_trouble_stands_out(shard: object, text: str, tone: str) -> None:
    assert (text, tone) in [(cell.strip(), tone) for cell, tone in TableColumns(79).cells(row(shard))]
