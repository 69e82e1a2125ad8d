"""Reactions to messages."""

from __future__ import annotations

from typing import Any

from ...enums.permissions import Permissions
from ..world import Payload
from ..world.message import emoji_key
from ..world.messages import add_reaction, remove_reactions
from .call import Reply, RestCall
from .errors import RestError, unknown
from .routes import Route

__all__ = ["ROUTES"]


def _emoji(call: RestCall) -> Payload:
    name, _, emoji_id = call.params["emoji"].partition(":")
    # What is no custom emoji, ``name:id``, is a character that no letter is; which are emoji, Discord alone knows.
    if not emoji_id and (not name or name.isascii()):
        raise unknown("Emoji")
    return {"id": emoji_id or None, "name": name}


def _add(call: RestCall) -> Any:
    channel = call.channel(Permissions.READ_MESSAGE_HISTORY)
    message, emoji = call.message(channel), _emoji(call)
    if emoji_key(emoji) not in message.reactions:
        call.channel(Permissions.ADD_REACTIONS)
        if len(message.reactions) >= 20:
            raise RestError(400, 30010, "Maximum number of reactions reached (20)")
    add_reaction(call.world, channel, message, call.bot, emoji)
    return Reply(204)


def _remove(call: RestCall) -> Any:
    own = call.params["user_id"] == "@me"
    channel = call.channel() if own else call.channel(Permissions.MANAGE_MESSAGES)
    remove_reactions(call.world, channel, call.message(channel), call.user(), _emoji(call))
    return Reply(204)


def _remove_all(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_MESSAGES)
    remove_reactions(call.world, channel, call.message(channel), None, None)
    return Reply(204)


def _remove_emoji(call: RestCall) -> Any:
    channel = call.channel(Permissions.MANAGE_MESSAGES)
    message, emoji = call.message(channel), _emoji(call)
    if emoji_key(emoji) in message.reactions:
        remove_reactions(call.world, channel, message, None, emoji)
    return Reply(204)


def _get_users(call: RestCall) -> Any:
    message, after = call.message(call.channel()), int(call.query.get("after", 0))
    ids = sorted(one for one in message.reactions.get(emoji_key(_emoji(call)), []) if one > after)
    return [call.world.users[one].payload() for one in ids[: call.limit(25, 100)]]


_ALL = "/channels/{channel_id}/messages/{message_id}/reactions"
ROUTES = [
    Route("PUT", f"{_ALL}/{{emoji}}/@me", _add),
    Route("DELETE", f"{_ALL}/{{emoji}}/{{user_id}}", _remove),
    Route("GET", f"{_ALL}/{{emoji}}", _get_users),
    Route("DELETE", f"{_ALL}/{{emoji}}", _remove_emoji),
    Route("DELETE", _ALL, _remove_all),
]
