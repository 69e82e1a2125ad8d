"""Answers slash commands: at once, or after some time, with a second message; over plain aiohttp.

The command ``roll`` is answered at once, every other one later. Commands are made once, with the REST API.
Run it with ``DISCORD_TOKEN=... python examples/slash_command.py``. docs/howto/answer.md says more.
"""

from __future__ import annotations

import asyncio
import os
import random

import aiohttp

import gatewaysdk
from gatewaysdk import DEFAULT_URL, InteractionCreate, Shard
from gatewaysdk.enums import InteractionType
from gatewaysdk.models import ApplicationCommandData

API = os.environ.get("API_URL", "https://discord.com/api/v10")
MESSAGE, DEFERRED = 4, 5  # types of a callback
EPHEMERAL = 64  # only the user sees it


class Answers:
    """Answers to one interaction. Its token is the authorization, for 15 minutes; the bot token is not needed."""

    def __init__(self, http: aiohttp.ClientSession, event: InteractionCreate) -> None:
        self._http = http
        self._callback = f"{API}/interactions/{event.id}/{event.token}/callback"
        self._webhook = f"{API}/webhooks/{event.application_id}/{event.token}"

    async def reply(self, text: str) -> None:
        """Answer at once; Discord waits 3 seconds."""
        await self._send("POST", self._callback, {"type": MESSAGE, "data": {"content": text, "flags": EPHEMERAL}})

    async def defer(self) -> None:
        """Have Discord show that the bot is thinking."""
        await self._send("POST", self._callback, {"type": DEFERRED})

    async def edit(self, text: str) -> None:
        """Put the answer in the place of what `defer` shows."""
        await self._send("PATCH", f"{self._webhook}/messages/@original", {"content": text})

    async def follow_up(self, text: str) -> None:
        """Send a further message."""
        await self._send("POST", self._webhook, {"content": text})

    async def _send(self, method: str, url: str, body: dict[str, object]) -> None:
        async with self._http.request(method, url, json=body) as response:
            response.raise_for_status()


async def main() -> None:
    shard = Shard(os.environ["DISCORD_TOKEN"], url=os.environ.get("GATEWAY_URL", DEFAULT_URL), intents=0)
    async with aiohttp.ClientSession() as http:

        @shard.on(InteractionCreate)
        async def answer(event: InteractionCreate) -> None:
            if event.type != InteractionType.APPLICATION_COMMAND:
                return
            answers = Answers(http, event)
            if isinstance(event.data, ApplicationCommandData) and event.data.name == "roll":
                await answers.reply(f"You rolled {random.randint(1, 6)}")
            else:
                await answers.defer()
                await asyncio.sleep(float(os.environ.get("THINK_SECONDS", "2")))  # here the work is done
                await answers.edit("Done")
                await answers.follow_up("And one thing more")
            print("answered")

        await shard.run()


if __name__ == "__main__":
    gatewaysdk.run(main())
