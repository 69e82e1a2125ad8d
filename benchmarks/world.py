"""The guilds, channels and users of the corpus, so that events name objects that a GUILD_CREATE has brought."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from gatewaysdk.models import Channel, GuildMember, Role, User
from gatewaysdk.simulator import sample, sample_model

__all__ = ["APPLICATION_ID", "Payload", "Place", "World", "keep"]

Payload = dict[str, Any]

# Snowflakes of 2024, so that each library reads plausible times out of them.
_FIRST = 1_190_000_000_000_000_000
APPLICATION_ID = str(_FIRST + 1)

# What most people have; any combination is allowed, but nobody has those that a sample makes up.
_MEMBER_FLAGS, _USER_FLAGS = (0, 0, 0, 1, 2, 10), (0, 0, 0, 64, 128, 256, 4_194_304)

_USERS, _ROLES, _CHANNELS = 400, 12, 8
_SMALLEST, _LARGEST = 10_000, 1_000_000

_USER = ("id", "username", "discriminator", "global_name", "avatar", "public_flags", "avatar_decoration_data")
_MEMBER = ("nick", "avatar", "banner", "roles", "joined_at", "premium_since", "deaf", "mute", "flags", "pending")
_ROLE = ("name", "color", "colors", "hoist", "icon", "unicode_emoji", "position", "permissions", "managed", "flags")
_CHANNEL = ("topic", "nsfw", "last_message_id", "rate_limit_per_user", "permission_overwrites", "position")


_VOICE: Payload = {
    "type": 2,
    "name": "Voice",
    "bitrate": 64_000,
    "user_limit": 0,
    "position": 9,
    "nsfw": False,
    "rate_limit_per_user": 0,
    "rtc_region": None,
    "parent_id": None,
    "permission_overwrites": [],
}
_ONLINE: Payload = {"status": "online", "client_status": {"web": "online"}, "activities": []}
# What a guild need not have, so that its size is that of its members.
_EMPTY: Payload = {
    "joined_at": "2024-03-01T12:00:00.000000+00:00",
    "unavailable": False,
    "nsfw": False,
    "widget_enabled": False,
    "lazy": True,
    "preferred_locale": "en-US",
    "premium_subscription_count": 0,
    "max_members": 500_000,
    "max_video_channel_users": 25,
    **dict.fromkeys(("emojis", "stickers", "voice_states", "threads", "stage_instances"), ()),
    **dict.fromkeys(("guild_scheduled_events", "soundboard_sounds"), ()),
    **dict.fromkeys(("afk_channel_id", "system_channel_id", "rules_channel_id", "application_id")),
    **dict.fromkeys(("public_updates_channel_id", "safety_alerts_channel_id", "incidents_data")),
}


def keep(payload: Payload, keys: Iterable[str]) -> Payload:
    """Return the part of a payload that an everyday one has."""
    return {key: payload[key] for key in keys if key in payload}


@dataclass(frozen=True, slots=True)
class Place:
    """A guild, as far as events refer to it."""

    guild_id: str
    text_channels: tuple[str, ...]
    voice_channel: str
    roles: tuple[str, ...]


class World:
    """Everything that repeats: made once from a seed, and used by all events."""

    def __init__(self, guilds: int, seed: int) -> None:
        self.random = Random(seed)
        self._next = _FIRST + 1_000_000
        self.users = [self._user(number) for number in range(_USERS)]
        self._members = [keep(sample_model(GuildMember, seed=number, full=True), _MEMBER) for number in range(_USERS)]
        self._roles = [
            {**keep(sample_model(Role, seed=n, full=True), _ROLE), "mentionable": False} for n in range(_ROLES)
        ]
        self._channels = [keep(sample_model(Channel, seed=number, full=True), _CHANNEL) for number in range(_CHANNELS)]
        self.places = [self._place() for _ in range(guilds)]

    def new_id(self) -> str:
        """Return an id that nothing else has."""
        self._next += self.random.randrange(1, 5000)
        return str(self._next)

    def _user(self, number: int) -> Payload:
        user = keep(sample_model(User, seed=number, full=True), _USER)
        user["public_flags"] = self.random.choice(_USER_FLAGS)
        if number % 4:
            user["avatar_decoration_data"] = None
        # Keys that Discord sends and does not document.
        return {**user, "id": self.new_id(), "clan": None, "primary_guild": None, "display_name_styles": None}

    def _place(self) -> Place:
        ids = tuple(self.new_id() for _ in range(2 + _CHANNELS + _ROLES))
        return Place(ids[0], ids[1 : 1 + _CHANNELS], ids[1 + _CHANNELS], ids[2 + _CHANNELS :])

    def member(self, place: Place, number: int | None = None) -> Payload:
        """Return somebody's membership without the user."""
        made = dict(self._members[self.random.randrange(_USERS) if number is None else number])
        made["roles"] = self.random.sample(place.roles, self.random.randrange(1, 5))
        made["communication_disabled_until"] = None
        made["premium_since"] = made["premium_since"] if self.random.random() < 0.1 else None
        made["banner"] = made["avatar"] = None
        made["joined_at"] = made["joined_at"] or "2022-11-12T13:14:15.678000+00:00"
        made["flags"] = self.random.choice(_MEMBER_FLAGS)
        return made

    def role(self, place: Place, number: int) -> Payload:
        """Return a role of a guild."""
        return {"id": place.roles[number], **self._roles[number], "icon": None, "unicode_emoji": None, "tags": {}}

    def channel(self, place: Place, number: int) -> Payload:
        """Return a text channel of a guild."""
        made = {**self._channels[number], "id": place.text_channels[number], "type": 0, "name": f"channel-{number}"}
        overwrite = {"id": place.roles[0], "type": 0, "allow": "1024", "deny": "2048"}
        return {**made, "parent_id": None, "last_pin_timestamp": None, "flags": 0, "permission_overwrites": [overwrite]}

    def guild_create(self, number: int) -> Payload:
        """Return the GUILD_CREATE of a guild; sizes grow from 10 KB to 1 MB, each by the same factor."""
        place, steps = self.places[number], max(1, len(self.places) - 1)
        size = _SMALLEST * (_LARGEST / _SMALLEST) ** (number / steps)
        everyone = {**self.role(place, 0), "id": place.guild_id, "name": "@everyone", "position": 0}
        guild = {
            **sample("GUILD_CREATE", full=False, seed=0),
            **_EMPTY,
            "id": place.guild_id,
            "name": f"Guild {number}",
            "owner_id": self.users[0]["id"],
            "large": size > 100_000,
            "roles": [everyone, *(self.role(place, n) for n in range(_ROLES))],
            "channels": [*(self.channel(place, n) for n in range(_CHANNELS)), {**_VOICE, "id": place.voice_channel}],
            "members": [{"user": self.users[number], **self.member(place, number)}],
            "presences": [],
        }
        self._fill(guild, place, size - len(orjson.dumps(guild)))
        return {**guild, "member_count": len(guild["members"])}

    def _fill(self, guild: Payload, place: Place, size: float) -> None:
        """Add as many members as make so many bytes; a third of them is online."""
        members, presences = guild["members"], guild["presences"]
        while size > 0:
            user = {**self.users[len(members) % _USERS], "id": self.new_id()}
            members.append({"user": user, **self.member(place)})
            size -= len(orjson.dumps(members[-1]))
            if len(members) % 3 == 0:
                presences.append({**_ONLINE, "user": {"id": user["id"]}})
                size -= len(orjson.dumps(presences[-1]))
