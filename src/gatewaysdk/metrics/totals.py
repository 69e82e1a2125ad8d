"""Sums over shards that never go down, although shards come and go."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

from ..fleet.health import ShardStatus, add_stats
from ..stats import Stats

__all__ = ["Totals"]

_RISING = tuple(one.name for one in fields(Stats) if isinstance(getattr(Stats(), one.name), int))


class Totals:
    """Adds up the counters of shards, those that are gone among them.

    Prometheus takes a counter that goes down for one that began anew at 0, and so would count nearly all of a sum again
    when one of many shards leaves it: after a reshard, or when a worker process is replaced.
    """

    def __init__(self) -> None:
        self._gone = Stats()
        self._last: dict[tuple[int, int], Stats] = {}
        self._seconds: dict[str, float] = {}

    def update(self, rows: Iterable[ShardStatus]) -> Stats:
        """Return the sum of the counters of these shards, and of those that there were before.

        The counters are kept: nothing may count on in them, and `read_health` sees to that.
        """
        total, present = Stats(), {(row.num_shards, row.shard_id): row.stats for row in rows}
        for key, before in self._last.items():
            now = present.get(key)
            if now is None or any(getattr(now, name) < getattr(before, name) for name in _RISING):
                add_stats(self._gone, before)
        self._last = present
        add_stats(total, self._gone)
        for stats in present.values():
            add_stats(total, stats)
        for name in ("heartbeat_rtts", "identify_waits"):
            # Added up in another order, seconds may be less by what was rounded, which would be "down" too.
            mine = getattr(total, name)
            mine.total = self._seconds[name] = max(mine.total, self._seconds.get(name, 0.0))
        return total
