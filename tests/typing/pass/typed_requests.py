"""Requests with answers: what comes back has a type, awaited or iterated over."""

from __future__ import annotations

import asyncio
from typing import assert_type

from gatewaysdk import (
    ChannelInfo,
    GuildMembers,
    GuildMembersChunk,
    PresenceActivity,
    Request,
    Shard,
    Snowflake,
    SoundboardSounds,
    VoiceConnectionInfo,
    VoiceServerUpdate,
    VoiceStateUpdate,
)
from gatewaysdk.enums import ActivityType, ChannelInfoField, PresenceStatus
from gatewaysdk.models import GuildMember, Presence

shard = Shard("token")


async def members() -> None:
    found = await shard.request_guild_members(guild_id=1, query="", limit=0, presences=True, timeout=None)
    assert_type(found, GuildMembers)
    assert_type(found[0], GuildMember)
    assert_type(found.not_found, list[Snowflake])
    assert_type(found.presences, list[Presence])
    for guild_id in (Snowflake(1), 1, "1"):
        request = shard.request_guild_members(guild_id=guild_id, user_ids=[1, "2"], on_rate_limited="raise")
        assert_type(request, Request[GuildMembersChunk, GuildMembers])
        async for chunk in request:
            assert_type(chunk, GuildMembersChunk)
    one, two = await asyncio.gather(
        shard.request_guild_members(guild_id=1, user_ids=1), shard.request_soundboard_sounds(guild_ids=[1])
    )
    assert_type(one, GuildMembers)
    assert_type(two, list[SoundboardSounds])


async def guilds() -> None:
    assert_type(await shard.request_soundboard_sounds(guild_ids=(1, "2")), list[SoundboardSounds])
    async for answer in shard.request_soundboard_sounds(guild_ids=[1]):
        assert_type(answer, SoundboardSounds)
    info = await shard.request_channel_info(guild_id=1, fields=["status", ChannelInfoField.VOICE_START_TIME])
    assert_type(info, ChannelInfo)


async def voice() -> None:
    info = await shard.join_voice(guild_id=1, channel_id="2", self_deaf=True)
    assert_type(info, VoiceConnectionInfo)
    assert_type(info.state, VoiceStateUpdate)
    assert_type(info.server, VoiceServerUpdate)
    assert_type((info.endpoint, info.session_id, info.token), tuple[str, str, str])
    assert_type(await shard.leave_voice(guild_id=1), float)


async def shorthands() -> None:
    chess = PresenceActivity(name="chess", type=ActivityType.PLAYING)
    waited = await shard.update_presence(since=None, activities=[chess], status=PresenceStatus.IDLE, afk=False)
    assert_type(waited, float)
    await shard.update_voice_state(guild_id=1, channel_id=None, self_mute=False, self_deaf=False, timeout=5)
