"""A bot that misses no event when it is restarted, even after ``kill -9``: it keeps its session in a file.

Discord keeps a session for a short while only; after that, the shard starts a new one by itself.

Run it with ``DISCORD_TOKEN=... python examples/resume_after_restart.py``, stop it with Ctrl-C and start it again.

With structs: `from gatewaysdk.structs import MessageCreate, Ready, Resumed`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from gatewaysdk import DEFAULT_URL, FileSessionStore, MessageCreate, Ready, Resumed, Shard


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        session_store=FileSessionStore(os.environ.get("SESSION_FILE", "session.json")),
    )

    @shard.on(Ready)
    async def started(event: Ready) -> None:
        print("new session", event.session_id)

    @shard.on(Resumed)
    async def resumed(event: Resumed) -> None:
        print("resumed")

    @shard.on(MessageCreate)
    async def log_message(event: MessageCreate) -> None:
        print("message", event.id)

    await shard.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
