"""A moderation bot with the mistakes that people make. Each must be found before it runs, by both type checkers."""

from __future__ import annotations

import asyncio
import os

from gatewaysdk import (
    Event,
    GuildAuditLogEntryCreate,
    GuildBanAdd,
    GuildBanRemove,
    GuildMemberAdd,
    GuildMemberRemove,
    Intents,
    InteractionCreate,
    MessageDelete,
    MessageDeleteBulk,
    MessageReactionAdd,
    MessageReactionRemove,
    PresenceActivity,
    PresenceUpdate,
    RequestGuildMembers,
    Shard,
    Snowflake,
    UpdatePresence,
    UpdateVoiceState,
    VoiceStateUpdate,
    listener,
)
from gatewaysdk.enums import ActivityType, AuditLogEvent, InteractionType, PresenceStatus


class ModerationLog:
    def __init__(self) -> None:
        self.channels: dict[Snowflake, Snowflake] = {}

    # What joins has a member's fields, of which the user may be missing.
    @listener(GuildMemberAdd)
    async def joined(self, event: GuildMemberAdd) -> None:
        print(event.user.username)  # error: "None" .*has no attribute "username"  # pyright: "username" is not a known attribute of "None"
        print(event.user_id)  # error: "GuildMemberAdd" has no attribute "user_id"  # pyright: "user_id" for class "GuildMemberAdd"
        print(event.joined_at.isoformat())  # error: "None" .*has no attribute "isoformat"  # pyright: "isoformat" is not a known attribute of "None"

    # The annotation is that of another event.
    @listener(GuildMemberRemove)  # error: incompatible type.*GuildMemberAdd  # pyright: GuildMemberAdd
    async def left(self, event: GuildMemberAdd) -> None: ...

    # One of the two events is forgotten.
    @listener(GuildBanAdd, GuildBanRemove)  # error: incompatible type.*GuildBanAdd  # pyright: GuildBanRemove
    async def ban(self, event: GuildBanAdd) -> None: ...

    # It is not async.
    @listener(MessageDelete, where="guild")  # error: incompatible type  # pyright: cannot be assigned to parameter
    def deleted(self, event: MessageDelete) -> None: ...

    # The text is gone with the message.
    @listener(MessageDelete)
    async def text(self, event: MessageDelete) -> None:
        print(event.content)  # error: "MessageDelete" has no attribute "content"  # pyright: "content" for class "MessageDelete"
        print(event.guild_id.created_at)  # error: "None" .*has no attribute "created_at"  # pyright: "created_at" is not a known attribute of "None"

    @listener(MessageDeleteBulk)
    async def deleted_at_once(self, event: MessageDeleteBulk) -> None:
        print(event.id)  # error: "MessageDeleteBulk" has no attribute "id"  # pyright: "id" for class "MessageDeleteBulk"
        count: int = event.ids  # error: Incompatible types in assignment  # pyright: is not assignable to declared type
        print(count)

    # Only one of the two tells of the member.
    @listener(MessageReactionAdd, MessageReactionRemove)
    async def reaction(self, event: MessageReactionAdd | MessageReactionRemove) -> None:
        print(event.member)  # error: "MessageReactionRemove" of .* has no attribute "member"  # pyright: "member" for class "MessageReactionRemove"
        print("custom " + event.emoji.name)  # error: Unsupported operand types  # pyright: Operator "\+" not supported
        print(event.emoji_id)  # error: has no attribute "emoji_id"  # pyright: "emoji_id" for class

    # Whoever is in no channel has no id of one.
    @listener(VoiceStateUpdate)
    async def voice(self, event: VoiceStateUpdate) -> None:
        self.channels[event.user_id] = event.channel_id  # error: Incompatible types in assignment  # pyright: "None" is not assignable to "Snowflake"
        print(event.before)  # error: "VoiceStateUpdate" has no attribute "before"  # pyright: "before" for class "VoiceStateUpdate"

    @listener(PresenceUpdate)
    async def presence(self, event: PresenceUpdate) -> None:
        if event.status == PresenceStatus.AWAY:  # error: "type\[PresenceStatus\]" has no attribute "AWAY"  # pyright: "AWAY" for class "type\[PresenceStatus\]"
            print("away")
        for activity in event.activities:  # error: "None" .*has no attribute "__iter__"  # pyright: "None" cannot be used as iterable
            print(activity.title)  # error: "Activity" .*has no attribute "title"  # pyright: "title" for class "Activity"

    @listener(GuildAuditLogEntryCreate)
    async def audit(self, event: GuildAuditLogEntryCreate) -> None:
        if event.action_type == AuditLogEvent.KICK:  # error: has no attribute "KICK"  # pyright: "KICK" for class
            print("kicked")
        print(event.reason.upper())  # error: "None" .*has no attribute "upper"  # pyright: "upper" is not a known attribute of "None"
        if event.target_id is not None:
            print(event.target_id.created_at)  # error: "str" has no attribute "created_at"  # pyright: "created_at" for class "TextId"

    # A click on a button has no command.
    @listener(InteractionCreate)
    async def command(self, event: InteractionCreate) -> None:
        print(event.data.name)  # error: has no attribute "name"  # pyright: "name"
        if event.type == InteractionType.SLASH_COMMAND:  # error: has no attribute "SLASH_COMMAND"  # pyright: "SLASH_COMMAND" for class
            print(event.user.username)  # error: "None" .*has no attribute "username"  # pyright: "username" is not a known attribute of "None"
        await event.respond("done")  # error: "InteractionCreate" has no attribute "respond"  # pyright: "respond" for class "InteractionCreate"


