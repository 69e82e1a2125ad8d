"""Exactly once in effect: an event that comes again finds its note in the program's own database."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, TypingStart
from gatewaysdk.broker import Engine, memory_engine
from gatewaysdk.broker.consumer import EventConsumer, Origin
from gatewaysdk.broker.ledger import AsyncpgLedger, PsycopgLedger, SqliteLedger

from .consumer.conftest import append, typing

ORIGIN = Origin("bot", (0, 2), "abc", 7, "TYPING_START", 1)
_POSTGRES = Path("/usr/lib/postgresql")


def count(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM gatewaysdk_handled").fetchone()[0])


def test_the_first_time_is_true_and_later_ones_false() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        ledger = SqliteLedger()
        ledger.create(connection)
        ledger.create(connection)
        assert ledger.first_time(connection, ORIGIN)
        assert not ledger.first_time(connection, replace(ORIGIN, attempt=2))
        for other in (
            replace(ORIGIN, sequence=8),
            replace(ORIGIN, session_id="other"),
            replace(ORIGIN, consumer="other"),
        ):
            assert ledger.first_time(connection, other)


def test_the_note_goes_with_its_transaction() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        ledger = SqliteLedger()
        ledger.create(connection)
        with connection:
            assert ledger.first_time(connection, ORIGIN)
            connection.rollback()
        assert ledger.first_time(connection, ORIGIN)


def test_rows_older_than_the_log_are_forgotten_and_others_are_not() -> None:
    with closing(sqlite3.connect(":memory:")) as connection:
        ledger = SqliteLedger(keep=100)
        ledger.create(connection)
        for sequence in range(200):
            ledger.first_time(connection, replace(ORIGIN, sequence=sequence))
        connection.execute("UPDATE gatewaysdk_handled SET handled_at = handled_at - 101 WHERE sequence < 150")
        for sequence in range(200, 256):
            ledger.first_time(connection, replace(ORIGIN, sequence=sequence))
        assert count(connection) == 256 - 150
        assert not ledger.first_time(connection, replace(ORIGIN, sequence=150))


@pytest.mark.parametrize("keep", [0, -1, True, float("inf"), "1"])
def test_a_time_that_cannot_work_is_refused(keep: Any) -> None:
    with pytest.raises(ConfigurationError, match="keep is"):
        SqliteLedger(keep)


async def test_a_handler_takes_effect_once_although_its_event_comes_again(tmp_path: Path) -> None:
    engine = memory_engine()
    await append(engine, *(typing(number) for number in range(1, 11)))
    ledger = SqliteLedger()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as connection:
        ledger.create(connection)
        connection.execute("CREATE TABLE seen (user_id INTEGER)")
        calls: list[int] = []
        for last in (6, 10):
            # The first run ends as a crash does: after the commit of its last event, and before that is noted as done.
            log: Any = _ForgetfulLog(engine, 6) if last == 6 else engine.log
            consumer = EventConsumer("bot", log)

            @consumer.on(TypingStart)
            async def on_typing(event: TypingStart, consumer: EventConsumer, last: int = last) -> None:
                calls.append(int(event.user_id))
                with connection:
                    if ledger.first_time(connection, consumer.origin):
                        connection.execute("INSERT INTO seen VALUES (?)", (int(event.user_id),))
                if event.user_id == last:
                    consumer.stop()

            async with asyncio.timeout(30):
                await consumer.run(stop_signals=())
        assert calls.count(6) == 2, "it came again"
        rows = [row[0] for row in connection.execute("SELECT user_id FROM seen ORDER BY rowid")]
        assert rows == list(range(1, 11))


class _ForgetfulLog:
    """A log that does not hear that one event is done, nor that later ones are."""

    def __init__(self, engine: Engine, sequence: int) -> None:
        self._log = engine.log
        self._sequence = sequence
        self.lag = self._log.lag
        self.bury = self._log.bury

    async def consume(self, consumer: str, *, names: Any = (), shards: Any = ()) -> Any:
        async for delivered in self._log.consume(consumer, names=names, shards=shards):
            yield _Unheard(delivered) if delivered.event.sequence >= self._sequence else delivered


class _Unheard:
    def __init__(self, delivered: Any) -> None:
        self.event, self.attempt = delivered.event, delivered.attempt

    async def done(self) -> None:
        """Nobody hears it."""


# PostgreSQL


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Start PostgreSQL on loopback; yield its connection string."""
    found = sorted(_POSTGRES.glob("*/bin/initdb"))
    if not found:
        pytest.skip(f"there is no PostgreSQL below {_POSTGRES}")
    binaries = found[-1].parent
    user = "postgres" if os.geteuid() == 0 else None
    if user is not None and (shutil.which("setpriv") is None or subprocess.run(["id", user]).returncode):
        pytest.skip("PostgreSQL does not run as root, and setpriv or the user postgres is missing")
    folder = tmp_path_factory.mktemp("postgres")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if user else []
    if user:
        for parent in [folder, *folder.parents][:4]:
            parent.chmod(parent.stat().st_mode | 0o011)
        shutil.chown(folder, user, user)
    data = folder / "data"
    make = [*as_user, str(binaries / "initdb"), "-D", str(data), "-A", "trust", "-U", "bot", "--no-sync"]
    done = subprocess.run(make, capture_output=True, text=True, cwd="/", check=False)
    if done.returncode:
        pytest.skip(f"initdb failed: {done.stderr.strip()[-300:]}")
    serve = [
        *as_user,
        str(binaries / "postgres"),
        "-D",
        str(data),
        "-p",
        str(port),
        "-h",
        "127.0.0.1",
        "-k",
        str(folder),
    ]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*serve, "-F"], stdout=log, stderr=log, cwd="/")
    try:
        for _ in range(600):
            ready = subprocess.run(
                [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(port), "-t", "1"],
                capture_output=True, check=False,
            )  # fmt: skip
            if ready.returncode == 0:
                break
            assert server.poll() is None, (folder / "log").read_text()[-2000:]
        yield f"host=127.0.0.1 port={port} user=bot dbname=postgres"
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture
async def psycopg_connection(postgres: str) -> AsyncIterator[Any]:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    async with await psycopg.AsyncConnection.connect(postgres) as connection:
        await connection.execute("DROP TABLE IF EXISTS gatewaysdk_handled")
        yield connection


