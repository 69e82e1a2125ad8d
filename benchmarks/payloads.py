"""The data of everyday events: the simulator's samples, cut down to the keys that such an event has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatewaysdk.models import Activity, Attachment, Embed
from gatewaysdk.simulator import sample_model

from .scenario import MARK
from .world import APPLICATION_ID, Payload, Place, World, keep

__all__ = ["MAKERS"]

_EMOJI = ("🎉", "👍", "🔥", "⭐")
_TEXT = (
    "Has anyone tried the new build? It starts in half the time, but the settings are gone after a restart.",
    "Ça marche très bien, merci !",
    "会議は明日の十時です。",
    "ok",
    "I will be there at nine; save me a seat next to the window, please 🎉",
)
_ACTIVITY = (
    "name",
    "type",
    "created_at",
    "timestamps",
    "application_id",
    "details",
    "state",
    "party",
    "assets",
    "flags",
)
_ATTACHMENT = ("id", "filename", "size", "url", "proxy_url", "width", "height", "content_type")
_EMBED = ("title", "type", "description", "url", "timestamp", "color")


def _everyday(world: World, kind: type[Any], keys: tuple[str, ...]) -> Payload:
    return keep(sample_model(kind, seed=world.random.randrange(50), full=True), keys)


def _place(world: World) -> Place:
    return world.random.choice(world.places)


def _message_id(world: World) -> Payload:
    place = _place(world)
    return {"channel_id": world.random.choice(place.text_channels), "guild_id": place.guild_id, "id": world.new_id()}


def message(world: World) -> Payload:
    """Make a message in a guild, one in six with a file, one in ten with an embed, some with a mention."""
    random, place = world.random, _place(world)
    user = random.choice(world.users)
    mentioned = {**random.choice(world.users), "member": world.member(place)} if random.random() < 0.15 else None
    attachment = {**_everyday(world, Attachment, _ATTACHMENT), "content_scan_version": 0}
    return {
        "type": 0,
        "tts": False,
        "timestamp": "2026-02-03T04:05:06.789000+00:00",
        "pinned": False,
        "nonce": world.new_id(),
        "mentions": [] if mentioned is None else [mentioned],
        "mention_roles": [],
        "mention_everyone": False,
        "member": world.member(place),
        "id": world.new_id(),
        "flags": 0,
        "embeds": [_everyday(world, Embed, _EMBED)] if random.random() < 0.1 else [],
        "edited_timestamp": None,
        "content": random.choice(_TEXT),
        "components": [],
        "channel_type": 0,
        "channel_id": random.choice(place.text_channels),
        "author": user,
        "attachments": [attachment] if random.random() < 0.16 else [],
        "guild_id": place.guild_id,
    }


def message_update(world: World) -> Payload:
    """Make an edited message."""
    made = message(world)
    del made["nonce"]
    return {**made, "edited_timestamp": "2026-02-03T04:06:07.890000+00:00"}


def presence(world: World) -> Payload:
    """Make somebody's status, mostly with one or two activities, as bots with that intent get by the thousand."""
    random = world.random
    status = random.choice(("online", "idle", "dnd"))
    activities = [_everyday(world, Activity, _ACTIVITY) for _ in range(random.choice((0, 1, 1, 2, 2)))]
    for activity in activities:
        activity.update(id="ec0b28a579ecb4bd", type=0, flags=1, session_id=f"{random.getrandbits(128):032x}")
    return {
        "user": {"id": random.choice(world.users)["id"]},
        "status": status,
        "processed_at_timestamp": 0,
        "guild_id": _place(world).guild_id,
        "client_status": {"desktop": status},
        "broadcast": None,
        "activities": activities,
    }


def typing(world: World) -> Payload:
    """Make somebody type."""
    place, user = _place(world), world.random.choice(world.users)
    return {
        "user_id": user["id"],
        "timestamp": 1_770_000_000 + world.random.randrange(10_000),
        "member": {"user": user, **world.member(place)},
        "channel_id": world.random.choice(place.text_channels),
        "guild_id": place.guild_id,
    }


def reaction_add(world: World) -> Payload:
    """Make a reaction to a message."""
    place, user = _place(world), world.random.choice(world.users)
    return {**_reaction(world, place, user), "member": {"user": user, **world.member(place)}, "burst": False}


