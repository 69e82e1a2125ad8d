"""hikari."""

import json
import os

import hikari


def saw(what, **more):
    print(json.dumps({"saw": what, **more}), flush=True)


bot = hikari.GatewayBot(
    os.environ["TOKEN"],
    intents=hikari.Intents.ALL,
    rest_url=f"{os.environ['API_URL']}/api/v10",
    banner=None,
    auto_chunk_members=False,
)


@bot.listen()
async def on_started(event: hikari.StartedEvent) -> None:
    saw("ready", user=bot.get_me().username)


@bot.listen()
async def on_guild(event: hikari.GuildAvailableEvent) -> None:
    saw("guild", id=str(event.guild_id))


count = 0


@bot.listen()
async def on_chunk(event: hikari.MemberChunkEvent) -> None:
    global count
    count += len(event.members)
    if event.chunk_index + 1 == event.chunk_count:
        saw("members", count=count)


@bot.listen()
async def on_message(event: hikari.GuildMessageCreateEvent) -> None:
    saw("message", content=event.content, author=event.author.username)
    if event.content == "!members":
        await event.app.request_guild_members(event.guild_id)


shards = int(os.environ["SHARDS"])
bot.run(check_for_updates=False, **({"shard_count": shards, "shard_ids": range(shards)} if shards else {}))