async def test_psycopg(psycopg_connection: Any, postgres: str) -> None:
    psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    connection, ledger = psycopg_connection, PsycopgLedger(keep=100)
    await ledger.create(connection)
    await connection.commit()
    assert await ledger.first_time(connection, ORIGIN)
    await connection.rollback()
    assert await ledger.first_time(connection, ORIGIN)
    async with await psycopg.AsyncConnection.connect(postgres) as other:
        waiting = asyncio.create_task(PsycopgLedger().first_time(other, ORIGIN))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done, "another transaction has the event in hand, and may yet fail"
        await connection.commit()
        assert not await waiting
    await connection.execute("UPDATE gatewaysdk_handled SET handled_at = handled_at - 101")
    for sequence in range(1000, 1256):
        await ledger.first_time(connection, replace(ORIGIN, sequence=sequence))
    cursor = await connection.execute("SELECT count(*) FROM gatewaysdk_handled")
    assert await cursor.fetchone() == (256,)
    assert await ledger.first_time(connection.cursor(), replace(ORIGIN, sequence=9))


async def test_asyncpg(postgres: str) -> None:
    asyncpg = pytest.importorskip("asyncpg", reason="asyncpg is not installed")
    parts = dict(part.split("=") for part in postgres.split())
    connection = await asyncpg.connect(
        host=parts["host"], port=int(parts["port"]), user=parts["user"], database=parts["dbname"], ssl=False
    )
    ledger = AsyncpgLedger(keep=100)
    try:
        await connection.execute("DROP TABLE IF EXISTS gatewaysdk_handled")
        await ledger.create(connection)
        transaction = connection.transaction()
        await transaction.start()
        assert await ledger.first_time(connection, ORIGIN)
        await transaction.rollback()
        async with connection.transaction():
            assert await ledger.first_time(connection, ORIGIN)
            assert not await ledger.first_time(connection, ORIGIN)
        await connection.execute("UPDATE gatewaysdk_handled SET handled_at = handled_at - 101")
        for sequence in range(1000, 1256):
            await ledger.first_time(connection, replace(ORIGIN, sequence=sequence))
        assert await connection.fetchval("SELECT count(*) FROM gatewaysdk_handled") == 256
    finally:
        await connection.close()
