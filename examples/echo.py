"""Answers ``!echo something`` with ``something``, over Discord's REST API and plain aiohttp.

Switch on the Message Content intent on the application's Bot page.
Run it with ``DISCORD_TOKEN=... python examples/echo.py``. docs/howto/answer.md says more.

With structs, which take less time: `from gatewaysdk.structs import MessageCreate, Ready`.
"""

from __future__ import annotations

import os

import aiohttp

import gatewaysdk
from gatewaysdk import DEFAULT_URL, Intents, MessageCreate, Ready, Shard

API = os.environ.get("API_URL", "https://discord.com/api/v10")


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        extra_intents=Intents.MESSAGE_CONTENT,
    )
    async with aiohttp.ClientSession(headers={"Authorization": f"Bot {os.environ['DISCORD_TOKEN']}"}) as http:

        @shard.on(Ready)
        async def say_who_we_are(event: Ready) -> None:
            print(f"logged in as {event.user.username}")

        @shard.on(MessageCreate)
        async def echo(event: MessageCreate) -> None:
            if event.author.bot or not event.content.startswith("!echo "):
                return  # also its own messages: a bot that answers those never stops
            answer = {
                "content": event.content.removeprefix("!echo "),
                "message_reference": {"message_id": str(event.id)},
                "allowed_mentions": {"parse": []},  # so that nobody can have it mention @everyone
            }
            async with http.post(f"{API}/channels/{event.channel_id}/messages", json=answer) as response:
                response.raise_for_status()
            print(f"echoed {event.author.username}")

        await shard.run()


if __name__ == "__main__":
    gatewaysdk.run(main())
