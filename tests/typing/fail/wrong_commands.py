"""Commands that both type checkers must refuse."""

from __future__ import annotations

from gatewaysdk import RequestGuildMembers, RequestSoundboardSounds, Shard, UpdatePresence, UpdateVoiceState

shard = Shard("token")

RequestGuildMembers(query="", limit=0)  # error: Missing named argument "guild_id"  # pyright: Argument missing for parameter "guild_id"
RequestGuildMembers(guild_id=1.5, query="", limit=0)  # error: incompatible type "float"  # pyright: "float"
RequestGuildMembers(guild_id=1, query="", limit="all")  # error: incompatible type.*all  # pyright: Literal\['all'\]
RequestGuildMembers(guild_id=1, user=2)  # error: [Uu]nexpected keyword argument "user"  # pyright: No parameter named "user"
RequestGuildMembers(1, "", 0)  # error: Too many positional arguments  # pyright: Expected 1 positional argument|Expected 0 positional
RequestGuildMembers(guild_id=1, query=None, limit=0)  # error: incompatible type "None"  # pyright: "None"
RequestSoundboardSounds(guild_ids=1)  # error: incompatible type "int"  # pyright: Literal\[1\]
UpdateVoiceState(guild_id=1, self_mute=False, self_deaf=False)  # error: Missing named argument "channel_id"  # pyright: "channel_id"
UpdatePresence(since=None, activities=["playing"], status="online", afk=False)  # error: has incompatible type "str"  # pyright: PresenceActivity


async def send() -> None:
    await shard.send("hello")  # error: incompatible type "str"  # pyright: "Command"
    await shard.send({"op": 3, "d": None})  # error: incompatible type "dict  # pyright: "Command"
    shard.send(RequestGuildMembers(guild_id=1, query="", limit=0))  # error: must be used  # pyright: is not awaited|not used
