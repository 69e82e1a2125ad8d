"""A person or a bot, with one account for all guilds."""

from __future__ import annotations

from dataclasses import dataclass

from .change import Payload

__all__ = ["User"]


@dataclass(slots=True, eq=False)
class User:
    """An account (resources/user#user-object)."""

    id: int
    username: str
    bot: bool = False
    global_name: str | None = None
    avatar: str | None = None

    @property
    def mention(self) -> str:
        """What a text mentions the user with."""
        return f"<@{self.id}>"

    def payload(self) -> Payload:
        """Return the account as all see it."""
        made: Payload = {
            "id": str(self.id),
            "username": self.username,
            "discriminator": "0000" if self.bot else "0",
            "global_name": self.global_name,
            "avatar": self.avatar,
            "public_flags": 0,
            "avatar_decoration_data": None,
        }
        return {**made, "bot": True} if self.bot else made

    def own_payload(self) -> Payload:
        """Return the account as it sees itself, in READY and at /users/@me."""
        private = {"mfa_enabled": False, "verified": True, "email": None, "flags": 0, "locale": "en-US"}
        return {**self.payload(), **private, "banner": None, "accent_color": None}
