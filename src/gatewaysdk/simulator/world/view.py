"""What a session is shown of a guild when it comes to it."""

from __future__ import annotations

from itertools import islice

from ...enums.intents import Intents
from .change import Payload
from .guild import Guild
from .member import SimulatedMember
from .world import World

__all__ = ["guild_create", "presence"]


def guild_create(world: World, guild: Guild, intents: Intents, large_threshold: int) -> Payload:
    """Return the GUILD_CREATE of a guild as a session with ``intents`` gets it (events/gateway-events#guild-create)."""
    payload = guild.payload()
    # Without the intent, only the bot and those in voice are there.
    presences = Intents.GUILD_PRESENCES in intents
    shown: list[SimulatedMember] = (
        list(islice(guild.members.values(), large_threshold)) if presences else [world.bot_in(guild)]
    )
    there = {member.id for member in shown}
    shown += [guild.members[user_id] for user_id in guild.voice_states if user_id not in there]
    channels = [
        channel.payload() if world.bot_sees(channel) else channel.hidden_payload()
        for channel in guild.channels.values()
    ]
    for channel in channels:
        del channel["guild_id"]
    return {
        **payload,
        "joined_at": guild.joined_at,
        "large": guild.member_count > large_threshold,
        "unavailable": False,
        "lazy": True,
        "member_count": guild.member_count,
        "members": [member.payload() for member in shown],
        "channels": channels,
        "threads": [],
        "voice_states": list(guild.voice_states.values()) if Intents.GUILD_VOICE_STATES in intents else [],
        "presences": [presence(member, "online", []) for member in shown] if presences else [],
        **{key: [] for key in ("stage_instances", "guild_scheduled_events", "soundboard_sounds")},
        "application_command_counts": {},
    }


def presence(member: SimulatedMember, status: str, activities: list[Payload]) -> Payload:
    """Return a presence without its guild; only the id of the user is certain (events/gateway-events#presence)."""
    return {
        "user": {"id": str(member.id)},
        "status": status,
        "activities": activities,
        "client_status": {"web": status},
    }
