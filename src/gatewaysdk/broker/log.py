"""The log of an engine: what it stores, and consumers on top of that."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence

from ..errors import ConfigurationError
from .consuming import LEASE_TTL, consume
from .cursor import Cursor
from .names import check_name
from .partition import cursor_name
from .protocols import DeadLetter, Delivered, Leases, LoggedEvent, LogPosition, Register, ShardKey
from .store import LogStore, Selection

__all__ = ["ConsumedLog"]


class ConsumedLog:
    """An `EventLog` over what an engine stores.

    Args:
        store: the engine's events.
        leases: which process has which partition for a consumer.
        register: how far each consumer is in each partition.
        lease_ttl: seconds after which others get the partitions of a process that died or stands still.
    """

    def __init__(self, store: LogStore, leases: Leases, register: Register, lease_ttl: float = LEASE_TTL) -> None:
        self._store = store
        self._leases = leases
        self._register = register
        self._lease_ttl = lease_ttl

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """See `EventLog`."""
        return await self._store.append(shard, expected, batch)

    async def last(self, shard: ShardKey) -> LogPosition:
        """See `EventLog`."""
        return await self._store.last(shard)

    async def consume(
        self, consumer: str, *, names: Sequence[str] = (), shards: Sequence[ShardKey] = ()
    ) -> AsyncGenerator[Delivered, None]:
        """See `EventLog`. A new consumer begins with the oldest event that is stored.

        Before you close the iterator, finish what is in hand: after that, `Delivered.done` raises `LeaseLost`.

        Raises:
            ConfigurationError: a name that no engine takes.
        """
        check_name("consumer", consumer)
        selection = Selection(tuple(names), tuple(shards))
        await self._register.write(_selection_name(consumer), json.dumps([selection.names, selection.shards]).encode())
        events = consume(self._store, self._leases, self._register, consumer, selection, self._lease_ttl)
        try:
            async for delivered in events:
                yield delivered
        finally:
            await events.aclose()

    async def lag(self, consumer: str) -> int:
        """See `EventLog`.

        Raises:
            ConfigurationError: there never was a consumer of that name.
        """
        entry = await self._register.read(_selection_name(check_name("consumer", consumer)))
        if entry is None:
            raise ConfigurationError(f"there is no consumer {consumer!r}; one begins to exist when it first consumes")
        names, shards = json.loads(entry.value)
        selection = Selection(tuple(names), tuple((shard, of) for shard, of in shards))
        partitions = await self._store.partitions(selection)
        return sum([await self._lag_in(consumer, partition, selection) for partition in partitions])

    async def _lag_in(self, consumer: str, partition: str, selection: Selection) -> int:
        entry = await self._register.read(cursor_name(consumer, partition))
        cursor = Cursor() if entry is None else Cursor.parse(entry.value)
        return await self._store.count(partition, cursor.floor, selection) - cursor.finished_above_floor

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None:
        """See `EventLog`."""
        await self._store.bury(check_name("consumer", consumer), event, reason)

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """See `EventLog`."""
        return await self._store.buried(check_name("consumer", consumer), limit)

    async def unbury(self, letter: DeadLetter) -> None:
        """See `EventLog`."""
        await self._store.unbury(letter)


def _selection_name(consumer: str) -> str:
    return f"selection.{consumer}"
