"""How far the start of a fleet is, and how long the identify limits make the rest."""

from __future__ import annotations

from dataclasses import dataclass

from ... import FleetHealth, FleetPlanned
from ...fleet.reshard import start_seconds
from .words import duration

__all__ = ["Progress", "StartProgress"]

_LATE, _LATE_SHARE = 20.0, 0.05
"""Seconds, and the share of the start, beyond what the limits take from which something else holds it up."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The start at one moment.

    Attributes:
        fraction: of the shards that are live, 0 to 1.
        text: the same in words, with what is left.
    """

    fraction: float
    text: str


class StartProgress:
    """Estimates the rest of a start.

    Discord takes ``max_concurrency`` IDENTIFYs every 5 s, so that the last one goes out
    ``(ceil(identifies / max_concurrency) - 1) * 5`` s after the first (events/gateway#sharding-max-concurrency). Shards
    that resume take no time.

    Args:
        planned: what the fleet starts with.
        now: when it starts, in seconds.
    """

    def __init__(self, planned: FleetPlanned, now: float) -> None:
        self._planned = planned
        seconds = start_seconds(planned.identifies, planned.max_concurrency)
        self._due = now + seconds
        self._slack = _LATE + _LATE_SHARE * seconds

    def look(self, health: FleetHealth, now: float) -> Progress:
        """Return how far it is."""
        live, total = health.live, len(self._planned.shard_ids)
        left = min(total - live, self._planned.identifies)
        allowed = health.identifies_left
        if left and allowed is not None and allowed <= self._planned.reserve:
            rest = f"; {allowed} sessions are left, there are more in {duration(health.identifies_reset_after or 0)}"
        elif (late := now - self._due) > self._slack:
            rest = f", {duration(late)} over what identify limits take: see the log"
        else:
            seconds = start_seconds(left, self._planned.max_concurrency)
            rest = f", {'about ' if seconds >= 5 else ''}{duration(seconds)} to go"
        return Progress(live / total, f"{live} of {total} shards live{rest}")
