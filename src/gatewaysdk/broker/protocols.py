"""What an engine does for a cluster. Small protocols, so that engines can be replaced one by one.

`IdentifyQueue` (identify/queue.py) and `SessionStore` (sessions/store.py) are the other two.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

__all__ = [
    "CommandBus",
    "DeadLetter",
    "Delivered",
    "Entry",
    "EventLog",
    "Lease",
    "Leases",
    "LogPosition",
    "LoggedEvent",
    "Register",
    "ServeCommand",
    "ShardKey",
]

ShardKey: TypeAlias = tuple[int, int]
"""(shard_id, num_shards), as in IDENTIFY. All shards with the same num_shards are a generation."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A name that is ours until the engine's clock says otherwise.

    Attributes:
        name: what is leased, such as ``shard.3.16`` or ``host.a``.
        owner: who holds it.
        value: what the owner said with it, such as the capacity of a host.
        revision: changes with each renewal; a renewal with an old one fails.
    """

    name: str
    owner: str
    value: bytes
    revision: int


class Leases(Protocol):
    """Names that at most one owner holds at a time. Only the engine's clock ends a lease."""

    async def claim(self, name: str, owner: str, ttl: float, value: bytes = b"") -> Lease | None:
        """Take a name that nobody holds, for ``ttl`` seconds; None while another holds it."""

    async def renew(self, lease: Lease, ttl: float, value: bytes | None = None) -> Lease:
        """Hold it for ``ttl`` seconds from now. Raises `LeaseLost` when it is no longer ours."""
        ...

    async def release(self, lease: Lease) -> None:
        """Give it back; nothing happens when it was lost."""

    async def look(self, name: str) -> Lease | None:
        """Return the lease of a name, or None if nobody holds it."""

    async def held(self, prefix: str = "") -> Mapping[str, Lease]:
        """Return all leases whose names begin with ``prefix``, by name. It may be some milliseconds old."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A named value.

    Attributes:
        value: what was written last.
        revision: changes with each write.
    """

    value: bytes
    revision: int


class Register(Protocol):
    """Named values that stay until they are replaced: sessions, the day's budget, how far a consumer is."""

    async def read(self, name: str) -> Entry | None:
        """Return the value of a name, or None."""

    async def write(self, name: str, value: bytes, revision: int | None = None) -> int | None:
        """Write a value and return its revision.

        With a ``revision``, write only if the present value has it, where 0 says that there is none; return None if
        not. So of two that have read the same value, one writes the next.
        """

    async def remove(self, name: str) -> None:
        """Forget a name."""


@dataclass(frozen=True, slots=True)
class LoggedEvent:
    """A dispatch as it came.

    Attributes:
        shard: the shard that received it.
        session_id: the session that it belongs to.
        sequence: its ``s``. With ``session_id`` it is the event's identity.
        name: its ``t``, such as ``MESSAGE_CREATE``.
        data: its ``d``, undecoded, in ``encoding``.
        encoding: ``json`` or ``etf``.
    """

    shard: ShardKey
    session_id: str
    sequence: int
    name: str
    data: bytes
    encoding: str


@dataclass(frozen=True, slots=True)
class LogPosition:
    """Where the log of a shard ends.

    Attributes:
        position: what the next `EventLog.append` expects; 0 for an empty log.
        session_id: of the last event; None for an empty log.
        sequence: of the last event; None for an empty log.
    """

    position: int
    session_id: str | None
    sequence: int | None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event that a consumer could not handle.

    Attributes:
        number: tells it from the other dead letters.
        consumer: the durable name of the consumer.
        event: the event.
        reason: why it could not be handled, in words.
    """

    number: int
    consumer: str
    event: LoggedEvent
    reason: str


class Delivered(Protocol):
    """An event that a consumer has in hand.

    Attributes:
        event: the event.
        attempt: 1 for the first delivery, and one more for each further one.
    """

    @property
    def event(self) -> LoggedEvent: ...

    @property
    def attempt(self) -> int: ...

    async def done(self) -> None:
        """The event was handled: once this has returned, it does not come again.

        Raises:
            LeaseLost: this process stood still for so long that another one has the shard's events now, this one
                among them.
        """

    async def failed(self, delay: float = 0.0) -> None:
        """Deliver it again, after ``delay`` seconds. Some thousands of later events do not wait for it.

        Raises:
            LeaseLost: as in `done`.
        """


class EventLog(Protocol):
    """The events of all shards: once, and in order for each shard. The log is the fence, not the lease."""

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        """Store all of ``batch`` or nothing. Returns the position that the next batch must expect.

        Raises:
            Fenced: the log of the shard does not end at ``expected``: another host has appended.
            BrokerUnavailable: the engine did not answer. The batch may be stored or not: ask `last`.
        """
        ...

    async def last(self, shard: ShardKey) -> LogPosition:
        """Return where the log of a shard ends."""
        ...

    def consume(
        self, consumer: str, *, names: Sequence[str] = (), shards: Sequence[ShardKey] = ()
    ) -> AsyncGenerator[Delivered, None]:
        """Yield events in order for each shard; those that were not `done` come again after a crash.

        ``consumer`` is the durable name: several processes that use it share the shards among them. Without ``names``
        or ``shards`` it gets all. Close the iterator (``aclose``) when what is in hand is finished.
        """
        ...

    async def lag(self, consumer: str) -> int:
        """Return how many stored events the consumer has not finished."""
        ...

    async def bury(self, consumer: str, event: LoggedEvent, reason: str) -> None:
        """Keep an event that could not be handled among the dead letters of a consumer."""

    async def buried(self, consumer: str, limit: int = 1000) -> Sequence[DeadLetter]:
        """Return the oldest dead letters of a consumer, ``limit`` at most."""
        ...

    async def unbury(self, letter: DeadLetter) -> None:
        """Forget a dead letter, as it was handled or is not wanted."""


ServeCommand: TypeAlias = Callable[[bytes], Awaitable[bytes]]
"""Answers a question. An exception goes back to who asked, as `CommandFailed`."""


class CommandBus(Protocol):
    """Questions to whoever serves a name, such as ``shard.3.16``, and the answers."""

    async def request(self, name: str, payload: bytes, timeout: float) -> bytes:
        """Ask and return the answer.

        Raises:
            NobodyServes: nobody serves the name; said at once.
            CommandFailed: what answers questions to the name raised an error.
            TimeoutError: no answer within ``timeout`` seconds.
        """
        ...

    async def serve(self, name: str, handler: ServeCommand) -> Callable[[], Awaitable[None]]:
        """Answer questions to a name from now on. Returns what ends that."""
        ...