def reaction_remove(world: World) -> Payload:
    """Make a reaction that is taken back."""
    return {**_reaction(world, _place(world), world.random.choice(world.users)), "burst": False}


def _reaction(world: World, place: Place, user: Payload) -> Payload:
    return {
        "user_id": user["id"],
        "type": 0,
        "message_id": world.new_id(),
        "emoji": {"name": world.random.choice(_EMOJI), "id": None},
        "channel_id": world.random.choice(place.text_channels),
        "guild_id": place.guild_id,
    }


def voice_state(world: World) -> Payload:
    """Make somebody join a voice channel, or change how they are there."""
    random, place, user = world.random, _place(world), world.random.choice(world.users)
    return {
        "member": {"user": user, **world.member(place)},
        "user_id": user["id"],
        "suppress": False,
        "session_id": f"{random.getrandbits(128):032x}",
        "self_video": False,
        "self_mute": random.random() < 0.5,
        "self_deaf": False,
        "request_to_speak_timestamp": None,
        "mute": False,
        "deaf": False,
        "channel_id": place.voice_channel,
        "guild_id": place.guild_id,
    }


def member(world: World) -> Payload:
    """Make a member who joined or changed."""
    place = _place(world)
    return {"user": world.random.choice(world.users), **world.member(place), "guild_id": place.guild_id}


def member_remove(world: World) -> Payload:
    """Make somebody leave."""
    return {"user": world.random.choice(world.users), "guild_id": _place(world).guild_id}


def message_delete(world: World) -> Payload:
    """Make a deleted message."""
    return _message_id(world)


def rare(world: World) -> Payload:
    """Make what nearly never comes."""
    place = _place(world)
    return {"message_id": world.new_id(), "channel_id": place.text_channels[0], "guild_id": place.guild_id}


def channel_update(world: World) -> Payload:
    """Make a channel that was changed."""
    place = _place(world)
    return {**world.channel(place, world.random.randrange(len(place.text_channels))), "guild_id": place.guild_id}


def role_update(world: World) -> Payload:
    """Make a role that was changed."""
    place = _place(world)
    return {"role": world.role(place, world.random.randrange(len(place.roles))), "guild_id": place.guild_id}


def interaction(world: World) -> Payload:
    """Make a slash command with one option."""
    random, place, user = world.random, _place(world), world.random.choice(world.users)
    channel = world.channel(place, 0)
    return {
        "version": 1,
        "type": 2,
        "token": f"{random.getrandbits(600):0150x}",
        "member": {"user": user, **world.member(place), "permissions": "2222085186637376"},
        "locale": "en-GB",
        "id": world.new_id(),
        "guild_locale": "en-US",
        "guild_id": place.guild_id,
        "guild": {"locale": "en-US", "id": place.guild_id, "features": []},
        "entitlements": [],
        "data": {
            "type": 1,
            "options": [{"value": random.choice(_TEXT), "type": 3, "name": "query"}],
            "name": "search",
            "id": world.new_id(),
        },
        "context": 0,
        "channel_id": channel["id"],
        "channel": {**channel, "guild_id": place.guild_id, "permissions": "2222085186637376"},
        "authorizing_integration_owners": {"0": place.guild_id},
        "attachment_size_limit": 10_485_760,
        "application_id": APPLICATION_ID,
        "app_permissions": "2222085186637376",
    }


MAKERS: dict[str, Callable[[World], Payload]] = {
    "MESSAGE_CREATE": message,
    "PRESENCE_UPDATE": presence,
    "TYPING_START": typing,
    "MESSAGE_REACTION_ADD": reaction_add,
    "VOICE_STATE_UPDATE": voice_state,
    "MESSAGE_UPDATE": message_update,
    "GUILD_MEMBER_UPDATE": member,
    "INTERACTION_CREATE": interaction,
    "GUILD_MEMBER_ADD": member,
    "MESSAGE_DELETE": message_delete,
    "MESSAGE_REACTION_REMOVE": reaction_remove,
    "GUILD_MEMBER_REMOVE": member_remove,
    "CHANNEL_UPDATE": channel_update,
    "GUILD_ROLE_UPDATE": role_update,
    MARK: rare,
}
