"""The bot itself, other users, and talking to them directly."""

from __future__ import annotations

from typing import Any

from ..application import application_payload
from ..world.members import leave
from ..world.permissions import permissions_of
from .call import Reply, RestCall
from .errors import invalid_form, unknown
from .routes import Route

__all__ = ["ROUTES"]


def _get_gateway(call: RestCall) -> Any:
    return {"url": call.state.url}


def _get_gateway_bot(call: RestCall) -> Any:
    settings = call.state.settings
    limit = {
        "total": settings.session_starts,
        "remaining": call.state.session_starts_left,
        "reset_after": int(call.state.starts_reset_after * 1000),
        "max_concurrency": settings.max_concurrency,
    }
    return {"url": call.state.url, "shards": settings.shards, "session_start_limit": limit}


def _get_me(call: RestCall) -> Any:
    return call.bot.own_payload()


def _edit_me(call: RestCall) -> Any:
    call.bot.username = call.text("username", call.bot.username)
    call.world.tell("USER_UPDATE", call.bot.own_payload(), None)
    return call.bot.own_payload()


def _get_user(call: RestCall) -> Any:
    return call.user().payload()


def _get_my_guilds(call: RestCall) -> Any:
    found = []
    for guild in call.world.guilds.values():
        allowed = permissions_of(guild, call.world.bot_in(guild))
        part = {key: guild.payload()[key] for key in ("id", "name", "icon", "banner", "features")}
        found.append({**part, "owner": guild.owner_id == call.bot.id, "permissions": str(int(allowed))})
    after = int(call.query.get("after", 0))
    return [one for one in found if int(one["id"]) > after][: call.limit(200, 200)]


def _leave_guild(call: RestCall) -> Any:
    guild = call.guild()
    leave(call.world, guild, call.world.bot_in(guild))
    return Reply(204)


def _open_direct(call: RestCall) -> Any:
    recipient = call.body.get("recipient_id")
    if recipient is None:
        raise invalid_form("recipient_id", "BASE_TYPE_REQUIRED", "This field is required")
    user = call.world.find_user(int(recipient))
    if user is None or user is call.bot:
        raise unknown("User")
    return call.world.direct_channel(user).payload()


def _get_application(call: RestCall) -> Any:
    guilds = call.world.guilds.values()
    owner = next((call.world.find_user(guild.owner_id) for guild in guilds), None)
    payload = application_payload(call.bot, owner or call.bot, call.state.settings.privileged)
    return payload | {"approximate_guild_count": len(guilds)}


def _none(call: RestCall) -> Any:
    return []


def _no_items(call: RestCall) -> Any:
    return {"items": []}


ROUTES = [
    Route("GET", "/gateway", _get_gateway, open=True),
    Route("GET", "/gateway/bot", _get_gateway_bot),
    Route("GET", "/users/@me", _get_me),
    Route("PATCH", "/users/@me", _edit_me),
    Route("GET", "/users/@me/guilds", _get_my_guilds),
    Route("DELETE", "/users/@me/guilds/{guild_id}", _leave_guild),
    Route("POST", "/users/@me/channels", _open_direct),
    Route("GET", "/users/{user_id}", _get_user),
    Route("GET", "/applications/@me", _get_application),
    Route("GET", "/oauth2/applications/@me", _get_application),
    Route("GET", "/soundboard-default-sounds", _none),
    Route("GET", "/applications/{application_id}/emojis", _no_items),
    Route("GET", "/applications/{application_id}/skus", _none),
    Route("GET", "/applications/{application_id}/entitlements", _none),
]
