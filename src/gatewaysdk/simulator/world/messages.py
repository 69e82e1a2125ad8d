"""Saying something, changing it, taking it back; and what others put under it."""

from __future__ import annotations

from typing import Any

from .change import Payload
from .channel import SimulatedChannel
from .ids import timestamp
from .message import SimulatedMessage, emoji_key
from .user import User
from .world import World

__all__ = ["add_reaction", "announce", "delete_messages", "edit", "pin", "post", "remove_reactions", "write"]


def write(world: World, channel: SimulatedChannel, author: User, body: Payload, **rest: Any) -> SimulatedMessage:
    """Make a message that nobody sees yet, such as an ephemeral one; ``rest`` are fields of `SimulatedMessage`."""
    message = SimulatedMessage(
        world.ids.new(), channel.id, channel.guild_id, author, timestamp(world.now()), _finished(body), **rest
    )
    _find_mentions(world, message)
    return message


def post(world: World, channel: SimulatedChannel, author: User, body: Payload, **rest: Any) -> SimulatedMessage:
    """Say something in a channel: kept, and told to the bot."""
    message = write(world, channel, author, body, **rest)
    channel.keep(message)
    announce(world, channel, "MESSAGE_CREATE", message)
    return message


def edit(world: World, channel: SimulatedChannel, message: SimulatedMessage, changes: Payload) -> None:
    """Change a message; keys that ``changes`` does not have stay as they are."""
    message.body = _finished({**message.body, **changes})
    message.edited_timestamp = timestamp(world.now())
    _find_mentions(world, message)
    if message.id in channel.messages:
        announce(world, channel, "MESSAGE_UPDATE", message)


def pin(world: World, channel: SimulatedChannel, message: SimulatedMessage, pinned: bool) -> None:
    """Pin a message, or take it down."""
    message.pinned = pinned
    announce(world, channel, "MESSAGE_UPDATE", message)
    last = timestamp(world.now()) if pinned else None
    world.tell_in(channel, "CHANNEL_PINS_UPDATE", _placed(channel, {"last_pin_timestamp": last}))


def delete_messages(world: World, channel: SimulatedChannel, messages: list[SimulatedMessage]) -> None:
    """Take messages away; more than one at a time is told in one event, as Discord does."""
    for message in messages:
        channel.messages.pop(message.id, None)
    if len(messages) == 1:
        world.tell_in(channel, "MESSAGE_DELETE", _placed(channel, {"id": str(messages[0].id)}))
    elif messages:
        ids = [str(message.id) for message in messages]
        world.tell_in(channel, "MESSAGE_DELETE_BULK", _placed(channel, {"ids": ids}))


def add_reaction(
    world: World, channel: SimulatedChannel, message: SimulatedMessage, user: User, emoji: Payload
) -> None:
    """Put an emoji under a message; twice is once."""
    users = message.reactions.setdefault(emoji_key(emoji), [])
    if user.id in users:
        return
    users.append(user.id)
    d = _reaction(channel, message, user, emoji) | {"message_author_id": str(message.author.id), "burst": False}
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is not None and user.id in guild.members:
        d["member"] = guild.members[user.id].payload()
    world.tell_in(channel, "MESSAGE_REACTION_ADD", d)


def remove_reactions(
    world: World, channel: SimulatedChannel, message: SimulatedMessage, user: User | None, emoji: Payload | None
) -> None:
    """Take away one reaction; all of an emoji without ``user``; all there are without ``emoji``."""
    if emoji is None:
        message.reactions.clear()
        world.tell_in(channel, "MESSAGE_REACTION_REMOVE_ALL", _placed(channel, {"message_id": str(message.id)}))
        return
    key = emoji_key(emoji)
    users = message.reactions.get(key, [])
    if user is None:
        del message.reactions[key]
        d = _placed(channel, {"message_id": str(message.id), "emoji": emoji})
        world.tell_in(channel, "MESSAGE_REACTION_REMOVE_EMOJI", d)
    elif user.id in users:
        users.remove(user.id)
        if not users:
            del message.reactions[key]
        world.tell_in(channel, "MESSAGE_REACTION_REMOVE", _reaction(channel, message, user, emoji) | {"burst": False})


def announce(world: World, channel: SimulatedChannel, name: str, message: SimulatedMessage) -> None:
    """Tell of a message as the gateway does: with its guild, and with what its author is there."""
    d = _placed(channel, message.payload(world.bot.id)) | {"channel_type": int(channel.type)}
    guild = world.guilds.get(channel.guild_id or 0)
    if guild is not None and message.webhook_id is None and message.author.id in guild.members:
        d["member"] = guild.members[message.author.id].payload(user=False)
    world.tell_in(channel, name, d)


def _finished(body: Payload) -> Payload:
    embeds = body.get("embeds") or []
    return {**body, "embeds": [{"type": "rich", **embed} for embed in embeds]}


def _find_mentions(world: World, message: SimulatedMessage) -> None:
    ids = dict.fromkeys(message.mentioned_ids()[0])
    message.mentions = [world.users[user_id] for user_id in ids if user_id in world.users]


def _placed(channel: SimulatedChannel, d: Payload) -> Payload:
    made = {**d, "channel_id": str(channel.id)}
    return made if channel.guild_id is None else {**made, "guild_id": str(channel.guild_id)}


def _reaction(channel: SimulatedChannel, message: SimulatedMessage, user: User, emoji: Payload) -> Payload:
    return _placed(channel, {"user_id": str(user.id), "message_id": str(message.id), "emoji": emoji, "type": 0})
