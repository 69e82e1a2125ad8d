"""A shard of gatewaysdk itself."""

import asyncio
import json
import os

from gatewaysdk import GuildCreate, Intents, MessageCreate, Ready, Shard


def saw(what, **more):
    print(json.dumps({"saw": what, **more}), flush=True)


async def main():
    intents = Intents.MESSAGE_CONTENT | Intents.GUILD_MEMBERS
    shard = Shard(os.environ["TOKEN"], url=os.environ["GATEWAY_URL"], extra_intents=intents)

    @shard.on(Ready)
    async def on_ready(event: Ready) -> None:
        saw("ready", user=event.user.username)

    @shard.on(GuildCreate)
    async def on_guild(event: GuildCreate) -> None:
        saw("guild", id=str(event.id))

    @shard.on(MessageCreate)
    async def on_message(event: MessageCreate) -> None:
        saw("message", content=event.content, author=event.author.username)

    await shard.run()


asyncio.run(main())
