"""A shard of a manager that runs no fleet, for recorded events."""

from __future__ import annotations

from ..errors import StateError
from ..shard.managed import ManagedShard
from .manager import ShardManager

__all__ = ["make_shard"]


def make_shard(manager: ShardManager, shard_id: int, num_shards: int) -> ManagedShard:
    """Return a shard with the handlers, the settings and the error hook of a manager; the caller retires it.

    Raises:
        StateError: the manager runs, or has a stream that is open already, which the shard's events would not reach.
        ConfigurationError: no such shard id.
    """
    if manager._fleet is not None:
        raise StateError("the manager runs; feed a recording to one that does not")
    common = manager._common
    if any(True for _ in manager._read()):
        raise StateError("the manager has an open stream, which gets no recorded events; open it in a handler")
    settings = manager._chosen.shard.for_shard(shard_id, num_shards)
    return ManagedShard(settings, common.handlers, common.on_error, lambda step: None)
