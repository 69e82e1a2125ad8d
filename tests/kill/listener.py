"""The process that is killed: writes down the id of every event it handles."""

from __future__ import annotations

import asyncio
import os
import sys

from gatewaysdk import Backoff, FileSessionStore, MessageDelete, Shard


async def main(url: str, token: str, session_file: str, log_file: str) -> None:
    # One write with O_APPEND: it is in the file as a whole or not at all, whenever the kill comes.
    log = os.open(log_file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    shard = Shard(token, url=url, session_store=FileSessionStore(session_file), policy=Backoff(base=0.01, cap=0.05))

    @shard.on(MessageDelete)
    async def note(event: MessageDelete) -> None:
        os.write(log, b"%d\n" % event.id)
        if event.id % 7 == 0:
            await asyncio.sleep(0)  # so that some are killed while they wait

    await shard.run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