async def show(shard: Shard, guild_id: Snowflake, status: PresenceStatus) -> None:
    idle = UpdatePresence(since=None, activities=[], status=PresenceStatus.IDLE, afk=False)
    shard.send(idle)  # error: must be used.*unused-coroutine  # pyright: is not used
    shard.update_presence(since=None, activities=[], status=status, afk=False)  # error: must be used  # pyright: is not used
    UpdatePresence(since=None, activities="chess", status=status, afk=False)  # error: incompatible type "str"  # pyright: Literal\['chess'\]
    UpdatePresence(since="now", activities=[], status=status, afk=False)  # error: incompatible type "str"  # pyright: Literal\['now'\]
    playing = ActivityType.PLAYING
    UpdatePresence(since=None, activities=[], status="onlin", afk=False)  # error: onlin  # pyright: onlin
    UpdatePresence(since=None, activities=[], status=playing, afk=False)  # error: incompatible type  # pyright: ActivityType
    PresenceActivity(name="chess", type="playing")  # error: incompatible type.*(str|playing)  # pyright: Literal\['playing'\]
    UpdateVoiceState(guild_id=guild_id, channel_id=None)  # error: Missing named argument "self_mute"  # pyright: "self_mute"
    await shard.request_guild_members(guild_id=guild_id, query="nel", user_ids=[1])  # error: No overload variant  # pyright: No overloads
    await shard.request_guild_members(guild_id=guild_id, query="nel")  # error: No overload variant  # pyright: No overloads
    RequestGuildMembers(guild_id=guild_id, query="", limit="all")  # error: incompatible type.*(str|all)|No overload  # pyright: Literal\['all'\]|No overloads
    for member in await shard.request_guild_members(guild_id=guild_id, query="", limit=0):
        print(member.username)  # error: "GuildMember" has no attribute "username"  # pyright: "username" for class "GuildMember"


async def ask(shard: Shard, ban: GuildBanAdd) -> None:
    def lifted(event: GuildBanRemove) -> bool:
        return event.user.id == ban.user.id

    await shard.wait_for(GuildBanAdd, lifted, timeout=10)  # error: incompatible type|Cannot infer  # pyright: cannot be assigned to parameter
    await shard.wait_for(GuildBanRemove, lambda event: event.user_id == 1)  # error: has no attribute "user_id"  # pyright: "user_id" for class "GuildBanRemove"
    event = shard.wait_for(GuildBanRemove, lifted)
    print(event.user)  # error: "Coroutine.*has no attribute "user"  # pyright: "user" for class "CoroutineType
    async for gone in shard.stream(MessageDelete, MessageDeleteBulk):
        print(gone.ids)  # error: "MessageDelete" of .* has no attribute "ids"  # pyright: "ids" for class "MessageDelete"


async def main() -> None:
    shard = Shard(os.environ["DISCORD_TOKEN"], intents=[Intents.GUILDS])  # error: incompatible type "list  # pyright: "list\[Intents\]"
    Shard(os.environ.get("DISCORD_TOKEN"))  # error: incompatible type "str \| None"  # pyright: "None" is not assignable
    shard.add_listeners()  # error: Too few arguments|Missing positional argument  # pyright: Argument missing|Expected 1 more positional argument
    print(Intents.MEMBERS)  # error: "type\[Intents\]" has no attribute "MEMBERS"  # pyright: "MEMBERS" for class "type\[Intents\]"

    @shard.on_error  # error: incompatible type  # pyright: cannot be assigned to parameter
    async def report(error: Exception) -> None: ...

    @shard.on(Event)
    async def count(event: Event) -> None:
        print(event.guild_id)  # error: "Event" has no attribute "guild_id"  # pyright: "guild_id" for class "Event"

    asyncio.run(shard.run)  # error: incompatible type  # pyright: cannot be assigned to parameter
    shard.run()  # error: must be used  # pyright: is not used
