"""What figures are read from: a manager, or one shard as if it were a fleet."""

from __future__ import annotations

from typing import TypeAlias

from ..fleet.health import FleetHealth, add_stats, shard_status
from ..fleet.manager import ShardManager
from ..shard.shard import Shard
from ..stats import Stats

__all__ = ["ShardSource", "read_health"]

ShardSource: TypeAlias = ShardManager | Shard
"""What has shards."""


def read_health(source: ShardSource) -> FleetHealth:
    """Return what all shards are at, as a copy. Of one shard alone it is not known how many sessions are left."""
    if isinstance(source, Shard):
        stats = Stats()
        add_stats(stats, source.stats)
        return FleetHealth([shard_status(source, stats)], source.num_shards, None, None, None)
    return source.health
