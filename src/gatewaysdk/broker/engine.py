"""The parts of an engine together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from .log import ConsumedLog
from .memory import MemoryBus, MemoryLeases, MemoryRegister, MemoryStore
from .permits import ClusterIdentifyQueue
from .protocols import CommandBus, Leases, Register
from .sessions import RegisterSessionStore
from .starts import ClusterStarts
from .store import LogStore

__all__ = ["Engine", "memory_engine"]


@dataclass(frozen=True)
class Engine:
    """What a host or a consumer needs of an engine, over one connection.

    Attributes:
        leases: names that one owner holds at a time.
        register: named values.
        store: the events of all shards, as stored.
        bus: questions and answers.
        close: ends the connection.
    """

    leases: Leases
    register: Register
    store: LogStore
    bus: CommandBus
    close: Callable[[], Awaitable[None]]

    @property
    def log(self) -> ConsumedLog:
        """The log of events, with consumers."""
        return ConsumedLog(self.store, self.leases, self.register)

    @property
    def sessions(self) -> RegisterSessionStore:
        """The sessions of all shards."""
        return RegisterSessionStore(self.register)

    def identify_queue(self, host: str, *, reserve: int = 10) -> ClusterIdentifyQueue:
        """Return the identify queue of a host; each host has one."""
        return ClusterIdentifyQueue(self.leases, ClusterStarts(self.leases, self.register, reserve=reserve), host)


def memory_engine(clock: Callable[[], float] | None = None) -> Engine:
    """Return an engine within this process, for tests.

    Args:
        clock: seconds, by which leases end; by default real ones.
    """

    async def close() -> None:
        pass

    leases = MemoryLeases() if clock is None else MemoryLeases(clock)
    return Engine(leases, MemoryRegister(), MemoryStore(), MemoryBus(), close)
