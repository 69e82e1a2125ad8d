"""What a fleet is at: a row for each shard, as ages and numbers rather than flags, and their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from ..protocol import State
from ..shard.shard import Shard
from ..stats import Durations, Stats

__all__ = ["FleetHealth", "ShardStatus", "add_stats", "shard_status"]

_COUNTERS = tuple(one.name for one in fields(Stats))


@dataclass(frozen=True, slots=True)
class ShardStatus:
    """One shard of a fleet. Ages and latencies are in seconds; None for what has not happened yet.

    Attributes:
        shard_id: its number.
        num_shards: how many shards the fleet has that it belongs to.
        worker: the process that runs it, None without worker processes.
        state: where its connection stands.
        latency: of the last heartbeat that was answered.
        average_latency: of the last ten.
        since_ack: age of the last answered heartbeat. Above about 60 s something is wrong, whatever ``state`` says.
        since_event: age of the last event.
        since_handled: age of the last moment at which handlers were done with an event.
        waiting: events that wait for handlers.
        in_hand: events that handlers work on.
        paused_for: seconds for which nothing was read because too much waits; None while the shard reads.
        restarts: how many times the manager has started it again after an error.
        error: what ended it last, in words; empty when nothing has.
        stats: its counters since the manager began; restarts do not set them back.
    """

    shard_id: int
    num_shards: int
    worker: int | None
    state: State
    latency: float | None
    average_latency: float | None
    since_ack: float | None
    since_event: float | None
    since_handled: float | None
    waiting: int
    in_hand: int
    paused_for: float | None
    restarts: int
    error: str
    stats: Stats

    @property
    def live(self) -> bool:
        """Whether its session is live."""
        return self.state is State.LIVE


@dataclass(frozen=True, slots=True)
class FleetHealth:
    """A fleet at one moment.

    Attributes:
        shards: its shards in the order of their numbers.
        num_shards: how many shards the bot has, here or elsewhere.
        identifies_left: sessions that the bot may still start before ``identifies_reset_after`` seconds have passed;
            None where an identify queue of the user's counts them.
        identifies_reset_after: see above.
        ready_after: seconds that the start took until all shards were live; None while it goes on.
        identify_wait: seconds until the last of the shards that still have to start a session may do so, at least;
            0 when none has to.
    """

    shards: Sequence[ShardStatus]
    num_shards: int
    identifies_left: int | None
    identifies_reset_after: float | None
    ready_after: float | None
    identify_wait: float = 0.0

    @property
    def live(self) -> int:
        """How many shards are live."""
        return sum(one.live for one in self.shards)

    @property
    def oldest_ack(self) -> float | None:
        """The age of the oldest last answered heartbeat among live shards: one number that says whether all is well."""
        return max((one.since_ack for one in self.shards if one.live and one.since_ack is not None), default=None)

    @property
    def latency(self) -> float | None:
        """The mean latency of the shards that have one."""
        found = [one.latency for one in self.shards if one.latency is not None]
        return sum(found) / len(found) if found else None

    @property
    def stats(self) -> Stats:
        """The counters of all shards, added up."""
        total = Stats()
        for one in self.shards:
            add_stats(total, one.stats)
        return total


def shard_status(
    shard: Shard, stats: Stats, *, average_latency: float | None = None, restarts: int = 0, error: str = ""
) -> ShardStatus:
    """Return the row of a shard that runs in this process; what it does not know of itself is given."""
    health = shard.health
    return ShardStatus(
        shard_id=shard.shard_id,
        num_shards=shard.num_shards,
        worker=None,
        state=health.state,
        latency=shard.latency,
        average_latency=average_latency,
        since_ack=health.since_ack,
        since_event=health.since_event,
        since_handled=health.since_handled,
        waiting=health.waiting,
        in_hand=len(health.in_hand),
        paused_for=health.reading_paused_for,
        restarts=restarts,
        error=error,
        stats=stats,
    )


def add_stats(total: Stats, more: Stats) -> None:
    """Add counters to a total. ``longest_stall`` becomes the longer of both."""
    for name in _COUNTERS:
        mine, theirs = getattr(total, name), getattr(more, name)
        if not theirs:
            continue  # most are 0, and a view of 1,000 shards adds up all of them each second
        if name == "longest_stall":
            total.longest_stall = max(mine, theirs)
        elif isinstance(mine, dict):
            for event, count in theirs.items():
                mine[event] = mine.get(event, 0) + count
        elif isinstance(mine, Durations):
            mine.add_all(theirs)
        else:
            setattr(total, name, mine + theirs)
