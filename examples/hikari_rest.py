"""Answers ``!echo something`` with hikari's REST client, which takes our ids; ``pip install hikari``.

Run it with ``DISCORD_TOKEN=... python examples/hikari_rest.py``.
"""

from __future__ import annotations

import os

import hikari

import gatewaysdk
from gatewaysdk import DEFAULT_URL, Intents, MessageCreate, Shard


async def main() -> None:
    token = os.environ["DISCORD_TOKEN"]
    shard = Shard(token, url=os.environ.get("GATEWAY_URL", DEFAULT_URL), extra_intents=Intents.MESSAGE_CONTENT)
    app = hikari.RESTApp(url=os.environ.get("API_URL", "https://discord.com/api/v10"))
    await app.start()
    try:
        async with app.acquire(token, hikari.TokenType.BOT) as rest:

            @shard.on(MessageCreate)
            async def echo(event: MessageCreate) -> None:
                if event.author.bot or not event.content.startswith("!echo "):
                    return
                text = event.content.removeprefix("!echo ")
                await rest.create_message(event.channel_id, text, reply=event.id)
                print(f"echoed {event.author.username}")

            await shard.run()
    finally:
        await app.close()


if __name__ == "__main__":
    gatewaysdk.run(main())
