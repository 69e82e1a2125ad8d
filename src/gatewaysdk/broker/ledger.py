"""Exactly once in effect: a table in your own database says which events your transactions have handled.

An event comes again when a process ends between the commit of a handler and the acknowledgement. The note is written in
the handler's own transaction, so that both are there or neither. One row is kept for each event: events of different
guilds are handled at the same time, so that no sequence number says that all below it are done.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Protocol

from ..errors import ConfigurationError
from .consumer.origin import Origin

__all__ = ["KEEP", "AsyncpgLedger", "PsycopgLedger", "SqliteLedger"]

KEEP = 7 * 86_400
"""Seconds for which an event is remembered, unless you say otherwise."""

_EVERY = 256
"""Events between two looks for old rows."""

_TABLE = """
CREATE TABLE IF NOT EXISTS gatewaysdk_handled (
    consumer TEXT NOT NULL,
    session_id TEXT NOT NULL,
    sequence BIGINT NOT NULL,
    shard_id INTEGER NOT NULL,
    num_shards INTEGER NOT NULL,
    handled_at BIGINT NOT NULL,
    PRIMARY KEY (consumer, session_id, sequence)
)
"""
_INDEX = "CREATE INDEX IF NOT EXISTS gatewaysdk_handled_at ON gatewaysdk_handled (handled_at)"

_NOTE = """
INSERT INTO gatewaysdk_handled (consumer, session_id, sequence, shard_id, num_shards, handled_at)
VALUES ({0}, {1}, {2}, {3}, {4}, {now}) ON CONFLICT DO NOTHING
"""

# At most four times as many as come between two looks, so that no transaction takes long for it.
_PRUNE = """
DELETE FROM gatewaysdk_handled WHERE {row} IN (
    SELECT {row} FROM gatewaysdk_handled WHERE handled_at < {now} - {0} ORDER BY handled_at LIMIT {most} {lock}
)
"""


class _Ledger:
    """What the ledgers have in common.

    Args:
        keep: seconds for which an event is remembered by the database's clock. It must be no less than the time for
            which the log keeps events, as an event could come again for that long.
    """

    _marks: tuple[str, ...]
    _now: str
    _row: str
    _lock: str = ""

    def __init__(self, keep: float = KEEP) -> None:
        if isinstance(keep, bool) or not isinstance(keep, int | float) or not 0 < keep < float("inf"):
            raise ConfigurationError(f"keep is {keep!r}; it takes seconds above 0")
        self._keep = int(keep)
        self._count = itertools.count(1)

    @property
    def _note(self) -> str:
        return _NOTE.format(*self._marks, now=self._now)

    @property
    def _prune(self) -> str:
        return _PRUNE.format(self._marks[0], row=self._row, now=self._now, most=4 * _EVERY, lock=self._lock)

    def _is_time_to_prune(self) -> bool:
        return next(self._count) % _EVERY == 0


def _values(origin: Origin) -> tuple[str, str, int, int, int]:
    return origin.consumer, origin.session_id, origin.sequence, *origin.shard


class _Cursor(Protocol):
    @property
    def rowcount(self) -> int: ...


class _SqliteConnection(Protocol):
    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> _Cursor: ...


class SqliteLedger(_Ledger):
    """Notes handled events through a connection of `sqlite3`."""

    _marks = ("?",) * 5
    _now = "CAST(strftime('%s', 'now') AS INTEGER)"
    _row = "rowid"

    def create(self, connection: _SqliteConnection) -> None:
        """Make the table, if it is not there. Call it once, at the start."""
        connection.execute(_TABLE)
        connection.execute(_INDEX)

    def first_time(self, connection: _SqliteConnection, origin: Origin) -> bool:
        """Note an event in the open transaction. Returns False if it was noted before: then do nothing for it.

        Let the handler raise when its transaction fails: the note goes with it, and the event comes again.
        """
        if self._is_time_to_prune():
            connection.execute(self._prune, (self._keep,))
        return connection.execute(self._note, _values(origin)).rowcount == 1


class _PsycopgConnection(Protocol):
    async def execute(self, query: Any, params: Any = ..., /) -> Any: ...


class PsycopgLedger(_Ledger):
    """Notes handled events in PostgreSQL, through an `AsyncConnection` or `AsyncCursor` of psycopg 3."""

    _marks = ("%s",) * 5
    _now = "CAST(extract(epoch FROM now()) AS BIGINT)"
    _row = "ctid"
    _lock = "FOR UPDATE SKIP LOCKED"

    async def create(self, connection: _PsycopgConnection) -> None:
        """Make the table, if it is not there. Call it once, at the start, and commit."""
        await connection.execute(_TABLE)
        await connection.execute(_INDEX)

    async def first_time(self, connection: _PsycopgConnection, origin: Origin) -> bool:
        """Note an event in the open transaction; see `SqliteLedger.first_time`.

        While another transaction handles the same event this waits for its end.
        """
        if self._is_time_to_prune():
            await connection.execute(self._prune, (self._keep,))
        cursor: _Cursor = await connection.execute(self._note, _values(origin))
        return cursor.rowcount == 1


class _AsyncpgConnection(Protocol):
    async def execute(self, query: str, *arguments: Any) -> str: ...


class AsyncpgLedger(_Ledger):
    """Notes handled events in PostgreSQL, through a connection of asyncpg within ``connection.transaction()``."""

    _marks = ("$1", "$2", "$3", "$4", "$5")
    _now = PsycopgLedger._now
    _row = "ctid"
    _lock = PsycopgLedger._lock

    async def create(self, connection: _AsyncpgConnection) -> None:
        """Make the table, if it is not there. Call it once, at the start."""
        await connection.execute(_TABLE)
        await connection.execute(_INDEX)

    async def first_time(self, connection: _AsyncpgConnection, origin: Origin) -> bool:
        """Note an event in the open transaction; see `SqliteLedger.first_time` and `PsycopgLedger.first_time`."""
        if self._is_time_to_prune():
            await connection.execute(self._prune, self._keep)
        return await connection.execute(self._note, *_values(origin)) == "INSERT 0 1"
