"""discord.py, nextcord, disnake and py-cord, which are kin: the first argument says which."""

import importlib
import json
import os
import sys

import yarl

library = importlib.import_module(sys.argv[1])
http = importlib.import_module(f"{sys.argv[1]}.http")
base = f"{os.environ['API_URL']}/api/v10"
if hasattr(http.Route, "API_BASE_URL"):
    http.Route.API_BASE_URL = base  # py-cord
else:
    http.Route.BASE = base
gateway = importlib.import_module(f"{sys.argv[1]}.gateway")
if hasattr(gateway.DiscordWebSocket, "DEFAULT_GATEWAY"):
    gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["GATEWAY_URL"])  # discord.py does not ask for it


def saw(what, **more):
    print(json.dumps({"saw": what, **more}), flush=True)


options = {"intents": library.Intents.all(), "chunk_guilds_at_startup": False}
shards = int(os.environ["SHARDS"])
client = library.AutoShardedClient(shard_count=shards, **options) if shards else library.Client(**options)


@client.event
async def on_ready():
    saw("ready", user=client.user.name)
    for guild in client.guilds:
        saw("guild", id=str(guild.id))


@client.event
async def on_message(message):
    saw("message", content=message.content, author=message.author.name)
    if message.content == "!members":
        members = await message.guild.chunk(cache=False)
        saw("members", count=len(members))


client.run(os.environ["TOKEN"])
