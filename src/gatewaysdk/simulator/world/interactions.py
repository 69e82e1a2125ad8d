"""Users do something with a bot's commands, components and forms."""

from __future__ import annotations

from typing import Any

from .change import Payload
from .channel import SimulatedChannel
from .guild import Guild
from .interaction import Interaction
from .member import SimulatedMember
from .message import SimulatedMessage
from .permissions import permissions_in
from .user import User
from .world import World

__all__ = ["begin", "shown_member"]

_MOST_KEPT = 1000
_IN_GUILD, _WITH_BOT = 0, 1


def begin(
    world: World,
    kind: int,
    user: User,
    channel: SimulatedChannel,
    data: Payload,
    began: float,
    source: SimulatedMessage | None = None,
) -> Interaction:
    """Let a user do something, and tell the bot."""
    interaction_id = world.ids.new()
    made = Interaction(interaction_id, kind, f"interaction-{interaction_id:x}", user, channel, data, began, source)
    world.interactions[interaction_id] = made
    if len(world.interactions) > _MOST_KEPT:
        del world.interactions[next(iter(world.interactions))]
    guild = world.guilds.get(channel.guild_id or 0)
    world.tell("INTERACTION_CREATE", _payload(world, made, guild), channel.guild_id)
    return made


def _payload(world: World, interaction: Interaction, guild: Guild | None) -> Payload:
    channel = interaction.channel
    made: Payload = {
        "id": str(interaction.id),
        "application_id": str(world.bot.id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": channel.payload(),
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": 10_485_760,
        "authorizing_integration_owners": {"0": str(channel.guild_id or 0)},
        "context": _WITH_BOT if guild is None else _IN_GUILD,
        "app_permissions": "0",
    }
    if interaction.source is not None:
        made["message"] = interaction.source.payload(world.bot.id)
    if guild is None:
        return {**made, "user": interaction.user.payload()}
    member = guild.members[interaction.user.id]
    features: list[Any] = []
    return {
        **made,
        "app_permissions": str(int(permissions_in(guild, channel, world.bot_in(guild)))),
        "guild_id": str(guild.id),
        "guild": {"id": str(guild.id), "locale": "en-US", "features": features},
        "guild_locale": "en-US",
        "member": shown_member(guild, channel, member),
    }


def shown_member(guild: Guild, channel: SimulatedChannel, member: SimulatedMember) -> Payload:
    """Return a member as interactions show them: with what they may in the channel."""
    return member.payload() | {"permissions": str(int(permissions_in(guild, channel, member)))}
