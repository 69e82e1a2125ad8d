"""Coming, going, and what becomes of a member in between."""

from __future__ import annotations

from .change import Payload
from .guild import Guild
from .ids import timestamp
from .member import SimulatedMember
from .user import User
from .world import World

__all__ = ["ban", "changed", "join", "leave", "move_voice", "unban"]


def join(world: World, guild: Guild, user: User, role_ids: tuple[int, ...] = ()) -> SimulatedMember:
    """Let a user into a guild."""
    world.users[user.id] = user
    member = SimulatedMember(user, guild.id, timestamp(world.now()), list(role_ids))
    guild.named_members[user.id] = member
    world.tell("GUILD_MEMBER_ADD", member.payload() | {"guild_id": str(guild.id)}, guild.id)
    return member


def changed(world: World, guild: Guild, member: SimulatedMember) -> None:
    """Tell that a member is not as before; a bot learns that of itself whatever its intents."""
    d = member.payload() | {"guild_id": str(guild.id)}
    world.tell("GUILD_MEMBER_UPDATE", d, guild.id, needs_intent=member.id != world.bot.id)


def leave(world: World, guild: Guild, member: SimulatedMember) -> None:
    """Let a member go, or throw them out."""
    move_voice(world, guild, member, None)
    del guild.members[member.id]
    d = {"guild_id": str(guild.id), "user": member.user.payload()}
    if member.id == world.bot.id:
        del world.guilds[guild.id]
        for channel_id in guild.channels:
            del world.channels[channel_id]
        world.tell("GUILD_DELETE", {"id": str(guild.id)}, guild.id)
    else:
        world.tell("GUILD_MEMBER_REMOVE", d, guild.id)


def ban(world: World, guild: Guild, user: User, reason: str | None) -> None:
    """Throw a user out for good."""
    guild.banned[user.id] = reason
    if user.id in guild.members:
        leave(world, guild, guild.members[user.id])
    world.tell("GUILD_BAN_ADD", _concerning(guild, user), guild.id)


def unban(world: World, guild: Guild, user: User) -> None:
    """Let a user come back."""
    del guild.banned[user.id]
    world.tell("GUILD_BAN_REMOVE", _concerning(guild, user), guild.id)


def move_voice(
    world: World,
    guild: Guild,
    member: SimulatedMember,
    channel_id: int | None,
    *,
    self_mute: bool = False,
    self_deaf: bool = False,
    session_id: str = "",
) -> None:
    """Bring a member into a voice channel, or out of it; who is in none and goes into none is told of nothing."""
    before = guild.voice_states.pop(member.id, None)
    if before is None and channel_id is None:
        return
    state: Payload = {
        "channel_id": channel_id and str(channel_id),
        "user_id": str(member.id),
        "session_id": session_id or (before or {}).get("session_id") or f"{world.ids.new():032x}",
        "deaf": member.deaf,
        "mute": member.mute,
        "self_deaf": self_deaf,
        "self_mute": self_mute,
        "self_video": False,
        "suppress": False,
        "request_to_speak_timestamp": None,
    }
    if channel_id is not None:
        guild.voice_states[member.id] = state
    d = {**state, "guild_id": str(guild.id), "member": member.payload()}
    world.tell("VOICE_STATE_UPDATE", d, guild.id)


def _concerning(guild: Guild, user: User) -> Payload:
    return {"guild_id": str(guild.id), "user": user.payload()}
