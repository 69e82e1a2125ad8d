"""What an engine stores of events. `ConsumedLog` makes an `EventLog` of it, with `Leases` and a `Register`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from .protocols import DeadLetter, LoggedEvent, LogPosition, ShardKey

__all__ = ["LogReader", "LogStore", "Selection", "Stored"]


@dataclass(frozen=True, slots=True)
class Stored:
    """An event and its place.

    Attributes:
        position: rises with each event of a partition.
        event: the event.
    """

    position: int
    event: LoggedEvent


@dataclass(frozen=True, slots=True)
class Selection:
    """Which events a consumer wants.

    Attributes:
        names: their names; all if empty.
        shards: their shards; all if empty.
    """

    names: tuple[str, ...] = ()
    shards: tuple[ShardKey, ...] = ()

    def has(self, event: LoggedEvent) -> bool:
        """Return whether the consumer wants an event."""
        return (not self.names or event.name in self.names) and self.has_shard(event.shard)

    def has_shard(self, shard: ShardKey) -> bool:
        """Return whether the consumer wants events of a shard."""
        return not self.shards or shard in self.shards


class LogReader(Protocol):
    """Reads a partition from some position on. One call at a time."""

    async def read(self, limit: int, wait: float) -> Sequence[Stored]:
        """Return the next events, in order: at once if there are some, else within ``wait`` seconds; none after that.

        Raises:
            BrokerUnavailable: the reader is of no use any more; open another one.
        """
        ...

    async def close(self) -> None:
        """End it."""


class LogStore(Protocol):
    """The events of all shards, in partitions: all events of a shard are in the same one, in order.

    `append`, `last`, `bury`, `buried` and `unbury` are as in `EventLog`.
    """

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int: ...

    async def last(self, shard: ShardKey) -> LogPosition: ...

    async def partitions(self, selection: Selection) -> Sequence[str]:
        """Return the names of all partitions that may hold selected events."""
        ...

    async def reader(self, partition: str, after: int, selection: Selection) -> LogReader:
        """Read the selected events of a partition that stand behind the position ``after``."""
        ...

    async def count(self, partition: str, after: int, selection: Selection) -> int:
        """Return how many events such a reader would return."""
        ...

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None: ...

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]: ...

    async def unbury(self, letter: DeadLetter) -> None: ...
