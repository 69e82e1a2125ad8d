"""What a process answers when it is asked whether it lives, is ready and has started."""

from __future__ import annotations

from dataclasses import dataclass

from ..fleet.health import FleetHealth, ShardStatus

__all__ = ["ACK_BOUND", "Verdict", "livez", "readyz", "startz"]

ACK_BOUND = 90.0
"""Seconds. A heartbeat goes out every 41 s, and a connection that leaves one unanswered until the next is given up: an
answer is older than 83 s only where that itself does not work."""

_NAMED = 20
"""How many shards an answer names; of the others it says how many they are."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a probe is answered.

    Attributes:
        ok: whether all is well: status 200, else 503.
        text: why, in lines.
    """

    ok: bool
    text: str


def livez(health: FleetHealth, bound: float) -> Verdict:
    """Return whether all live shards had a heartbeat answered within ``bound`` seconds.

    Others do not count: they are connecting again, and to start the process anew would not be quicker.
    """
    late = [
        f"{_name(row)}: the last heartbeat was answered {row.since_ack:.0f} s ago; the bound is {bound:g} s"
        for row in health.shards
        if row.live and row.since_ack is not None and row.since_ack > bound
    ]
    if late:
        return Verdict(False, _text(late))
    oldest = health.oldest_ack
    age = "" if oldest is None else f"; the oldest answer to a heartbeat came {oldest:.0f} s ago"
    return Verdict(True, _text([f"{health.live} shards are live{age}"]))


def readyz(health: FleetHealth) -> Verdict:
    """Return whether all shards of this process are live. During a reshard, the old ones count."""
    mine = _mine(health)
    others = [f"{_name(row)}: {row.state.value}" for row in mine if not row.live]
    if mine and not others:
        return Verdict(True, _text([f"all {len(mine)} shards are live"]))
    return Verdict(False, _text([_progress(mine), *others]))


def startz(health: FleetHealth) -> Verdict:
    """Return whether all shards have been live at the same time, and how long identify limits make the rest wait."""
    if health.ready_after is not None:
        return Verdict(True, _text([f"all shards were live after {health.ready_after:.1f} s"]))
    ready = readyz(health)
    if ready.ok:
        return ready
    wait = f"identify limits take {health.identify_wait:.0f} s more, at least"
    left = [] if health.identifies_left is None else [f"sessions left today: {health.identifies_left}"]
    return Verdict(False, _text([_progress(_mine(health)), wait, *left]))


def _mine(health: FleetHealth) -> list[ShardStatus]:
    return [row for row in health.shards if row.num_shards == health.num_shards]


def _progress(rows: list[ShardStatus]) -> str:
    if not rows:
        return "it is not known yet which shards there will be"
    return f"{sum(row.live for row in rows)} of {len(rows)} shards are live"


def _name(row: ShardStatus) -> str:
    where = "" if row.worker is None else f" in worker {row.worker}"
    return f"shard {row.shard_id} of {row.num_shards}{where}"


def _text(lines: list[str]) -> str:
    more = [f"and {len(lines) - _NAMED} more"] if len(lines) > _NAMED else []
    return "".join(f"{line}\n" for line in [*lines[:_NAMED], *more])
