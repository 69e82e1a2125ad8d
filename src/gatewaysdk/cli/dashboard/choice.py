"""Which rows are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from .rows import ShardRow

__all__ = ["RowFilter"]

_SETS: dict[str, Callable[[ShardRow], bool]] = {
    "all": lambda row: True,
    "live": lambda row: row.status.live,
    "not live": lambda row: not row.status.live,
    "troubled": lambda row: row.troubled,
}


@dataclass(frozen=True, slots=True)
class RowFilter:
    """The user's choice of rows.

    Attributes:
        kept: ``all``, ``live``, ``not live`` or ``troubled``.
        text: words that all have to be found in a row: the number of a shard, a part of its state or of its last error,
            or ``worker:2``. A number alone is that shard.
    """

    kept: str = "all"
    text: str = ""

    def next(self) -> RowFilter:
        """Return the filter with the next set of states."""
        names = list(_SETS)
        return replace(self, kept=names[(names.index(self.kept) + 1) % len(names)])

    def apply(self, rows: Sequence[ShardRow]) -> Sequence[ShardRow]:
        """Return the rows to show."""
        words = self.text.lower().split()
        if self.kept == "all" and not words:
            return rows
        is_kept = _SETS[self.kept]
        return [row for row in rows if is_kept(row) and all(_has(row, word) for word in words)]

    def __str__(self) -> str:
        parts = [] if self.kept == "all" else [self.kept]
        if self.text.strip():
            parts.append(f"with {self.text.strip()!r}")
        return ", ".join(parts)


def _has(row: ShardRow, word: str) -> bool:
    status = row.status
    if word.isdecimal():
        return int(word) == status.shard_id
    if word.startswith("worker:"):
        return word == f"worker:{status.worker}"
    return word in status.state.value.lower() or word in status.error.lower() or word == row.name
