"""Members of guilds: looked up, changed, thrown out."""

from __future__ import annotations

from typing import Any

from ...enums.permissions import Permissions
from ..world import Guild, SimulatedMember
from ..world.members import ban, changed, leave, move_voice, unban
from .call import Reply, RestCall
from .errors import missing_permissions, unknown
from .routes import Route

__all__ = ["ROUTES"]

_NEEDED = {
    "nick": Permissions.MANAGE_NICKNAMES,
    "roles": Permissions.MANAGE_ROLES,
    "mute": Permissions.MUTE_MEMBERS,
    "deaf": Permissions.DEAFEN_MEMBERS,
    "channel_id": Permissions.MOVE_MEMBERS,
    "communication_disabled_until": Permissions.MODERATE_MEMBERS,
}


def _get(call: RestCall) -> Any:
    return call.member(call.guild()).payload()


def _get_many(call: RestCall) -> Any:
    members, after = call.guild().members, int(call.query.get("after", 0))
    ids = sorted(user_id for user_id in members if user_id > after)[: call.limit(1, 1000)]
    return [members[user_id].payload() for user_id in ids]


def _search(call: RestCall) -> Any:
    start, limit = call.query.get("query", "").lower(), call.limit(1, 1000)
    members = call.guild().members.values()
    found = [one for one in members if (one.nick or one.user.username).lower().startswith(start)]
    return [member.payload() for member in found[:limit]]


def _edit(call: RestCall) -> Any:
    guild = call.guild()
    member = call.member(guild)
    for key in _NEEDED.keys() & call.body.keys():
        call.need(guild, _NEEDED[key])
    # Muting and moving take no higher role (topics/permissions#permission-hierarchy).
    if call.body.keys() & {"nick", "communication_disabled_until"}:
        call.need_above(guild, member)
    if "roles" in call.body:
        _set_roles(call, guild, member, [int(one) for one in call.body["roles"] or []])
    member.nick = (call.body.get("nick") or None) if "nick" in call.body else member.nick
    member.timed_out_until = call.body.get("communication_disabled_until", member.timed_out_until)
    member.mute, member.deaf = call.body.get("mute", member.mute), call.body.get("deaf", member.deaf)
    changed(call.world, guild, member)
    if "channel_id" in call.body:
        channel_id = call.body["channel_id"]
        move_voice(call.world, guild, member, None if channel_id is None else int(channel_id))
    return member.payload()


def _edit_own(call: RestCall) -> Any:
    guild = call.guild()
    member = call.world.bot_in(guild)
    if "nick" in call.body:
        call.need(guild, Permissions.CHANGE_NICKNAME)
        member.nick = call.body["nick"] or None
    changed(call.world, guild, member)
    return member.payload()


def _add_role(call: RestCall) -> Any:
    return _with_role(call, add=True)


def _remove_role(call: RestCall) -> Any:
    return _with_role(call, add=False)


def _with_role(call: RestCall, *, add: bool) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.MANAGE_ROLES)
    member, role_id = call.member(guild), call.id("role_id")
    others = [one for one in member.role_ids if one != role_id]
    before = list(member.role_ids)
    _set_roles(call, guild, member, [*others, role_id] if add else others, named=role_id)
    if before != member.role_ids:
        changed(call.world, guild, member)
    return Reply(204)


def _set_roles(
    call: RestCall, guild: Guild, member: SimulatedMember, role_ids: list[int], named: int | None = None
) -> None:
    top = guild.top_position(call.world.bot_in(guild))
    for role_id in {*role_ids} ^ {*member.role_ids} | ({named} if named is not None else set()):
        role = guild.roles.get(role_id)
        if role is None:
            raise unknown("Role")
        # Neither those above, nor those that belong to a bot, nor @everyone.
        if role.position >= top or role.bot_id is not None or role is guild.everyone:
            raise missing_permissions()
    if {*role_ids} != {*member.role_ids}:
        member.role_ids[:] = dict.fromkeys(role_ids)


def _kick(call: RestCall) -> Any:
    guild = call.guild()
    member = call.member(guild)
    call.need(guild, Permissions.KICK_MEMBERS)
    call.need_above(guild, member)
    leave(call.world, guild, member)
    return Reply(204)


def _ban(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.BAN_MEMBERS)
    user = call.user()
    if user.id in guild.members:
        call.need_above(guild, guild.members[user.id])
    ban(call.world, guild, user, call.reason)
    return Reply(204)


def _unban(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.BAN_MEMBERS)
    user = call.user()
    if user.id not in guild.banned:
        raise unknown("Ban")
    unban(call.world, guild, user)
    return Reply(204)


def _get_bans(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.BAN_MEMBERS)
    ids = sorted(guild.banned)[: call.limit(1000, 1000)]
    return [{"user": call.world.users[one].payload(), "reason": guild.banned[one]} for one in ids]


def _get_ban(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.BAN_MEMBERS)
    user = call.user()
    if user.id not in guild.banned:
        raise unknown("Ban")
    return {"user": user.payload(), "reason": guild.banned[user.id]}


_MEMBERS, _MEMBER = "/guilds/{guild_id}/members", "/guilds/{guild_id}/members/{user_id}"
_BAN = "/guilds/{guild_id}/bans/{user_id}"
ROUTES = [
    Route("GET", _MEMBERS, _get_many),
    Route("GET", f"{_MEMBERS}/search", _search),
    Route("PATCH", f"{_MEMBERS}/@me", _edit_own),
    Route("GET", _MEMBER, _get),
    Route("PATCH", _MEMBER, _edit),
    Route("DELETE", _MEMBER, _kick),
    Route("PUT", f"{_MEMBER}/roles/{{role_id}}", _add_role),
    Route("DELETE", f"{_MEMBER}/roles/{{role_id}}", _remove_role),
    Route("GET", "/guilds/{guild_id}/bans", _get_bans),
    Route("GET", _BAN, _get_ban),
    Route("PUT", _BAN, _ban),
    Route("DELETE", _BAN, _unban),
]
