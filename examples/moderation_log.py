"""A moderation log: who joined, left, was banned, deleted a message, reacted, entered voice, or used a command.

Switch on the Server Members and Presence intents on the application's Bot page, and give the bot the permission View
Audit Log. docs/howto/moderation-bot.md says why the program is written as it is.

Run it with ``DISCORD_TOKEN=... python examples/moderation_log.py``.

With structs, import the events, and what they hold, from `gatewaysdk.structs`; ids are then plain ints.
"""

from __future__ import annotations

import asyncio
import contextlib
import os

from gatewaysdk import (
    DEFAULT_URL,
    Event,
    GuildAuditLogEntryCreate,
    GuildBanAdd,
    GuildBanRemove,
    GuildCreate,
    GuildDelete,
    GuildMemberAdd,
    GuildMemberRemove,
    InteractionCreate,
    MessageDelete,
    MessageDeleteBulk,
    MessageReactionAdd,
    MessageReactionRemove,
    PayloadError,
    PresenceUpdate,
    Shard,
    Snowflake,
    VoiceStateUpdate,
    listener,
)
from gatewaysdk.enums import InteractionType
from gatewaysdk.models import ApplicationCommandData, PartialEmoji, User


def who(user: User | None, user_id: Snowflake | None = None) -> str:
    if user is not None:
        return f"{user.username} ({user.id})"
    return "somebody" if user_id is None else f"user {user_id}"


def what(emoji: PartialEmoji) -> str:
    return emoji.name or f"an emoji that is gone ({emoji.id})"


class ModerationLog:
    """Prints a line for each event. Texts of users are printed with ``!r``, so that no newline forges a line."""

    def __init__(self) -> None:
        # Discord says where users are now, not where they were. By guild, the channel of each user in voice:
        self.channels: dict[Snowflake, dict[Snowflake, Snowflake]] = {}

    # Members

    @listener(GuildMemberAdd)
    async def joined(self, event: GuildMemberAdd) -> None:
        print(f"joined: {who(event.user)}, guild {event.guild_id}")

    @listener(GuildMemberRemove)
    async def left(self, event: GuildMemberRemove) -> None:
        print(f"left: {who(event.user)}, guild {event.guild_id}")

    @listener(GuildBanAdd, GuildBanRemove)
    async def ban(self, event: GuildBanAdd | GuildBanRemove) -> None:
        what = "banned" if isinstance(event, GuildBanAdd) else "unbanned"
        print(f"{what}: {who(event.user)}, guild {event.guild_id}")

    # Messages, but no direct ones

    @listener(MessageDelete, where="guild")
    async def deleted(self, event: MessageDelete) -> None:
        print(f"deleted: message {event.id}, channel {event.channel_id}")

    @listener(MessageDeleteBulk)
    async def deleted_at_once(self, event: MessageDeleteBulk) -> None:
        print(f"deleted: {len(event.ids)} messages at once, channel {event.channel_id}")

    @listener(MessageReactionAdd, where="guild")
    async def reacted(self, event: MessageReactionAdd) -> None:
        user = None if event.member is None else event.member.user
        print(f"reacted: {who(user, event.user_id)} with {what(event.emoji)}, message {event.message_id}")

    @listener(MessageReactionRemove, where="guild")
    async def took_back(self, event: MessageReactionRemove) -> None:
        # Discord sends only the id. To show the name, keep a cache of your own or ask Discord's REST API.
        print(f"took back: {who(None, event.user_id)} {what(event.emoji)}, message {event.message_id}")

    # Voice

    @listener(GuildCreate)
    async def came_into_view(self, event: GuildCreate) -> None:
        self.channels[event.id] = {
            state.user_id: state.channel_id
            for state in event.voice_states
            if state.user_id is not None and state.channel_id is not None
        }
        print(f"watching: {event.name!r} ({event.id}), {len(self.channels[event.id])} in voice")

    @listener(GuildDelete)
    async def went_out_of_view(self, event: GuildDelete) -> None:
        self.channels.pop(event.id, None)
        print(f"{'unavailable' if event.unavailable else 'no longer in'}: guild {event.id}")

    @listener(VoiceStateUpdate)
    async def voice(self, event: VoiceStateUpdate) -> None:
        if event.guild_id is None:
            return
        channels = self.channels.setdefault(event.guild_id, {})
        before, after = channels.pop(event.user_id, None), event.channel_id  # None: in no channel
        if after is not None:
            channels[event.user_id] = after
        if before == after:
            return  # muted, deafened, camera on and so on
        name = who(None if event.member is None else event.member.user, event.user_id)
        if before is None:
            print(f"voice: {name} joined channel {after}")
        elif after is None:
            print(f"voice: {name} left channel {before}")
        else:
            print(f"voice: {name} moved from channel {before} to {after}")

    # Presence, audit log, commands

    @listener(PresenceUpdate)
    async def presence(self, event: PresenceUpdate) -> None:
        # Only the user's id is certain. None: Discord did not send the activities. An empty list: there are none.
        status = "changed" if event.status is None else f"is {event.status}"
        doing = "" if event.activities is None else f", doing {[activity.name for activity in event.activities]}"
        print(f"presence: user {event.user.id} {status}{doing}")

    @listener(GuildAuditLogEntryCreate)
    async def audit(self, event: GuildAuditLogEntryCreate) -> None:
        # An action that is newer than this release has a name, too, such as UNKNOWN_999.
        by = "nobody named" if event.user_id is None else f"user {event.user_id}"
        target = "" if event.target_id is None else f" on {event.target_id}"
        reason = "" if event.reason is None else f", because {event.reason!r}"
        print(f"audit log: {event.action_type.name}{target} by {by}{reason}")

    @listener(InteractionCreate)
    async def interaction(self, event: InteractionCreate) -> None:
        # Discord sends the member in guilds, and the user in direct messages.
        user = event.user if event.member is None else event.member.user
        where = "a direct message" if event.guild_id is None else f"guild {event.guild_id}"
        # While somebody types a command, autocompletion sends the same data.
        if event.type == InteractionType.APPLICATION_COMMAND and isinstance(event.data, ApplicationCommandData):
            print(f"command: /{event.data.name} by {who(user)}, {where}")  # answer it over HTTP within 3 seconds


async def main() -> None:
    shard = Shard(os.environ["DISCORD_TOKEN"], url=os.environ.get("GATEWAY_URL", DEFAULT_URL))
    shard.add_listeners(ModerationLog())

    @shard.on_error
    async def report(error: Exception, event: Event | None) -> None:
        # An event that breaks the documentation comes without its broken parts; a handler that reads one fails.
        print("payload error:" if isinstance(error, PayloadError) else "handler error:", error)

    await shard.run()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
