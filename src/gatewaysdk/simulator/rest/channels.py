"""Channels of guilds, and who may do what in them."""

from __future__ import annotations

from typing import Any

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from ..world import Overwrite, SimulatedChannel
from ..world.structure import create_channel, delete_channel, tell_channel
from .call import Reply, RestCall
from .errors import RestError, invalid_form
from .routes import Route

__all__ = ["ROUTES"]

_OTHER = ("topic", "nsfw", "rate_limit_per_user", "bitrate", "user_limit", "rtc_region", "video_quality_mode")


def _get_all(call: RestCall) -> Any:
    guild = call.guild()
    return [channel.payload() for channel in guild.channels.values() if call.world.bot_sees(channel)]


def _create(call: RestCall) -> Any:
    guild = call.guild()
    call.need(guild, Permissions.MANAGE_CHANNELS)
    if not 1 <= len(call.text("name")) <= 100:
        raise invalid_form("name", "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 100 in length.")
    channel = create_channel(
        call.world, guild, call.text("name"), ChannelType(int(call.body.get("type", 0))), quiet=True
    )
    _change(call, channel)
    tell_channel(call.world, channel, "CHANNEL_CREATE")
    return channel.payload()


def _get(call: RestCall) -> Any:
    return call.channel().payload()


def _edit(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_CHANNELS)
    _change(call, channel)
    tell_channel(call.world, channel)
    return channel.payload()


def _change(call: RestCall, channel: SimulatedChannel) -> None:
    channel.name = call.text("name", channel.name)
    channel.position = int(call.body.get("position") or channel.position)
    if "parent_id" in call.body:
        parent = call.body["parent_id"]
        channel.parent_id = None if parent is None else int(parent)
    channel.other.update({key: call.body[key] for key in _OTHER if key in call.body})
    if "permission_overwrites" in call.body:
        made = [_overwrite(int(one["id"]), one) for one in call.body["permission_overwrites"] or []]
        channel.overwrites = {one.id: one for one in made}


def _delete(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_CHANNELS)
    guild = call.guild_of(channel)
    payload = channel.payload()
    if guild is not None:  # a direct channel is only closed, and stays
        delete_channel(call.world, guild, channel)
    return payload


def _put_overwrite(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_ROLES)
    if channel.guild_id is None:
        raise RestError(403, 50003, "Cannot execute action on a DM channel")
    overwrite = _overwrite(call.id("overwrite_id"), call.body)
    channel.overwrites[overwrite.id] = overwrite
    tell_channel(call.world, channel)
    return Reply(204)


def _delete_overwrite(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_ROLES)
    channel.overwrites.pop(call.id("overwrite_id"), None)
    tell_channel(call.world, channel)
    return Reply(204)


def _overwrite(overwrite_id: int, body: Any) -> Overwrite:
    allow, deny = (Permissions(int(body.get(key) or 0)) for key in ("allow", "deny"))
    return Overwrite(overwrite_id, int(body["type"]), allow, deny)


ROUTES = [
    Route("GET", "/guilds/{guild_id}/channels", _get_all),
    Route("POST", "/guilds/{guild_id}/channels", _create),
    Route("GET", "/channels/{channel_id}", _get),
    Route("PATCH", "/channels/{channel_id}", _edit),
    Route("DELETE", "/channels/{channel_id}", _delete),
    Route("PUT", "/channels/{channel_id}/permissions/{overwrite_id}", _put_overwrite),
    Route("DELETE", "/channels/{channel_id}/permissions/{overwrite_id}", _delete_overwrite),
]
