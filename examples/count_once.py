"""Count messages in SQLite, each once, although an event may come again after a crash."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

from gatewaysdk import MessageCreate
from gatewaysdk.broker import EventConsumer, SqliteLedger
from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.broker.opening import open_engine


async def main() -> None:
    database, ledger = sqlite3.connect("bot.db"), SqliteLedger()
    with database:
        ledger.create(database)
        database.execute("CREATE TABLE IF NOT EXISTS messages (guild_id INTEGER PRIMARY KEY, count INTEGER)")
    engine = await open_engine(read_cluster_file(Path("cluster.toml")))
    consumer = EventConsumer("counter", engine.log)

    @consumer.on(MessageCreate, where="guild")
    async def on_message(event: MessageCreate) -> None:
        with database:  # one transaction: the count and the note that it holds are stored together, or neither is
            if ledger.first_time(database, consumer.origin):
                database.execute(
                    "INSERT INTO messages VALUES (?, 1) ON CONFLICT DO UPDATE SET count = count + 1", (event.guild_id,)
                )

    try:
        await consumer.run()
    finally:
        await engine.close()
        database.close()


if __name__ == "__main__":
    asyncio.run(main())
