"""The table as text: which columns fit a width, and the cells of a row."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..show import clean
from .rows import ShardRow
from .words import age, milliseconds, rate, sparkline

__all__ = ["Cell", "TableColumns"]

Cell = tuple[str, str]
"""The text of a cell, and how it is meant: ``good``, ``busy``, ``bad``, ``dim``, or an empty text."""

_WIDE = 130
"""Columns of a terminal from which there is room for larger gaps and longer sparklines."""

_LEAST_ERROR = 16


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    width: int
    text: Callable[[ShardRow], str]
    tone: Callable[[ShardRow], str] = lambda row: ""
    left: bool = False

    def head(self) -> str:
        return self._fit(self.title)

    def cell(self, row: ShardRow) -> Cell:
        return self._fit(self.text(row)), self.tone(row)

    def _fit(self, text: str) -> str:
        if len(text) > self.width:
            text = text[: self.width - 1] + "…"
        return text.ljust(self.width) if self.left else text.rjust(self.width)


def _state_tone(row: ShardRow) -> str:
    if row.status.live:
        return "good"
    return "bad" if row.troubled else "busy"


def _count(value: int) -> str:
    return f"{value:,}" if value < 100_000 else f"{value // 1000:,}k"


_SHARD = _Column("SHARD", 7, lambda row: row.name)
_SHARD_OF = _Column("SHARD", 11, lambda row: row.name)
_STATE = _Column("STATE", 14, lambda row: row.status.state.value, _state_tone, left=True)
_LATENCY = _Column("LATENCY", 7, lambda row: milliseconds(row.status.latency))
_SPARK = _Column("", 8, lambda row: sparkline(row.latencies, 8), lambda row: "dim")
_LONG_SPARK = _Column("", 20, lambda row: sparkline(row.latencies, 20), lambda row: "dim")
_RATE = _Column("EV/S", 6, lambda row: rate(row.rate))
_QUEUE = _Column(
    "QUEUE", 6, lambda row: _count(row.status.waiting), lambda row: "" if row.status.paused_for is None else "bad"
)
_RECONNECTS = _Column("RECONN", 6, lambda row: _count(row.reconnects))
_RESTARTS = _Column(
    "RESTART", 7, lambda row: _count(row.status.restarts), lambda row: "bad" if row.status.restarts else ""
)
_ACK = _Column("ACK", 6, lambda row: age(row.status.since_ack), lambda row: "bad" if row.ack_is_old else "")
_WORKER = _Column("WORKER", 6, lambda row: str(row.status.worker))
_AVERAGE = _Column("AVERAGE", 7, lambda row: milliseconds(row.status.average_latency))
_EVENT = _Column("EVENT", 6, lambda row: age(row.status.since_event))
_HANDLED = _Column("HANDLED", 7, lambda row: age(row.status.since_handled))
_IN_HAND = _Column("IN HAND", 7, lambda row: _count(row.status.in_hand))


class TableColumns:
    """The columns of a table.

    Args:
        width: of the table, in characters.
        workers: whether shards run in worker processes.
        resharding: whether names of shards say of how many.
    """

    def __init__(self, width: int, *, workers: bool = False, resharding: bool = False) -> None:
        wide = width >= _WIDE
        self._gap = "  " if wide else " "
        columns = [_SHARD_OF if resharding else _SHARD]
        columns += [_WORKER] if workers else []
        columns += [_STATE, _LATENCY, *([_AVERAGE, _LONG_SPARK] if wide else [_SPARK])]
        columns += [_RATE, _QUEUE, *([_IN_HAND] if wide else []), _RECONNECTS, _RESTARTS, _ACK]
        for spare in (_SPARK, _RESTARTS):
            if self._taken(columns) > width:
                columns.remove(spare)
        for extra in (_EVENT, _HANDLED) if wide else ():
            if self._taken(columns) + extra.width + len(self._gap) <= width:
                columns.append(extra)
        room = width - self._taken(columns) - 2 * len(self._gap)
        if room >= _LEAST_ERROR:
            columns.append(
                _Column("LAST ERROR", room, lambda row: clean(row.status.error), lambda row: "dim", left=True)
            )
        self._columns = columns

    def _taken(self, columns: list[_Column]) -> int:
        return sum(one.width for one in columns) + len(self._gap) * (len(columns) - 1)

    @property
    def head(self) -> str:
        """The titles."""
        return self._gap.join(one.head() for one in self._columns)

    def cells(self, row: ShardRow) -> list[Cell]:
        """Return the cells of a row, with the gaps between them."""
        cells: list[Cell] = []
        for one in self._columns:
            cells += [(self._gap, ""), one.cell(row)]
        return cells[1:]
