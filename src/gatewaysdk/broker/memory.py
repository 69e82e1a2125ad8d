"""An engine within one process, for tests: the same promises as a server's, except that it ends with the process."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from ..errors import CommandFailed, Fenced, LeaseLost, NobodyServes
from .protocols import DeadLetter, Entry, Lease, LoggedEvent, LogPosition, ServeCommand, ShardKey
from .store import Selection, Stored

__all__ = ["MemoryBus", "MemoryLeases", "MemoryRegister", "MemoryStore"]


class MemoryLeases:
    """Leases by a clock that is passed in.

    Args:
        clock: seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._revisions = itertools.count(1)
        self._leases: dict[str, tuple[Lease, float]] = {}

    async def claim(self, name: str, owner: str, ttl: float, value: bytes = b"") -> Lease | None:
        """See `Leases`."""
        if self._present(name) is not None:
            return None
        return self._keep(Lease(name, owner, value, next(self._revisions)), ttl)

    async def renew(self, lease: Lease, ttl: float, value: bytes | None = None) -> Lease:
        """See `Leases`."""
        present = self._present(lease.name)
        if present is None or present.revision != lease.revision:
            raise LeaseLost(f"the lease {lease.name} of {lease.owner} ended before it was renewed")
        kept = lease.value if value is None else value
        return self._keep(Lease(lease.name, lease.owner, kept, next(self._revisions)), ttl)

    async def release(self, lease: Lease) -> None:
        """See `Leases`."""
        present = self._present(lease.name)
        if present is not None and present.revision == lease.revision:
            del self._leases[lease.name]

    async def look(self, name: str) -> Lease | None:
        """See `Leases`."""
        return self._present(name)

    async def held(self, prefix: str = "") -> Mapping[str, Lease]:
        """See `Leases`."""
        present = {name: self._present(name) for name in list(self._leases) if name.startswith(prefix)}
        return {name: lease for name, lease in present.items() if lease is not None}

    def _present(self, name: str) -> Lease | None:
        lease, until = self._leases.get(name, (None, 0.0))
        if lease is not None and self._clock() >= until:
            del self._leases[name]
            return None
        return lease

    def _keep(self, lease: Lease, ttl: float) -> Lease:
        self._leases[lease.name] = (lease, self._clock() + ttl)
        return lease


class MemoryRegister:
    """Named values in a dict."""

    def __init__(self) -> None:
        self._revisions = itertools.count(1)
        self._entries: dict[str, Entry] = {}

    async def read(self, name: str) -> Entry | None:
        """See `Register`."""
        return self._entries.get(name)

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        """See `Register`."""
        present = self._entries.get(name)
        if revision is not None and revision != (0 if present is None else present.revision):
            return None
        entry = self._entries[name] = Entry(value, next(self._revisions))
        return entry.revision

    async def remove(self, name: str) -> None:
        """See `Register`."""
        self._entries.pop(name, None)


class MemoryStore:
    """Events in a list for each shard, which is a partition; it never forgets one."""

    def __init__(self) -> None:
        self._logs: dict[ShardKey, list[LoggedEvent]] = {}
        self._numbers = itertools.count(1)
        self._letters: dict[int, DeadLetter] = {}
        self._more = asyncio.Condition()

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """See `EventLog`."""
        log = self._logs.setdefault(shard, [])
        if len(log) != expected:
            raise Fenced(f"the log of shard {shard[0]} of {shard[1]} ends at {len(log)}, not at {expected}")
        log += batch
        async with self._more:
            self._more.notify_all()
        return len(log)

    async def last(self, shard: ShardKey) -> LogPosition:
        """See `EventLog`."""
        log = self._logs.get(shard)
        if not log:
            return LogPosition(0, None, None)
        return LogPosition(len(log), log[-1].session_id, log[-1].sequence)

    async def partitions(self, selection: Selection) -> Sequence[str]:
        """See `LogStore`."""
        return [f"{shard}.{of}" for shard, of in self._logs if selection.has_shard((shard, of))]

    async def reader(self, partition: str, after: int, selection: Selection) -> _MemoryReader:
        """See `LogStore`."""
        shard, of = partition.split(".")
        return _MemoryReader(self._logs[int(shard), int(of)], after, selection, self._more)

    async def count(self, partition: str, after: int, selection: Selection) -> int:
        """See `LogStore`."""
        shard, of = partition.split(".")
        return sum(selection.has(event) for event in self._logs[int(shard), int(of)][after:])

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None:
        """See `EventLog`."""
        letter = DeadLetter(next(self._numbers), consumer, event, reason)
        self._letters[letter.number] = letter

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """See `EventLog`."""
        return [letter for letter in self._letters.values() if letter.consumer == consumer][:limit]

    async def unbury(self, letter: DeadLetter) -> None:
        """See `EventLog`."""
        self._letters.pop(letter.number, None)


class _MemoryReader:
    def __init__(self, log: list[LoggedEvent], after: int, selection: Selection, more: asyncio.Condition) -> None:
        self._log = log
        self._next = after
        self._selection = selection
        self._more = more

    async def read(self, limit: int, wait: float) -> Sequence[Stored]:
        try:
            async with asyncio.timeout(wait), self._more:
                await self._more.wait_for(lambda: len(self._log) > self._next)
        except TimeoutError:
            return []
        found = [Stored(self._next + at, event) for at, event in enumerate(self._log[self._next :][:limit], 1)]
        self._next += len(found)
        return [one for one in found if self._selection.has(one.event)]

    async def close(self) -> None:
        pass


class MemoryBus:
    """Questions between the tasks of a process. Several that serve a name take turns."""

    def __init__(self) -> None:
        self._handlers: dict[str, list[ServeCommand]] = {}

    async def request(self, name: str, payload: bytes, timeout: float) -> bytes:
        """See `CommandBus`."""
        handlers = self._handlers.get(name)
        if not handlers:
            raise NobodyServes(f"nobody serves {name} now")
        handlers.append(handler := handlers.pop(0))
        try:
            async with asyncio.timeout(timeout):
                try:
                    return await handler(payload)
                except Exception as error:
                    raise CommandFailed(name, type(error).__name__, str(error)) from error
        except TimeoutError:
            raise TimeoutError(f"{name} did not answer within {timeout:g} s") from None

    async def serve(self, name: str, handler: ServeCommand) -> Callable[[], Awaitable[None]]:
        """See `CommandBus`."""
        handlers = self._handlers.setdefault(name, [])
        handlers.append(handler)

        async def end() -> None:
            if handler in handlers:
                handlers.remove(handler)

        return end
