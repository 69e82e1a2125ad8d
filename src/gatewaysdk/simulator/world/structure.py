"""Roles and channels of a guild, made, changed and taken away."""

from __future__ import annotations

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from .channel import SimulatedChannel
from .guild import Guild
from .members import changed
from .role import Role
from .world import World

__all__ = [
    "create_channel",
    "create_role",
    "delete_channel",
    "delete_role",
    "tell_channel",
    "tell_role",
]


def create_role(
    world: World, guild: Guild, name: str, permissions: Permissions | None = None, *, quiet: bool = False
) -> Role:
    """Make a role above @everyone and below the others, with the permissions of @everyone unless given.

    ``quiet`` is for a caller that changes it further, and then tells.
    """
    for role in guild.roles.values():
        role.position += role.id != guild.id
    allowed = guild.everyone.permissions if permissions is None else permissions
    role = Role(world.ids.new(), name, allowed, position=1)
    guild.roles[role.id] = role
    if not quiet:
        tell_role(world, guild, role, "GUILD_ROLE_CREATE")
    return role


def delete_role(world: World, guild: Guild, role: Role) -> None:
    """Take a role away, from its members too."""
    del guild.roles[role.id]
    for member in guild.members.values():
        if role.id in member.role_ids:
            member.role_ids.remove(role.id)
            changed(world, guild, member)
    world.tell("GUILD_ROLE_DELETE", {"guild_id": str(guild.id), "role_id": str(role.id)}, guild.id)


def tell_role(world: World, guild: Guild, role: Role, name: str = "GUILD_ROLE_UPDATE") -> None:
    """Tell that a role is there, or is not as before."""
    world.tell(name, {"guild_id": str(guild.id), "role": role.payload()}, guild.id)


def create_channel(
    world: World, guild: Guild, name: str, kind: ChannelType, *, quiet: bool = False
) -> SimulatedChannel:
    """Make a channel below the others; ``quiet`` as for a role."""
    channel = SimulatedChannel(world.ids.new(), kind, name, guild.id, len(guild.channels))
    world.add_channel(channel, guild)
    if not quiet:
        tell_channel(world, channel, "CHANNEL_CREATE")
    return channel


def delete_channel(world: World, guild: Guild, channel: SimulatedChannel) -> None:
    """Take a channel away, and what was said in it."""
    del guild.channels[channel.id], world.channels[channel.id]
    d = channel.payload() if world.bot_sees(channel) else channel.hidden_payload()
    world.tell("CHANNEL_DELETE", d, guild.id)


def tell_channel(world: World, channel: SimulatedChannel, name: str = "CHANNEL_UPDATE") -> None:
    """Tell that a channel is there, or is not as before."""
    d = channel.payload() if world.bot_sees(channel) else channel.hidden_payload()
    world.tell(name, d, channel.guild_id)
