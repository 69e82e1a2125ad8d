"""interactions.py."""

import json
import os

import interactions
from interactions.api.http.route import Route

Route.BASE = f"{os.environ['API_URL']}/api/v10"


def saw(what, **more):
    print(json.dumps({"saw": what, **more}), flush=True)


shards = int(os.environ["SHARDS"])
intents = interactions.Intents.DEFAULT | interactions.Intents.PRIVILEGED
options = {"intents": intents, "sync_interactions": False, "fetch_members": False}
client = interactions.AutoShardedClient(total_shards=shards, **options) if shards else interactions.Client(**options)


@interactions.listen()
async def on_ready(event: interactions.api.events.Ready) -> None:
    saw("ready", user=client.user.username)


@interactions.listen()
async def on_guild(event: interactions.api.events.GuildJoin) -> None:
    saw("guild", id=str(event.guild_id))


@interactions.listen()
async def on_message(event: interactions.api.events.MessageCreate) -> None:
    saw("message", content=event.message.content, author=event.message.author.username)
    if event.message.content == "!members":
        await event.message.guild.gateway_chunk(wait=True, presences=False)
        saw("members", count=len(event.message.guild.members))


for listener in (on_ready, on_guild, on_message):
    client.add_listener(listener)
client.start(os.environ["TOKEN"])
