"""A user in a guild."""

from __future__ import annotations

from dataclasses import dataclass, field

from .change import Payload
from .user import User

__all__ = ["SimulatedMember"]


@dataclass(slots=True, eq=False)
class SimulatedMember:
    """Somebody's membership of a guild (resources/guild#guild-member-object).

    Attributes:
        role_ids: without that of @everyone, which all have.
        timed_out_until: ISO 8601 time until which the member may only read, or None.
    """

    user: User
    guild_id: int
    joined_at: str
    role_ids: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: str | None = None
    deaf: bool = False
    mute: bool = False

    @property
    def id(self) -> int:
        """The id of the user."""
        return self.user.id

    @property
    def mention(self) -> str:
        """What a text mentions the member with."""
        return self.user.mention

    def payload(self, *, user: bool = True) -> Payload:
        """Return the membership as Discord writes it; messages leave out the ``user``, which is their author."""
        made: Payload = {
            "roles": [str(role_id) for role_id in self.role_ids],
            "joined_at": self.joined_at,
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "premium_since": None,
            "communication_disabled_until": self.timed_out_until,
            "deaf": self.deaf,
            "mute": self.mute,
            "flags": 0,
            "pending": False,
        }
        return {**made, "user": self.user.payload()} if user else made
