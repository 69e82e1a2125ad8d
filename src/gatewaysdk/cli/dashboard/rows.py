"""What the view shows of each shard, from one look at the fleet's health to the next."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from ... import FleetHealth, ShardStatus, State

__all__ = ["FleetRows", "FleetTotals", "ShardRow"]

_OLD_ACK = 60.0
"""Seconds after which an answered heartbeat is too long ago: Discord asks for one every 41 s."""

_LOOKS = 6
"""Looks that a rate is the mean over, so that it can be read."""

_LATENCIES = 24

_SETBACKS = frozenset({State.BACKOFF, State.INVALIDATED, State.FAILED})


@dataclass(frozen=True, slots=True)
class ShardRow:
    """One shard at one look.

    Attributes:
        name: its number; while the number of shards changes ``3/8``, as there may be two of a number.
        status: what the manager says.
        rate: events in a second.
        latencies: of the last heartbeats that were answered, the oldest first, in seconds.
    """

    name: str
    status: ShardStatus
    rate: float
    latencies: tuple[float, ...]

    @property
    def reconnects(self) -> int:
        """Attempts to connect after the first."""
        return max(0, self.status.stats.connections - 1)

    @property
    def ack_is_old(self) -> bool:
        """Whether the shard is live, and no heartbeat was answered for so long that it is not well."""
        return self.status.live and (self.status.since_ack or 0) > _OLD_ACK

    @property
    def troubled(self) -> bool:
        """Whether someone should look: the ACK is old, reading pauses, or it is not live, and not at its first try."""
        status = self.status
        if status.live:
            return self.ack_is_old or status.paused_for is not None
        return bool(status.error) or status.state in _SETBACKS or self.reconnects > 0


@dataclass(frozen=True, slots=True)
class FleetTotals:
    """The sums over all shards at one look."""

    live: int
    shards: int
    rate: float
    waiting: int
    latency: float | None
    oldest_ack: float | None
    reconnects: int
    restarts: int
    identifies_left: int | None


class _Past:
    """What is remembered of one shard."""

    __slots__ = ("counts", "latencies", "since_ack")

    def __init__(self) -> None:
        self.counts: deque[tuple[float, int]] = deque(maxlen=_LOOKS)
        self.latencies: tuple[float, ...] = ()
        self.since_ack: float | None = None


class FleetRows:
    """Makes rows of each look, with rates and latencies of the looks before.

    Attributes:
        rows: of the last look, in the order of the fleet.
        totals: of the last look.
    """

    def __init__(self) -> None:
        self._past: dict[tuple[int, int], _Past] = {}
        self.rows: Sequence[ShardRow] = ()
        self.totals = FleetTotals(0, 0, 0.0, 0, None, None, 0, 0, None)

    def look(self, health: FleetHealth, now: float) -> None:
        """Take what the fleet is at now; ``now`` is in seconds."""
        several = len({one.num_shards for one in health.shards}) > 1
        past: dict[tuple[int, int], _Past] = {}  # made anew, so that shards that are gone are forgotten
        rows = []
        for status in health.shards:
            key = (status.num_shards, status.shard_id)
            mine = past[key] = self._past.get(key) or _Past()
            name = f"{status.shard_id}/{status.num_shards}" if several else str(status.shard_id)
            rows.append(ShardRow(name, status, _rate(mine, status, now), _latencies(mine, status)))
        self._past = past
        self.rows = rows
        self.totals = FleetTotals(
            live=health.live,
            shards=len(rows),
            rate=sum(row.rate for row in rows),
            waiting=sum(row.status.waiting for row in rows),
            latency=health.latency,
            oldest_ack=health.oldest_ack,
            reconnects=sum(row.reconnects for row in rows),
            restarts=sum(row.status.restarts for row in rows),
            identifies_left=health.identifies_left,
        )


def _rate(past: _Past, status: ShardStatus, now: float) -> float:
    counts = past.counts
    counts.append((now, status.stats.events))
    (began, before), (ended, after) = counts[0], counts[-1]
    # A worker process that is replaced counts from 0 again.
    return max(0, after - before) / (ended - began) if ended > began else 0.0


def _latencies(past: _Past, status: ShardStatus) -> tuple[float, ...]:
    since, before = status.since_ack, past.since_ack
    past.since_ack = since
    # Younger than at the last look: another heartbeat was answered.
    if since is not None and status.latency is not None and (before is None or since < before):
        past.latencies = (*past.latencies[1 - _LATENCIES :], status.latency)
    return past.latencies
