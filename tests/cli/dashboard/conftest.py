"""Fleets as values: what a manager would say of its shards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from gatewaysdk import FleetHealth, FleetPlanned, ShardStatus, State, Stats

MakeStatus = Callable[..., ShardStatus]


def status(shard_id: int = 0, *, num_shards: int = 4, state: State = State.LIVE, **values: Any) -> ShardStatus:
    """Return a shard that is well, but for what is given; counters are given as those of `Stats`."""
    counters = {name: values.pop(name) for name in list(values) if name in Stats.__dataclass_fields__}
    values = {
        "worker": None,
        "latency": 0.04,
        "average_latency": 0.05,
        "since_ack": 10.0,
        "since_event": 1.0,
        "since_handled": 1.0,
        "waiting": 0,
        "in_hand": 0,
        "paused_for": None,
        "restarts": 0,
        "error": "",
        "stats": Stats(**{"identifies": 1, "connections": 1, **counters}),
        **values,
    }
    return ShardStatus(shard_id=shard_id, num_shards=num_shards, state=state, **values)


def queued(shard_id: int, **values: Any) -> ShardStatus:
    """Return a shard that has not identified yet."""
    nothing = {"latency": None, "average_latency": None, "since_ack": None, "since_event": None, "since_handled": None}
    return status(shard_id, **{"state": State.QUEUED, "identifies": 0, "connections": 0, **nothing, **values})


def health(shards: Sequence[ShardStatus], **values: Any) -> FleetHealth:
    """Return a fleet of these shards, started unless ``ready_after`` is None."""
    values = {"identifies_left": 984, "identifies_reset_after": 3600.0, "ready_after": 12.0, **values}
    return FleetHealth(shards=shards, num_shards=len(shards), **values)


@pytest.fixture
def planned() -> Callable[..., FleetPlanned]:
    """Return a function that makes the plan of a start."""

    def make(shards: int, *, identifies: int | None = None, max_concurrency: int = 1) -> FleetPlanned:
        return FleetPlanned(
            num_shards=shards,
            shard_ids=tuple(range(shards)),
            identifies=shards if identifies is None else identifies,
            remaining=1000,
            reset_after=3600.0,
            max_concurrency=max_concurrency,
            reserve=10,
        )

    return make
