"""The view as lines, where there is no terminal to draw on."""

from __future__ import annotations

from collections.abc import Callable

from ... import FleetHealth, FleetPlanned
from ...errors import GatewayError
from ..show import clean
from .progress import StartProgress
from .rows import FleetRows, FleetTotals
from .words import age, milliseconds, rate

__all__ = ["StatusLines", "no_figures", "totals_line"]

_WHILE_STARTING = 10.0
_LATER = 60.0
"""Seconds from one line to the next."""


class StatusLines:
    """Says when the next line is due, and what it says: more often while the fleet starts.

    Args:
        planned: what the fleet starts with.
        now: when it starts, in seconds.
    """

    def __init__(self, planned: FleetPlanned, now: float) -> None:
        self._progress = StartProgress(planned, now)
        self._rows = FleetRows()
        self._due = now + _WHILE_STARTING

    def seconds_left(self, now: float) -> float:
        """Return the seconds until the next line is due."""
        return max(0.0, self._due - now)

    def line(self, look: Callable[[], FleetHealth], now: float) -> str:
        """Return the line for this moment; ``look`` returns what the fleet is at."""
        try:
            health = look()
        except GatewayError as error:  # such as that the count of sessions on the disk cannot be read just now
            self._due = now + _WHILE_STARTING
            return no_figures(error)
        starting = health.ready_after is None
        self._due = now + (_WHILE_STARTING if starting else _LATER)
        self._rows.look(health, now)
        return self._progress.look(health, now).text if starting else totals_line(self._rows.totals)


def no_figures(error: GatewayError) -> str:
    """Return what is shown when the fleet cannot say what it is at."""
    return clean(f"no figures at the moment: {error}")


def totals_line(totals: FleetTotals) -> str:
    """Return the sums as one line."""
    parts = [
        f"{totals.live} of {totals.shards} shards live",
        f"{rate(totals.rate)} events/s",
        f"{totals.waiting:,} waiting",
        f"latency {milliseconds(totals.latency)}",
        f"oldest ACK {age(totals.oldest_ack)}",
        f"{totals.reconnects:,} reconnects",
        f"{totals.restarts:,} restarts",
    ]
    if totals.identifies_left is not None:
        parts.append(f"{totals.identifies_left:,} identifies left")
    return ", ".join(parts)
