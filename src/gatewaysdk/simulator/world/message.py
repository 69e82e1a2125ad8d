"""A message of a channel."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from .change import Payload
from .user import User

__all__ = ["Reactions", "SimulatedMessage", "emoji_key"]

_USER, _ROLE = re.compile(r"<@!?(\d+)>"), re.compile(r"<@&(\d+)>")

Reactions = dict[str, list[int]]
"""User ids by emoji, in the order of their coming; an emoji is ``👍``, or ``name:id``."""


def emoji_key(emoji: Payload) -> str:
    """Return how URLs write an emoji."""
    return emoji["name"] if emoji.get("id") is None else f"{emoji['name']}:{emoji['id']}"


@dataclass(slots=True, eq=False)
class SimulatedMessage:
    """What somebody said (resources/message#message-object).

    Attributes:
        body: what its author chose: content, embeds, components and the like, as Discord writes them.
        mentions: the users that its text mentions.
        webhook_id: the application, for what answers an interaction.
        extra: other keys, such as ``interaction_metadata``.
    """

    id: int
    channel_id: int
    guild_id: int | None
    author: User
    timestamp: str
    body: Payload
    mentions: list[User] = field(default_factory=list)
    edited_timestamp: str | None = None
    pinned: bool = False
    type: int = 0
    webhook_id: int | None = None
    reactions: Reactions = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> str:
        """Its text."""
        return str(self.body.get("content") or "")

    @property
    def embeds(self) -> list[Payload]:
        """Its embeds, as Discord writes them."""
        return list(self.body.get("embeds") or [])

    @property
    def components(self) -> list[Payload]:
        """Its components, as Discord writes them."""
        return list(self.body.get("components") or [])

    @property
    def ephemeral(self) -> bool:
        """Whether it is shown to one user alone."""
        return bool(int(self.body.get("flags") or 0) & 1 << 6)

    def mentioned_ids(self) -> tuple[list[int], list[int]]:
        """Return the ids of users and of roles that the text names."""
        return [int(one) for one in _USER.findall(self.content)], [int(one) for one in _ROLE.findall(self.content)]

    def payload(self, viewer_id: int) -> Payload:
        """Return the message as the API gives it to ``viewer_id``, whose own reactions are marked."""
        made: Payload = {
            "id": str(self.id),
            "channel_id": str(self.channel_id),
            "type": self.type,
            "author": self.author.payload(),
            "content": self.content,
            "timestamp": self.timestamp,
            "edited_timestamp": self.edited_timestamp,
            "tts": bool(self.body.get("tts", False)),
            "mention_everyone": "@everyone" in self.content or "@here" in self.content,
            "mentions": [user.payload() for user in self.mentions],
            "mention_roles": [str(one) for one in dict.fromkeys(self.mentioned_ids()[1])],
            "attachments": self.body.get("attachments") or [],
            "embeds": self.embeds,
            "components": self.components,
            "pinned": self.pinned,
            "flags": int(self.body.get("flags") or 0),
            **self.extra,
        }
        if "nonce" in self.body:
            made["nonce"] = self.body["nonce"]
        if self.webhook_id is not None:
            made.update(webhook_id=str(self.webhook_id), application_id=str(self.webhook_id))
        if self.reactions:
            made["reactions"] = [_reaction(key, users, viewer_id) for key, users in self.reactions.items()]
        return made

    def __repr__(self) -> str:
        return f"SimulatedMessage({self.author.username}: {self.content!r})"


def _reaction(key: str, user_ids: list[int], viewer_id: int) -> Payload:
    name, _, emoji_id = key.partition(":")
    return {
        "emoji": {"id": emoji_id or None, "name": name},
        "count": len(user_ids),
        "count_details": {"burst": 0, "normal": len(user_ids)},
        "me": viewer_id in user_ids,
        "me_burst": False,
        "burst_colors": [],
    }
