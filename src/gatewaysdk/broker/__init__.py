"""Beyond one machine: leases of shards, a log of events, and commands back, over an engine that exists already.

`protocols` says what an engine must do, and `store` what its log stores; the rest of the room builds on these alone.
`memory.py`, `nats/` and `redis/` are engines. Nothing outside their folders imports the client of an engine.
"""

from __future__ import annotations

from .consumer import ConsumerStats, EventConsumer, Origin, Retries
from .engine import Engine, memory_engine
from .ledger import AsyncpgLedger, PsycopgLedger, SqliteLedger
from .protocols import (
    CommandBus,
    DeadLetter,
    Delivered,
    Entry,
    EventLog,
    Lease,
    Leases,
    LoggedEvent,
    LogPosition,
    Register,
    ServeCommand,
    ShardKey,
)

__all__ = [
    "AsyncpgLedger",
    "CommandBus",
    "ConsumerStats",
    "DeadLetter",
    "Delivered",
    "Engine",
    "Entry",
    "EventConsumer",
    "EventLog",
    "Lease",
    "Leases",
    "LogPosition",
    "LoggedEvent",
    "Origin",
    "PsycopgLedger",
    "Register",
    "Retries",
    "ServeCommand",
    "ShardKey",
    "SqliteLedger",
    "memory_engine",
]
