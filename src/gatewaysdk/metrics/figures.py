"""The figures: their names, kinds, labels and meanings. What Prometheus stores goes by these names, so they stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ..fleet.health import ShardStatus

__all__ = ["BUDGET", "BUDGET_RESET", "EVENTS", "FIGURES", "HEARTBEATS", "PERMITS", "SHARD", "STATE", "Figure"]

SHARD = ("shard", "num_shards")
"""Labels that name one series of a shard. Both numbers, as two fleets run side by side during a reshard."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One name that queries may use.

    Attributes:
        name: it.
        kind: as Prometheus means it.
        text: what it says.
        labels: their names.
        of_shard: returns the value for one shard, None for none; itself None for a figure of the fleet as a whole.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    text: str
    labels: tuple[str, ...] = ()
    of_shard: Callable[[ShardStatus], float | None] | None = None


STATE = Figure(
    "gatewaysdk_shard_state", "gauge",
    "1 for the state that the shard is in; states that it is not in have no series",
    (*SHARD, "worker", "state"), lambda row: 1,
)  # fmt: skip
EVENTS = Figure(
    "gatewaysdk_events_total", "counter",
    "events received, by name; (unknown) are those that this release has no class for", ("event",),
)  # fmt: skip
HEARTBEATS = Figure(
    "gatewaysdk_heartbeat_rtt_seconds", "histogram", "from a heartbeat to its answer, of all shards",
)  # fmt: skip
PERMITS = Figure(
    "gatewaysdk_permit_wait_seconds", "histogram", "from asking to identify to the permit, of all shards",
)  # fmt: skip
BUDGET = Figure(
    "gatewaysdk_identify_budget", "gauge", "sessions that the bot may still start today; absent where it is not known",
)  # fmt: skip
BUDGET_RESET = Figure(
    "gatewaysdk_identify_budget_reset_seconds", "gauge", "seconds until all sessions of a day are there again",
)  # fmt: skip

FIGURES = (
    STATE,
    Figure(
        "gatewaysdk_shard_last_ack_age_seconds", "gauge",
        "age of this connection's last answered heartbeat; absent before the first", SHARD, lambda row: row.since_ack,
    ),
    Figure(
        "gatewaysdk_shard_latency_seconds", "gauge",
        "round trip of the last answered heartbeat", SHARD, lambda row: row.latency,
    ),
    HEARTBEATS,
    EVENTS,
    Figure("gatewaysdk_resumes_total", "counter", "sessions resumed", SHARD, lambda row: row.stats.resumes),
    Figure("gatewaysdk_identifies_total", "counter", "sessions started", SHARD, lambda row: row.stats.identifies),
    Figure("gatewaysdk_queue_depth", "gauge", "events that wait for handlers", SHARD, lambda row: row.waiting),
    BUDGET,
    BUDGET_RESET,
    PERMITS,
    Figure("gatewaysdk_restarts_total", "counter", "starts after an error", SHARD, lambda row: row.restarts),
    Figure(
        "gatewaysdk_handler_errors_total", "counter",
        "exceptions raised by handlers", SHARD, lambda row: row.stats.handler_errors,
    ),
    Figure("gatewaysdk_dropped_total", "counter", "events dropped by `overflow`", SHARD, lambda row: row.stats.dropped),
    Figure(
        "gatewaysdk_stalls_total", "counter",
        "times that the event loop stood still for over 1 s", SHARD, lambda row: row.stats.stalls,
    ),
)  # fmt: skip
"""All of them, in the order in which they are told."""
