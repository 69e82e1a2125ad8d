"""Mentions, times, links and permissions: what events give is what the functions take."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Literal, assert_type

from gatewaysdk import (
    GuildCreate,
    InteractionCreate,
    MessageCreate,
    MessageReactionAdd,
    Snowflake,
    TimestampStyle,
    channel_mention,
    channel_url,
    command_mention,
    format_emoji,
    format_timestamp,
    guild_navigation,
    message_url,
    role_mention,
    shard_id_for,
    user_mention,
)
from gatewaysdk.enums import Permissions


def written(event: MessageCreate) -> None:
    assert_type(user_mention(event.author.id), str)
    assert_type(channel_mention("2") + role_mention(3), str)
    assert_type(channel_url(event.guild_id, event.channel_id), str)
    assert_type(message_url(event.guild_id, event.channel_id, event.id), str)
    assert_type(command_mention("role add", 1), str)
    assert_type(guild_navigation("customize") + guild_navigation("linked-roles", event.author.id), str)
    assert_type(shard_id_for(Snowflake(1), 16), int)


def reacted(event: MessageReactionAdd) -> None:
    emoji = event.emoji
    assert_type(format_emoji(emoji.name or "_", emoji.id, animated=emoji.animated), str)


def timed(event: MessageCreate) -> None:
    assert_type(format_timestamp(event.timestamp), str)
    assert_type(Snowflake("175928847299117063").created_at, datetime)
    style: TimestampStyle = "R"
    long: Literal["F"] = "F"
    print(format_timestamp(time.time(), style), format_timestamp(0, long), format_timestamp(datetime.now(UTC), "s"))


def permitted(event: InteractionCreate, guild: GuildCreate) -> bool:
    for role in guild.roles:
        assert_type(role.permissions, Permissions)
        if role.permissions & (Permissions.ADMINISTRATOR | Permissions.BAN_MEMBERS):
            print(role.name)
    assert_type(event.app_permissions, Permissions)
    member = event.member
    if member is None or member.permissions is None:
        return False
    assert_type(member.permissions, Permissions)
    return Permissions.BAN_MEMBERS in member.permissions
