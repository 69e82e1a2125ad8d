"""How Discord assigns guilds to shards."""

from __future__ import annotations

from ..bases.command import SnowflakeLike
from ..errors import ConfigurationError
from ..snowflake import read_id

__all__ = ["shard_id_for"]


def shard_id_for(guild_id: SnowflakeLike, num_shards: int) -> int:
    """Return the id of the shard, of ``num_shards``, that gets the events of a guild (events/gateway#sharding).

    Direct messages, and other events without a guild, go to shard 0.

    Raises:
        ConfigurationError: ``guild_id`` is not an id, or ``num_shards`` is below 1.
    """
    if num_shards < 1:
        raise ConfigurationError(f"num_shards is {num_shards}; a bot has one shard or more")
    return (read_id("guild_id", guild_id) >> 22) % num_shards
