"""Leases and the register: a hash for each name, written by scripts that compare the revision first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ...errors import LeaseLost
from ..protocols import Entry, Lease
from .wire import RedisWire, Script, answered

__all__ = ["RedisLeases", "RedisRegister"]

# KEYS: the lease, the counter of revisions. ARGV: owner, value, milliseconds.
_CLAIM = """
if redis.call('EXISTS', KEYS[1]) == 1 then return false end
local revision = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'owner', ARGV[1], 'value', ARGV[2], 'revision', revision)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return revision
"""

# KEYS: as above. ARGV: revision, value, milliseconds.
_RENEW = """
if redis.call('HGET', KEYS[1], 'revision') ~= ARGV[1] then return false end
local revision = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'value', ARGV[2], 'revision', revision)
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return revision
"""

# KEYS: the lease. ARGV: revision.
_RELEASE = """
if redis.call('HGET', KEYS[1], 'revision') == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""

# KEYS: the value, the counter of revisions. ARGV: value, expected revision, where 'any' is for all.
_WRITE = """
local present = redis.call('HGET', KEYS[1], 'revision') or '0'
if ARGV[2] ~= 'any' and ARGV[2] ~= present then return false end
local revision = redis.call('INCR', KEYS[2])
redis.call('HSET', KEYS[1], 'value', ARGV[1], 'revision', revision)
return revision
"""


class RedisLeases:
    """See `Leases`. TTLs are milliseconds, by the server's clock.

    Args:
        wire: the client.
    """

    def __init__(self, wire: RedisWire) -> None:
        self._wire = wire
        self._claim, self._renew, self._release = (Script(wire.client, one) for one in (_CLAIM, _RENEW, _RELEASE))
        self._counter = wire.key("revisions")

    async def claim(self, name: str, owner: str, ttl: float, value: bytes = b"") -> Lease | None:
        """See `Leases`."""
        revision = await self._claim([self._key(name), self._counter], owner, value, _milliseconds(ttl))
        return None if revision is None else Lease(name, owner, value, revision)

    async def renew(self, lease: Lease, ttl: float, value: bytes | None = None) -> Lease:
        """See `Leases`."""
        value = lease.value if value is None else value
        keys = [self._key(lease.name), self._counter]
        revision = await self._renew(keys, lease.revision, value, _milliseconds(ttl))
        if revision is None:
            raise LeaseLost(f"the lease {lease.name} of {lease.owner} ended before it was renewed")
        return replace(lease, value=value, revision=revision)

    async def release(self, lease: Lease) -> None:
        """See `Leases`."""
        await self._release([self._key(lease.name)], lease.revision)

    async def look(self, name: str) -> Lease | None:
        """See `Leases`."""
        return _lease(name, await answered(self._wire.client.hgetall(self._key(name))))

    async def held(self, prefix: str = "") -> Mapping[str, Lease]:
        """See `Leases`."""
        before = self._key("")
        keys = await answered(_scan(self._wire, self._key(prefix) + "*"))
        found = [await self.look(key.decode().removeprefix(before)) for key in keys]
        return {lease.name: lease for lease in found if lease is not None}

    def _key(self, name: str) -> str:
        return self._wire.key("lease", name)


class RedisRegister:
    """See `Register`.

    Args:
        wire: the client.
    """

    def __init__(self, wire: RedisWire) -> None:
        self._wire = wire
        self._write = Script(wire.client, _WRITE)

    async def read(self, name: str) -> Entry | None:
        """See `Register`."""
        found = await answered(self._wire.client.hgetall(self._key(name)))
        return Entry(found[b"value"], int(found[b"revision"])) if found else None

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        """See `Register`."""
        expected = "any" if revision is None else str(revision)
        written: int | None = await self._write([self._key(name), self._wire.key("revisions")], value, expected)
        return written

    async def remove(self, name: str) -> None:
        """See `Register`."""
        await answered(self._wire.client.delete(self._key(name)))

    def _key(self, name: str) -> str:
        return self._wire.key("value", name)


async def _scan(wire: RedisWire, pattern: str) -> set[bytes]:
    return {key async for key in wire.client.scan_iter(match=pattern, count=1000)}


def _lease(name: str, found: dict[bytes, Any]) -> Lease | None:
    if not found:
        return None
    return Lease(name, found[b"owner"].decode(), found[b"value"], int(found[b"revision"]))


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))
