"""Write all members of the bot's guilds to a CSV file, a chunk of 1000 at a time.

Switch on the Server Members intent in the developer portal first. Run it with
``DISCORD_TOKEN=... python examples/member_export.py``; ``MEMBERS_FILE`` names another file than ``members.csv``.

With structs: `from gatewaysdk.structs import Ready`; what a request answers is a model in any case.
"""

from __future__ import annotations

import asyncio
import csv
import os
from collections.abc import Iterable

from gatewaysdk import DEFAULT_URL, GuildMembersChunk, Intents, Ready, RequestTimeout, Shard, Snowflake


def write(rows: Iterable[list[object]], mode: str = "a") -> None:
    with open(os.environ.get("MEMBERS_FILE", "members.csv"), mode, newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)


def rows_of(chunk: GuildMembersChunk) -> list[list[object]]:
    return [
        [chunk.guild_id, member.user.id, member.user.username, member.nick, member.joined_at]
        for member in chunk.members
        if member.user is not None
    ]


async def export(shard: Shard, guild_id: Snowflake) -> None:
    count = 0
    try:
        # However large the guild is, only one chunk is in memory.
        async for chunk in shard.request_guild_members(guild_id=guild_id, query="", limit=0):
            rows = rows_of(chunk)
            write(rows)
            count += len(rows)
    except RequestTimeout as error:  # such as for a guild that is unavailable
        print(error)
    print(f"{count} members of {guild_id}")


async def main() -> None:
    shard = Shard(
        os.environ["DISCORD_TOKEN"],
        url=os.environ.get("GATEWAY_URL", DEFAULT_URL),
        intents=Intents.GUILDS | Intents.GUILD_MEMBERS,
    )
    write([["guild", "user", "username", "nick", "joined"]], "w")
    async with shard:
        ready = await anext(shard.events(Ready))
        for guild in ready.guilds:
            await export(shard, guild.id)


if __name__ == "__main__":
    asyncio.run(main())
