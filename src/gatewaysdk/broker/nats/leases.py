"""Leases and the register in key-value buckets of NATS.

Names become keys as they are, so ``nats kv ls`` shows them. A lease is a message whose TTL the server counts; TTLs are
whole seconds. nats-py's own ``kv.create`` is not used: it takes what is left of an expired key for a live one.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import replace

from ...errors import BrokerUnavailable, LeaseLost
from ..protocols import Entry, Lease
from .wire import WRONG_SEQUENCE, ApiError, Found, NatsWire

__all__ = ["NatsLeases", "NatsRegister"]

_MANY = 1_000_000

_OWNER = "Gw-Owner"
_CLIENT = "Gw-Client"
_RENEWED = "Gw-Renewed"


class _Bucket:
    """A key-value bucket: a stream with one message for each key.

    Attributes:
        stream: its name.
        before: what stands before keys in subjects.
    """

    def __init__(self, wire: NatsWire, bucket: str) -> None:
        self.stream = f"KV_{bucket}"
        self.before = f"$KV.{bucket}."
        self._wire = wire

    async def put(self, name: str, value: bytes, headers: dict[str, str]) -> int | None:
        """Return the sequence; None if the last message of the key is not the one that the headers expect."""
        try:
            answer = await self._wire.ask(self.before + name, value, headers)
        except ApiError as error:
            if error.err_code in WRONG_SEQUENCE:
                return None
            raise
        return int(answer["seq"])

    async def get(self, name: str) -> Found | None:
        return await self._wire.last_of(self.stream, self.before + name)


class NatsLeases:
    """See `Leases`. TTLs are rounded up to whole seconds.

    Args:
        wire: the connection.
        bucket: name of the key-value bucket, which allows TTLs for messages.
    """

    def __init__(self, wire: NatsWire, bucket: str) -> None:
        self._wire = wire
        self._bucket = _Bucket(wire, bucket)
        self._client = uuid.uuid4().hex
        self._unsure: dict[str, int] = {}  # revisions whose renewal was not answered

    async def claim(self, name: str, owner: str, ttl: float, value: bytes = b"") -> Lease | None:
        """See `Leases`."""
        revision = await self._put(name, owner, value, ttl, 0)
        return None if revision is None else Lease(name, owner, value, revision)

    async def renew(self, lease: Lease, ttl: float, value: bytes | None = None) -> Lease:
        """See `Leases`."""
        value = lease.value if value is None else value
        unsure = self._unsure.pop(lease.name, None) == lease.revision
        try:
            revision = await self._put(lease.name, lease.owner, value, ttl, lease.revision)
            if revision is None and unsure:
                revision = await self._renewed_already(lease)
        except BrokerUnavailable:
            self._unsure[lease.name] = lease.revision
            raise
        if revision is None:
            raise LeaseLost(f"the lease {lease.name} of {lease.owner} ended before it was renewed")
        return replace(lease, value=value, revision=revision)

    async def _renewed_already(self, lease: Lease) -> int | None:
        """Return the revision of a renewal that was not answered, though it was stored."""
        found = await self._bucket.get(lease.name)
        if found is None or found.headers[_CLIENT] != self._client:
            return None
        return found.sequence if found.headers[_RENEWED] == str(lease.revision) else None

    async def release(self, lease: Lease) -> None:
        """See `Leases`."""
        self._unsure.pop(lease.name, None)
        # The message itself, and not its key: if it was renewed, it is another one.
        await self._wire.remove(self._bucket.stream, lease.revision)

    async def look(self, name: str) -> Lease | None:
        """See `Leases`."""
        found = await self._bucket.get(name)
        return None if found is None else self._lease(found)

    async def held(self, prefix: str = "") -> Mapping[str, Lease]:
        """See `Leases`."""
        whole, dot, _ = prefix.rpartition(".")
        subject = f"{self._bucket.before}{whole}{dot}>"
        leases = [self._lease(found) for found in await self._wire.all_of(self._bucket.stream, subject, _MANY)]
        return {lease.name: lease for lease in leases if lease.name.startswith(prefix)}

    def _lease(self, found: Found) -> Lease:
        name = found.subject.removeprefix(self._bucket.before)
        return Lease(name, found.headers[_OWNER], found.data, found.sequence)

    async def _put(self, name: str, owner: str, value: bytes, ttl: float, revision: int) -> int | None:
        headers = {
            _OWNER: owner,
            _CLIENT: self._client,
            _RENEWED: str(revision),
            "Nats-TTL": f"{max(1, math.ceil(ttl))}s",
            "Nats-Expected-Last-Subject-Sequence": str(revision),
        }
        return await self._bucket.put(name, value, headers)


class NatsRegister:
    """See `Register`.

    Args:
        wire: the connection.
        bucket: name of the key-value bucket.
    """

    def __init__(self, wire: NatsWire, bucket: str) -> None:
        self._wire = wire
        self._bucket = _Bucket(wire, bucket)

    async def read(self, name: str) -> Entry | None:
        """See `Register`."""
        found = await self._bucket.get(name)
        return None if found is None else Entry(found.data, found.sequence)

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        """See `Register`."""
        headers = {} if revision is None else {"Nats-Expected-Last-Subject-Sequence": str(revision)}
        return await self._bucket.put(name, value, headers)

    async def remove(self, name: str) -> None:
        """See `Register`."""
        await self._wire.api(f"STREAM.PURGE.{self._bucket.stream}", {"filter": self._bucket.before + name})
