"""What a fleet tells its observers, besides the steps of each shard's connection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from ..protocol import Effect

__all__ = [
    "FleetPlanned",
    "FleetReady",
    "FleetStep",
    "ShardFailed",
    "ShardRestarted",
    "WorkerEnded",
    "WorkerStarted",
]


@dataclass(frozen=True, slots=True)
class FleetPlanned:
    """It is known which shards will run, and what their start costs.

    Attributes:
        num_shards: how many shards the bot has.
        shard_ids: those of this manager.
        identifies: sessions that have to be started; the other shards resume.
        remaining: how many the bot may still start; None where an identify queue of the user's counts them.
        reset_after: seconds until it may start as many as on any day.
        max_concurrency: how many may be started every 5 s.
        reserve: how many of ``remaining`` are not used, see `SessionStarts`.
    """

    num_shards: int
    shard_ids: tuple[int, ...]
    identifies: int
    remaining: int | None
    reset_after: float | None
    max_concurrency: int = 1
    reserve: int = 0


@dataclass(frozen=True, slots=True)
class ShardFailed:
    """A shard has ended with an error. It starts again after ``restart_in`` seconds; None: the fleet stops."""

    shard_id: int
    error: Exception
    restart_in: float | None


@dataclass(frozen=True, slots=True)
class ShardRestarted:
    """A shard that had failed starts again, for the ``restarts``-th time."""

    shard_id: int
    restarts: int


@dataclass(frozen=True, slots=True)
class FleetReady:
    """All shards of the manager are live, ``seconds`` after the start."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WorkerStarted:
    """A worker process runs its shards from now on.

    Attributes:
        worker: its number.
        pid: the process.
        shard_ids: its shards.
        restarts: how many processes before it were lost.
    """

    worker: int
    pid: int
    shard_ids: tuple[int, ...]
    restarts: int


@dataclass(frozen=True, slots=True)
class WorkerEnded:
    """A worker process has ended.

    Attributes:
        worker: its number.
        pid: the process.
        reason: why, in words.
        restart_in: seconds after which another takes its place; None if none does.
    """

    worker: int
    pid: int
    reason: str
    restart_in: float | None


FleetStep: TypeAlias = Effect | FleetPlanned | ShardFailed | ShardRestarted | FleetReady | WorkerStarted | WorkerEnded
"""What `ShardManager.observe` gets: a step of one shard's connection, or of the fleet."""
