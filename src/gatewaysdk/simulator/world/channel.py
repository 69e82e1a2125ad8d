"""A channel, and what was said in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from .change import Payload
from .message import SimulatedMessage
from .user import User

__all__ = ["Overwrite", "SimulatedChannel"]

_MOST_MESSAGES = 10_000
_OBFUSCATED = 1 << 17
_HIDDEN_NAME = "___hidden___"

_NONE = Permissions(0)


@dataclass(slots=True)
class Overwrite:
    """What a role (type 0) or a member (type 1) may in one channel, whatever their roles say."""

    id: int
    type: int
    allow: Permissions = _NONE
    deny: Permissions = _NONE

    def payload(self) -> Payload:
        """Return it as Discord writes it."""
        return {
            "id": str(self.id),
            "type": self.type,
            "allow": str(int(self.allow)),
            "deny": str(int(self.deny)),
        }


@dataclass(slots=True, eq=False)
class SimulatedChannel:
    """A channel of a guild, or a direct one (resources/channel#channel-object).

    Attributes:
        recipients: who talk in a direct channel beside the bot.
        overwrites: by the id of the role or member.
        messages: the last 10,000, by id, oldest first.
        other: further keys, such as ``topic``, as Discord writes them.
    """

    id: int
    type: ChannelType
    name: str = ""
    guild_id: int | None = None
    position: int = 0
    parent_id: int | None = None
    recipients: list[User] = field(default_factory=list)
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    messages: dict[int, SimulatedMessage] = field(default_factory=dict)
    other: dict[str, Any] = field(default_factory=dict)

    @property
    def mention(self) -> str:
        """What a text mentions the channel with."""
        return f"<#{self.id}>"

    @property
    def is_voice(self) -> bool:
        """Whether one can talk in it."""
        return self.type in (ChannelType.GUILD_VOICE, ChannelType.GUILD_STAGE_VOICE)

    def keep(self, message: SimulatedMessage) -> None:
        """Add a message; the oldest goes when there are too many."""
        self.messages[message.id] = message
        if len(self.messages) > _MOST_MESSAGES:
            del self.messages[next(iter(self.messages))]

    def payload(self) -> Payload:
        """Return the channel as Discord writes it."""
        last = next(reversed(self.messages), None)
        made: Payload = {"id": str(self.id), "type": int(self.type), "flags": 0, "last_message_id": last and str(last)}
        if self.guild_id is None:
            return {**made, "recipients": [user.payload() for user in self.recipients], **self.other}
        made.update(
            guild_id=str(self.guild_id),
            name=self.name,
            position=self.position,
            parent_id=self.parent_id and str(self.parent_id),
            permission_overwrites=[one.payload() for one in self.overwrites.values()],
            nsfw=False,
            rate_limit_per_user=0,
        )
        if self.is_voice:
            made.update(bitrate=64_000, user_limit=0, rtc_region=None)
        else:
            made["topic"] = None
        return {**made, **self.other}

    def hidden_payload(self) -> Payload:
        """Return what a bot gets that may not view the channel (resources/channel, obfuscated channels)."""
        everyone = Overwrite(self.guild_id or 0, 0, deny=Permissions.VIEW_CHANNEL)
        return {
            "id": str(self.id),
            "type": int(self.type),
            "guild_id": str(self.guild_id),
            "position": self.position,
            "flags": _OBFUSCATED,
            "name": _HIDDEN_NAME,
            "permission_overwrites": [everyone.payload()],
        }

    def __repr__(self) -> str:
        return f"SimulatedChannel({self.name!r}, {self.id})"
