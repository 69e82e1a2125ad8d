"""A request as the handlers of routes see it, and what all of them look up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from ...enums.permissions import Permissions
from ..state import SharedState
from ..world import Guild, SimulatedChannel, SimulatedMember, SimulatedMessage, User, World
from ..world.permissions import can_act_on, permissions_in, permissions_of
from .errors import invalid_form, missing_access, missing_permissions, unknown

__all__ = ["Reply", "RestCall", "RouteAnswer", "Upload"]


class Upload(NamedTuple):
    """A file that came with a request."""

    filename: str
    content_type: str
    data: bytes


class Reply(NamedTuple):
    """An answer other than 200 with JSON; 204 has no body."""

    status: int
    payload: Any = None


@dataclass(slots=True)
class RestCall:
    """What a route's handler works with; its lookups raise the `RestError` that Discord would answer.

    Attributes:
        params: the parts of the path that the route names.
        query: of the URL.
        body: the JSON, {} where there is none.
        files: by the name of their part.
    """

    state: SharedState
    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    files: dict[str, Upload] = field(default_factory=dict)
    reason: str | None = None

    @property
    def world(self) -> World:
        """Where it happens."""
        return self.state.world

    @property
    def bot(self) -> User:
        """Who asks."""
        return self.state.world.bot

    def id(self, name: str) -> int:
        """Return an id of the path; ``@me`` is the bot."""
        text = self.params[name]
        if text == "@me":
            return self.bot.id
        if not text.isdecimal():
            raise invalid_form(name, "NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
        return int(text)

    def text(self, key: str, default: str = "") -> str:
        """Return a text of the body."""
        value = self.body.get(key, default)
        if not isinstance(value, str):
            raise invalid_form(key, "STRING_TYPE_CONVERT", "Could not interpret value as string.")
        return value

    def limit(self, default: int, most: int) -> int:
        """Return ``limit`` of the query."""
        text = self.query.get("limit", str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            raise invalid_form("limit", "NUMBER_TYPE_MAX", f"int value should be between 1 and {most}.")
        return int(text)

    def user(self, name: str = "user_id") -> User:
        """Return the user that the path names."""
        found = self.world.find_user(self.id(name))
        if found is None:
            raise unknown("User")
        return found

    def guild(self) -> Guild:
        """Return the guild that the path names."""
        found = self.world.guilds.get(self.id("guild_id"))
        if found is None:
            raise unknown("Guild")
        return found

    def member(self, guild: Guild) -> SimulatedMember:
        """Return the member that the path names."""
        found = guild.members.get(self.id("user_id"))
        if found is None:
            raise unknown("Member")
        return found

    def need(self, guild: Guild, permission: Permissions) -> None:
        """Check that the bot may do something in a guild."""
        if permission not in permissions_of(guild, self.world.bot_in(guild)):
            raise missing_permissions()

    def need_above(self, guild: Guild, target: SimulatedMember) -> None:
        """Check that the bot stands above a member."""
        if not can_act_on(guild, self.world.bot_in(guild), target):
            raise missing_permissions()

    def channel(self, *needed: Permissions) -> SimulatedChannel:
        """Return the channel that the path names, if the bot sees it and has all that is ``needed`` there."""
        channel = self.world.channels.get(self.id("channel_id"))
        if channel is None:
            raise unknown("Channel")
        guild = self.world.guilds.get(channel.guild_id or 0)
        if guild is None:
            return channel
        allowed = permissions_in(guild, channel, self.world.bot_in(guild))
        if Permissions.VIEW_CHANNEL not in allowed:
            raise missing_access()
        if any(one not in allowed for one in needed):
            raise missing_permissions()
        return channel

    def guild_of(self, channel: SimulatedChannel) -> Guild | None:
        """Return the guild of a channel, None for a direct one."""
        return self.world.guilds.get(channel.guild_id or 0)

    def message(self, channel: SimulatedChannel) -> SimulatedMessage:
        """Return the message that the path names."""
        found = channel.messages.get(self.id("message_id"))
        if found is None:
            raise unknown("Message")
        return found


RouteAnswer: TypeAlias = Callable[[RestCall], Any]
"""Returns the JSON of a 200, or a `Reply`; raises `RestError`."""
