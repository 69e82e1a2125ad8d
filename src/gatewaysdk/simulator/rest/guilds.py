"""Guilds and their roles."""

from __future__ import annotations

from typing import Any

from ...enums.permissions import Permissions
from ..world import Guild, Payload, Role
from ..world.permissions import permissions_of
from ..world.structure import create_role, delete_role, tell_role
from .call import Reply, RestCall
from .errors import missing_permissions, unknown
from .routes import Route

__all__ = ["ROUTES"]


def _get(call: RestCall) -> Any:
    guild = call.guild()
    counts = {"approximate_member_count": guild.member_count, "approximate_presence_count": guild.member_count}
    return guild.payload() | (counts if call.query.get("with_counts") in ("true", "True", "1") else {})


def _edit(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.MANAGE_GUILD)
    guild.name = call.text("name", guild.name)
    call.world.tell("GUILD_UPDATE", guild.payload(), guild.id)
    return guild.payload()


def _nothing(call: RestCall) -> Any:
    call.guild()
    return []


def _get_roles(call: RestCall) -> Any:
    return [role.payload() for role in call.guild().roles.values()]


def _get_role(call: RestCall) -> Any:
    return _role(call, call.guild()).payload()


def _create_role(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.MANAGE_ROLES)
    role = create_role(call.world, guild, "new role", _allowed(call, guild, call.body), quiet=True)
    _change(call, guild, role)
    tell_role(call.world, guild, role, "GUILD_ROLE_CREATE")
    return role.payload()


def _edit_role(call: RestCall) -> Any:
    guild = call.guild()
    role = _below(call, guild)
    _change(call, guild, role)
    tell_role(call.world, guild, role)
    return role.payload()


def _delete_role(call: RestCall) -> Any:
    guild = call.guild()
    role = _below(call, guild)
    if role.bot_id is not None or role is guild.everyone:
        raise missing_permissions()
    delete_role(call.world, guild, role)
    return Reply(204)


def _role(call: RestCall, guild: Guild) -> Role:
    found = guild.roles.get(call.id("role_id"))
    if found is None:
        raise unknown("Role")
    return found


def _below(call: RestCall, guild: Guild) -> Role:
    """Return the role that the path names, if the bot may change it."""
    call.need(guild, Permissions.MANAGE_ROLES)
    role = _role(call, guild)
    if role.position >= guild.top_position(call.world.bot_in(guild)):
        raise missing_permissions()
    return role


def _allowed(call: RestCall, guild: Guild, body: Payload) -> Permissions | None:
    """Return the permissions that a body gives; nobody gives what they do not have."""
    if body.get("permissions") is None:
        return None
    wanted = Permissions(int(body["permissions"]))
    if wanted & ~permissions_of(guild, call.world.bot_in(guild)):
        raise missing_permissions()
    return wanted


def _change(call: RestCall, guild: Guild, role: Role) -> None:
    role.name = call.text("name", role.name)
    allowed = _allowed(call, guild, call.body)
    role.permissions = role.permissions if allowed is None else allowed
    colors = call.body.get("colors") or {}
    role.color = int(colors.get("primary_color") or call.body.get("color") or role.color)
    role.hoist = bool(call.body.get("hoist", role.hoist))
    role.mentionable = bool(call.body.get("mentionable", role.mentionable))


ROUTES = [
    Route("GET", "/guilds/{guild_id}", _get),
    Route("PATCH", "/guilds/{guild_id}", _edit),
    Route("GET", "/guilds/{guild_id}/roles", _get_roles),
    Route("POST", "/guilds/{guild_id}/roles", _create_role),
    Route("GET", "/guilds/{guild_id}/roles/{role_id}", _get_role),
    Route("PATCH", "/guilds/{guild_id}/roles/{role_id}", _edit_role),
    Route("DELETE", "/guilds/{guild_id}/roles/{role_id}", _delete_role),
    *(
        Route("GET", f"/guilds/{{guild_id}}/{what}", _nothing)
        for what in ("emojis", "stickers", "invites", "integrations", "webhooks", "scheduled-events")
    ),
]
