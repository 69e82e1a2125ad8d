"""A role of a guild."""

from __future__ import annotations

from dataclasses import dataclass

from ...enums.permissions import Permissions
from .change import Payload

__all__ = ["Role"]

_NONE = Permissions(0)


@dataclass(slots=True, eq=False)
class Role:
    """What members have in common (topics/permissions#role-object); @everyone has the id of its guild.

    Attributes:
        bot_id: the bot that the role was made for, which nobody else can have.
    """

    id: int
    name: str
    permissions: Permissions = _NONE
    position: int = 0
    color: int = 0
    hoist: bool = False
    mentionable: bool = False
    bot_id: int | None = None

    @property
    def mention(self) -> str:
        """What a text mentions the role with."""
        return f"<@&{self.id}>"

    def payload(self) -> Payload:
        """Return the role as Discord writes it."""
        made: Payload = {
            "id": str(self.id),
            "name": self.name,
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "hoist": self.hoist,
            "icon": None,
            "unicode_emoji": None,
            "position": self.position,
            "permissions": str(int(self.permissions)),
            "managed": self.bot_id is not None,
            "mentionable": self.mentionable,
            "flags": 0,
        }
        return made if self.bot_id is None else {**made, "tags": {"bot_id": str(self.bot_id)}}
