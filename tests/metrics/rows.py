"""Fleets as they show themselves, written down by hand."""

from __future__ import annotations

from typing import Any

from gatewaysdk import FleetHealth, ShardStatus, State, Stats


def row(shard_id: int, num_shards: int = 4, **given: Any) -> ShardStatus:
    values: dict[str, Any] = {
        "worker": None, "state": State.LIVE, "latency": 0.1, "average_latency": 0.1, "since_ack": 10.0,
        "since_event": 1.0, "since_handled": 1.0, "waiting": 0, "in_hand": 0, "paused_for": None, "restarts": 0,
        "error": "", "stats": Stats(),
    }  # fmt: skip
    return ShardStatus(shard_id=shard_id, num_shards=num_shards, **{**values, **given})


def fleet(*rows: ShardStatus, num_shards: int = 4, **given: Any) -> FleetHealth:
    values: dict[str, Any] = {"identifies_left": 900, "identifies_reset_after": 3600.0, "ready_after": None}
    return FleetHealth(shards=rows, num_shards=num_shards, **{**values, **given})


def counted(**counters: Any) -> Stats:
    stats = Stats(**{name: value for name, value in counters.items() if name not in ("rtts", "waits")})
    for seconds in counters.get("rtts", ()):
        stats.heartbeat_rtts.add(seconds)
    for seconds in counters.get("waits", ()):
        stats.identify_waits.add(seconds)
    return stats
