"""Consumers of a log: they share its partitions by leases, and one cursor a partition says how far they are.

The acknowledgements of an engine would not do: with several processes on one durable consumer, what a dead one had in
hand comes after later events of the same shard.
"""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import AsyncGenerator, Iterable
from contextlib import suppress

from ..errors import BrokerUnavailable, LeaseLost
from ..tasks.label import UNSHARDED
from ..tasks.worker import start_task
from .partition import Handed, HeldPartition, fail
from .protocols import Delivered, Lease, Leases, Register
from .store import LogStore, Selection

__all__ = ["LEASE_TTL", "consume"]

_log = UNSHARDED.log

LEASE_TTL = 6.0
"""Seconds after which others get the partitions of a process that died or stands still."""


async def consume(
    store: LogStore, leases: Leases, register: Register, consumer: str, selection: Selection, ttl: float = LEASE_TTL
) -> AsyncGenerator[Delivered, None]:
    """Yield the events of this process's part of the partitions, which becomes smaller when others join."""
    queue: asyncio.Queue[Handed | BaseException] = asyncio.Queue(1)
    membership = _Membership(store, leases, register, consumer, selection, queue, ttl)
    work = start_task(membership.run(), f"consumer {consumer}")
    try:
        while True:
            handed = await queue.get()
            if isinstance(handed, BaseException):
                raise handed
            if handed.reach_consumer():
                yield handed
    finally:
        membership.end()
        await work


class _Membership:
    """One process among those that share a consumer: claims its part of the partitions, and holds on to it.

    Args:
        queue: where events go, and the error that ends all.
        ttl: seconds that a lease lasts; it is renewed three times as often.
    """

    def __init__(
        self,
        store: LogStore,
        leases: Leases,
        register: Register,
        consumer: str,
        selection: Selection,
        queue: asyncio.Queue[Handed | BaseException],
        ttl: float,
    ) -> None:
        self._store = store
        self._leases = leases
        self._register = register
        self._consumer = consumer
        self._selection = selection
        self._queue = queue
        self._ttl = ttl
        self._id = uuid.uuid4().hex
        self._member: Lease | None = None
        self._held: dict[str, HeldPartition] = {}
        self._ended = asyncio.Event()

    async def run(self) -> None:
        """Go on until `end`, then give all back."""
        try:
            while not self._ended.is_set():
                try:
                    await self._renew()
                    await self._settle(await self._mine())
                except BrokerUnavailable as error:
                    _log.warning("consumer %s waits for the broker: %s", self._consumer, error)
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._ttl / 3):
                        await self._ended.wait()
        except Exception as error:  # of the engine: who iterates gets it
            fail(self._queue, error)
        finally:
            await self._leave()

    def end(self) -> None:
        """Let `run` come to its end. Clients of engines may swallow a cancellation."""
        self._ended.set()

    async def _renew(self) -> None:
        if self._member is not None:
            try:
                self._member = await self._leases.renew(self._member, self._ttl)
            except LeaseLost:
                self._member = None
        if self._member is None:
            self._member = await self._leases.claim(f"consumer.{self._consumer}.member.{self._id}", self._id, self._ttl)
        for name, partition in list(self._held.items()):
            try:
                partition.lease = await self._leases.renew(partition.lease, self._ttl)
            except LeaseLost:
                _log.warning("consumer %s lost partition %s: another process has it", self._consumer, name)
                await self._held.pop(name).lost()

    async def _mine(self) -> set[str]:
        prefix = f"consumer.{self._consumer}.member."
        members = [name.removeprefix(prefix) for name in await self._leases.held(prefix)]
        partitions = await self._store.partitions(self._selection)
        return {name for name in partitions if _chosen(name, members) == self._id}

    async def _settle(self, mine: set[str]) -> None:
        for name, partition in list(self._held.items()):
            if name not in mine:
                partition.stop()
            if partition.is_stopping and partition.is_drained:
                del self._held[name]
                await self._give_back(name, partition)
        for name in mine - self._held.keys():
            lease = await self._leases.claim(f"consumer.{self._consumer}.partition.{name}", self._id, self._ttl)
            if lease is not None:
                await self._begin(name, lease)

    async def _begin(self, name: str, lease: Lease) -> None:
        partition = HeldPartition(self._store, self._leases, self._register, self._consumer, name, lease)
        try:
            await partition.take_over()
        except BaseException as error:
            with suppress(BrokerUnavailable):
                await self._leases.release(lease)
            if isinstance(error, LeaseLost):  # the owner before, who stood still, wrote once more: the next round tries
                return
            raise
        partition.start(self._selection, self._queue)
        self._held[name] = partition

    async def _give_back(self, name: str, partition: HeldPartition) -> None:
        try:
            await partition.give_back()
        except LeaseLost:
            _log.warning("consumer %s lost partition %s: another process has it", self._consumer, name)
        except BrokerUnavailable as error:
            _log.warning("consumer %s could not give %s back, so it expires: %s", self._consumer, name, error)

    async def _leave(self) -> None:
        for name, partition in self._held.items():
            await self._give_back(name, partition)
        if self._member is not None:
            with suppress(BrokerUnavailable):  # then it expires
                await self._leases.release(self._member)


def _chosen(partition: str, members: Iterable[str]) -> str | None:
    """Return whose a partition is: all members come to the same result, and one more or less moves few partitions."""
    return max(members, key=lambda member: hashlib.blake2b(f"{partition} {member}".encode()).digest(), default=None)
