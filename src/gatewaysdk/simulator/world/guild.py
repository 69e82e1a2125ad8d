"""A guild: its roles, its channels, and who is in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from .change import Payload
from .channel import SimulatedChannel
from .member import SimulatedMember
from .role import Role

__all__ = ["EVERYONE_PERMISSIONS", "Guild"]

EVERYONE_PERMISSIONS = (
    Permissions.CREATE_INSTANT_INVITE
    | Permissions.ADD_REACTIONS
    | Permissions.STREAM
    | Permissions.VIEW_CHANNEL
    | Permissions.SEND_MESSAGES
    | Permissions.EMBED_LINKS
    | Permissions.ATTACH_FILES
    | Permissions.READ_MESSAGE_HISTORY
    | Permissions.USE_EXTERNAL_EMOJIS
    | Permissions.CONNECT
    | Permissions.SPEAK
    | Permissions.USE_VAD
    | Permissions.CHANGE_NICKNAME
    | Permissions.USE_APPLICATION_COMMANDS
    | Permissions.CREATE_PUBLIC_THREADS
    | Permissions.SEND_MESSAGES_IN_THREADS
)
"""What everybody may in a new guild."""

_NOTHING = (
    *("icon", "icon_hash", "splash", "discovery_splash", "banner", "description", "vanity_url_code", "application_id"),
    *("afk_channel_id", "widget_channel_id", "rules_channel_id", "public_updates_channel_id"),
    *("safety_alerts_channel_id", "incidents_data", "max_presences"),
)
_ZERO = (
    *("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level", "nsfw_level"),
    *("premium_tier", "premium_subscription_count", "system_channel_flags"),
)


@dataclass(slots=True, eq=False)
class Guild:
    """A guild (resources/guild#guild-object).

    Attributes:
        crowd: makes the members that nobody has named; called when they are first asked for, as they may be many.
        banned: reasons by the id of the user.
        voice_states: by the id of the user, as Discord writes them.
    """

    id: int
    name: str
    owner_id: int
    joined_at: str
    crowd_size: int = 0
    crowd: Callable[[], Iterable[SimulatedMember]] = tuple
    roles: dict[int, Role] = field(default_factory=dict)
    channels: dict[int, SimulatedChannel] = field(default_factory=dict)
    banned: dict[int, str | None] = field(default_factory=dict)
    voice_states: dict[int, Payload] = field(default_factory=dict)
    _members: dict[int, SimulatedMember] = field(default_factory=dict)
    _crowd_is_there: bool = False

    @property
    def members(self) -> dict[int, SimulatedMember]:
        """Everybody in it, by id; the bot comes first."""
        if not self._crowd_is_there:
            self._crowd_is_there = True
            self._members.update((member.id, member) for member in self.crowd())
        return self._members

    @property
    def named_members(self) -> dict[int, SimulatedMember]:
        """The members without the crowd, unless that was asked for: cheap, and fit for adding one."""
        return self._members

    @property
    def member_count(self) -> int:
        """How many they are."""
        return len(self._members) + (0 if self._crowd_is_there else self.crowd_size)

    @property
    def everyone(self) -> Role:
        """The role that all members have."""
        return self.roles[self.id]

    def top_position(self, member: SimulatedMember) -> int:
        """Return the position of a member's highest role; the owner stands above all."""
        if member.id == self.owner_id:
            return 1 << 30
        return max((self.roles[role_id].position for role_id in member.role_ids if role_id in self.roles), default=0)

    def payload(self) -> Payload:
        """Return what the API gives of it: no channels, members or presences."""
        first = next((one for one in self.channels.values() if one.type is ChannelType.GUILD_TEXT), None)
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner_id),
            **dict.fromkeys(_NOTHING),
            **dict.fromkeys(_ZERO, 0),
            "afk_timeout": 300,
            "roles": [role.payload() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": [],
            "system_channel_id": None if first is None else str(first.id),
            "region": "deprecated",
            "preferred_locale": "en-US",
            "max_members": 25_000_000,
            "max_video_channel_users": 25,
            "max_stage_video_channel_users": 50,
            "premium_progress_bar_enabled": False,
            "widget_enabled": False,
            "nsfw": False,
        }

    def __repr__(self) -> str:
        return f"Guild({self.name!r}, {self.id})"
