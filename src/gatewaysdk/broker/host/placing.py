"""Which host should run which shard. All hosts compute the same from the same list of hosts."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from hashlib import blake2b

from ..protocols import ShardKey

__all__ = ["place"]


def place(shards: Iterable[ShardKey], capacities: Mapping[str, int]) -> dict[ShardKey, str]:
    """Return the host of each shard; shards beyond the sum of all capacities have none.

    Weighted rendezvous hashing: each pair of a shard and a host has a score that depends on nothing else, and the
    highest scores win. So a host that joins or leaves moves few shards besides its own. A host gets at most its share,
    rounded up, so that no host is full while another is idle.

    Args:
        shards: all shards of the bot.
        capacities: the most shards that each live host takes.
    """
    shards = list(shards)
    total = sum(capacities.values())
    wanted = min(len(shards), total)
    room = {host: min(capacity, math.ceil(wanted * capacity / total)) for host, capacity in capacities.items() if total}
    scores = sorted(
        (-_score(shard, host, capacities[host]), shard, host) for shard in shards for host in room if room[host]
    )
    placed: dict[ShardKey, str] = {}
    for _, shard, host in scores:
        if shard not in placed and room[host]:
            placed[shard] = host
            room[host] -= 1
    return placed


def _score(shard: ShardKey, host: str, capacity: int) -> float:
    digest = blake2b(f"{shard[0]} {shard[1]} {host}".encode(), digest_size=8).digest()
    chance = (int.from_bytes(digest) + 1) / (2**64 + 1)  # above 0 and below 1
    return -capacity / math.log(chance)
