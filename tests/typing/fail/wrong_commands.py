"""Commands that both type checkers must refuse."""

from __future__ import annotations

import gatewaysdk
from gatewaysdk import UNSET, RequestGuildMembers, RequestSoundboardSounds, Shard, UpdatePresence, UpdateVoiceState
from gatewaysdk.commands import Heartbeat, Identify, IdentifyConnectionProperties, Resume

shard = Shard("token")

PROPERTIES = IdentifyConnectionProperties(os="linux", browser="b", device="d")

RequestGuildMembers(query="", limit=0)  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1.5, query="", limit=0)  # error: No overload variant of "RequestGuildMembers".*"float"  # pyright: "float"
RequestGuildMembers(guild_id=1, query="", limit="all")  # error: No overload variant of "RequestGuildMembers"  # pyright: Literal\['all'\]
RequestGuildMembers(guild_id=1, user=2)  # error: [Uu]nexpected keyword argument "user"  # pyright: No overloads
RequestGuildMembers(1, "", 0)  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, query=None, limit=0)  # error: No overload variant of "RequestGuildMembers".*"None"  # pyright: "None"

# Exactly one of query and user_ids; limit goes with query, and only with it.
RequestGuildMembers(guild_id=1)  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, presences=True, nonce="n")  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, query="a")  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, limit=1)  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, query="a", limit=1, user_ids=[2])  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, query="a", user_ids=[2])  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, limit=1, user_ids=[2])  # error: No overload variant of "RequestGuildMembers"  # pyright: No overloads
RequestGuildMembers(guild_id=1, user_ids=UNSET)  # error: No overload variant of "RequestGuildMembers"  # pyright: UNSET

RequestSoundboardSounds(guild_ids=1)  # error: incompatible type "int"  # pyright: Literal\[1\]
UpdateVoiceState(guild_id=1, self_mute=False, self_deaf=False)  # error: Missing named argument "channel_id"  # pyright: "channel_id"
UpdatePresence(since=None, activities=["playing"], status="online", afk=False)  # error: has incompatible type "str"  # pyright: PresenceActivity


async def send() -> None:
    await shard.send("hello")  # error: incompatible type "str"  # pyright: "Command"
    await shard.send({"op": 3, "d": None})  # error: incompatible type "dict  # pyright: "Command"
    # The shard sends these by itself; nothing that send() takes at the top of the package is refused when it runs.
    await shard.send(Heartbeat(1))  # error: incompatible type "Heartbeat"  # pyright: "Command"
    await shard.send(Resume(token="t", session_id="s", seq=1))  # error: incompatible type "Resume"  # pyright: "Command"
    await shard.send(Identify(token="t", properties=PROPERTIES, intents=0))  # error: incompatible type "Identify"  # pyright: "Command"
    print(gatewaysdk.Heartbeat)  # error: has no attribute "Heartbeat"  # pyright: "Heartbeat" is not a known attribute
    print(gatewaysdk.Identify)  # error: has no attribute "Identify"  # pyright: "Identify" is not a known attribute
    print(gatewaysdk.Resume)  # error: has no attribute "Resume"  # pyright: "Resume" is not a known attribute
    shard.send(RequestGuildMembers(guild_id=1, query="", limit=0))  # error: must be used  # pyright: is not awaited|not used
