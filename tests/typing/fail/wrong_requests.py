"""Requests that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import Shard

shard = Shard("token")


async def members() -> None:
    await shard.request_guild_members(guild_id=1)  # error: No overload variant  # pyright: No overloads
    await shard.request_guild_members(guild_id=1, query="a")  # error: No overload variant  # pyright: No overloads
    await shard.request_guild_members(guild_id=1, query="a", limit=1, user_ids=[1])  # error: No overload  # pyright: No overloads
    await shard.request_guild_members(guild_id=1, user_ids=1, limit=1)  # error: No overload  # pyright: No overloads
    await shard.request_guild_members(guild_id=1, user_ids=1, nonce="mine")  # error: No overload  # pyright: No overloads
    await shard.request_guild_members(guild_id=1, user_ids=1, on_rate_limited="retry")  # error: No overload  # pyright: OnRateLimited
    found = await shard.request_guild_members(guild_id=1, user_ids=1)
    print(found.missing)  # error: "GuildMembers" has no attribute "missing"  # pyright: Cannot access attribute "missing"
    print(found[0].name)  # error: "GuildMember" has no attribute "name"  # pyright: Cannot access attribute "name"
    async for member in shard.request_guild_members(guild_id=1, user_ids=1):
        print(member.user)  # error: "GuildMembersChunk" has no attribute "user"  # pyright: Cannot access attribute "user"
    for _ in shard.request_guild_members(guild_id=1, user_ids=1):  # error: has no attribute "__iter__"  # pyright: is not iterable
        pass


async def others() -> None:
    shard.request_channel_info(guild_id=1, fields=["status"])  # error: must be used  # pyright: is not used
    await shard.request_soundboard_sounds(guild_ids=1)  # error: incompatible type "int"  # pyright: "Literal\[1\]"
    await shard.join_voice(guild_id=1, channel_id=None)  # error: incompatible type "None"  # pyright: "None"
    info = await shard.join_voice(guild_id=1, channel_id=2)
    info.endpoint = "mine"  # error: read-only  # pyright: attribute "endpoint"
    await shard.update_presence(status="idle")  # error: Missing named argument "since"  # pyright: Arguments missing
    await shard.update_voice_state(guild_id=1, channel_id=2, mute=True)  # error: Unexpected keyword argument "mute"  # pyright: No parameter named "mute"
