"""Commands: what Discord takes is what the constructor takes."""

from __future__ import annotations

from typing import assert_type

from gatewaysdk import (
    UNSET,
    PresenceActivity,
    RequestGuildMembers,
    RequestSoundboardSounds,
    Shard,
    Snowflake,
    UpdatePresence,
    UpdateVoiceState,
)
from gatewaysdk.bases.command import ProtocolMessage
from gatewaysdk.commands import Heartbeat
from gatewaysdk.enums import ActivityType, PresenceStatus

shard = Shard("token", presence=UpdatePresence(since=None, activities=[], status="idle", afk=False))


async def send() -> None:
    # An id is a Snowflake, a plain int, or the decimal string of a configuration file.
    for guild_id in (Snowflake(1), 1, "1"):
        await shard.send(RequestGuildMembers(guild_id=guild_id, query="", limit=0))
    await shard.send(RequestGuildMembers(guild_id=1, query="a", limit=10, presences=True, nonce="n"))
    await shard.send(RequestGuildMembers(guild_id=1, user_ids=[1, "2", Snowflake(3)], presences=UNSET, nonce="n"))
    await shard.send(RequestGuildMembers(guild_id=1, user_ids="2"))
    await shard.send(RequestSoundboardSounds(guild_ids=(1, 2)))
    # None is a value of its own here: it leaves the voice channel.
    await shard.send(UpdateVoiceState(guild_id=1, channel_id=None, self_mute=False, self_deaf=False))
    listening = PresenceActivity(name="the gateway", type=ActivityType.LISTENING)
    await shard.send(UpdatePresence(since=None, activities=[listening], status=PresenceStatus.ONLINE, afk=False))


def read(command: RequestGuildMembers) -> None:
    assert_type(command.guild_id, Snowflake)
    assert_type(command.query, str | None)
    assert_type(command.opcode, int)


def read_what_the_shard_sends_by_itself(heartbeat: Heartbeat) -> ProtocolMessage:
    assert_type(heartbeat.payload(), int | None)
    return heartbeat
