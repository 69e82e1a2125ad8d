"""What a host says of itself with its lease, where others and ``gatewaysdk top`` read it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from ...errors import BrokerError

__all__ = ["HostCard", "ShardCard"]


@dataclass(frozen=True, slots=True)
class ShardCard:
    """A shard of a host.

    Attributes:
        state: where its connection stands, such as ``live``.
        latency: seconds between the last heartbeat and its answer; None before the first.
        written: events that this host has stored of it.
        waiting: events that wait to be stored.
        behind: seconds since all were stored; 0 while they are.
        restarts: how many times it was started again after an error.
    """

    state: str
    latency: float | None
    written: int
    waiting: int
    behind: float
    restarts: int


@dataclass(frozen=True, slots=True)
class HostCard:
    """A host.

    Attributes:
        capacity: the most shards that it takes.
        num_shards: how many shards the bot has.
        shards: those that it runs, by number.
    """

    capacity: int
    num_shards: int
    shards: Mapping[int, ShardCard]

    def dump(self) -> bytes:
        """Return it as JSON."""
        return json.dumps(asdict(self), separators=(",", ":")).encode()

    @classmethod
    def load(cls, text: bytes) -> HostCard:
        """Return what `dump` wrote. Raises `BrokerError` for anything else."""
        try:
            data: Any = json.loads(text)
            rows = {int(shard_id): ShardCard(**row) for shard_id, row in data["shards"].items()}
            return cls(int(data["capacity"]), int(data["num_shards"]), rows)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BrokerError("a host's lease cannot be read; all hosts have to run the same release") from error
