"""The smallest bot: it logs the messages that it sees.

To read the text of messages, switch on the Message Content intent on the application's Bot page.

Run it with ``DISCORD_TOKEN=... python examples/echo.py``.

With structs, which take less time: `from gatewaysdk.structs import MessageCreate, Ready`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from gatewaysdk import DEFAULT_URL, Intents, MessageCreate, Ready, Shard


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        extra_intents=Intents.MESSAGE_CONTENT,
    )

    @shard.on(Ready)
    async def say_who_we_are(event: Ready) -> None:
        print(f"logged in as {event.user.username}")

    @shard.on(MessageCreate)
    async def log_message(event: MessageCreate) -> None:
        print(f"{event.author.username}: {event.content}")

    await shard.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
