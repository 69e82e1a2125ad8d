"""What somebody may: the rules of Discord's page topics/permissions, as pure functions."""

from __future__ import annotations

from functools import reduce
from operator import or_

from ...enums.permissions import Permissions
from .channel import SimulatedChannel
from .guild import Guild
from .member import SimulatedMember

__all__ = ["ALL_PERMISSIONS", "can_act_on", "permissions_in", "permissions_of"]

ALL_PERMISSIONS = reduce(or_, Permissions)
"""What the owner of a guild and its administrators may."""


def permissions_of(guild: Guild, member: SimulatedMember) -> Permissions:
    """Return what a member may by their roles, before any channel adds or takes something."""
    if member.id == guild.owner_id:
        return ALL_PERMISSIONS
    roles = [guild.everyone, *(guild.roles[role_id] for role_id in member.role_ids if role_id in guild.roles)]
    allowed = reduce(or_, (role.permissions for role in roles))
    return ALL_PERMISSIONS if Permissions.ADMINISTRATOR in allowed else allowed


def permissions_in(guild: Guild, channel: SimulatedChannel, member: SimulatedMember) -> Permissions:
    """Return what a member may in a channel (topics/permissions#permission-overwrites)."""
    allowed = permissions_of(guild, member)
    if Permissions.ADMINISTRATOR in allowed:
        return allowed
    everyone = channel.overwrites.get(guild.id)
    if everyone is not None:
        allowed = allowed & ~everyone.deny | everyone.allow
    of_roles = [channel.overwrites[role_id] for role_id in member.role_ids if role_id in channel.overwrites]
    for overwrite in of_roles:
        allowed &= ~overwrite.deny
    for overwrite in of_roles:
        allowed |= overwrite.allow
    own = channel.overwrites.get(member.id)
    if own is not None:
        allowed = allowed & ~own.deny | own.allow
    # Who does not see a channel can do nothing in it (topics/permissions#implicit-permissions).
    return allowed if Permissions.VIEW_CHANNEL in allowed else Permissions(0)


def can_act_on(guild: Guild, actor: SimulatedMember, target: SimulatedMember) -> bool:
    """Whether the roles of ``actor`` stand above those of ``target`` (topics/permissions#permission-hierarchy)."""
    return guild.top_position(actor) > guild.top_position(target)
