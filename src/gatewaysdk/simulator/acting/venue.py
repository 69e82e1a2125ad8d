"""A guild, as a test sets it up."""

from __future__ import annotations

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from ..state import SharedState
from ..world import Guild, Overwrite, Role, SimulatedChannel, User
from ..world.members import join
from ..world.structure import create_channel, create_role, tell_channel, tell_role
from .person import Person

__all__ = ["Venue"]

_CROWD_NAME = "member-"


class Venue:
    """A guild of the bot. Its methods find what has the name, and make it where there is none.

    A bot that is connected is told of what was made at the next turn of the event loop.

    Attributes:
        guild: its state.
    """

    def __init__(self, state: SharedState, guild: Guild) -> None:
        self.guild = guild
        self._state = state
        self._world = state.world

    @property
    def id(self) -> int:
        """The id of the guild."""
        return self.guild.id

    @property
    def name(self) -> str:
        """The name of the guild."""
        return self.guild.name

    @property
    def everyone(self) -> Role:
        """The role that all members have."""
        return self.guild.everyone

    @property
    def owner(self) -> Person:
        """Who may do everything."""
        return Person(self._state, self.guild, self.guild.members[self.guild.owner_id])

    def channel(self, name: str = "general") -> SimulatedChannel:
        """Return the text channel of this name."""
        return self._channel(name, ChannelType.GUILD_TEXT)

    def voice_channel(self, name: str = "Lounge") -> SimulatedChannel:
        """Return the voice channel of this name."""
        return self._channel(name, ChannelType.GUILD_VOICE)

    def role(self, name: str, permissions: Permissions | None = None) -> Role:
        """Return the role of this name; a new one stands below the bot's, and allows what @everyone does."""
        for role in self.guild.roles.values():
            if role.name == name:
                return role
        return create_role(self._world, self.guild, name, permissions)

    def member(self, name: str, *roles: Role) -> Person:
        """Return the member of this user name; a new one gets ``roles``. ``member-1`` and so on are the crowd."""
        members = self.guild.members if name.startswith(_CROWD_NAME) else self.guild.named_members
        for member in members.values():
            if member.user.username == name:
                return Person(self._state, self.guild, member)
        user = next((one for one in self._world.users.values() if one.username == name), None)
        user = user or User(self._world.ids.new(), name, global_name=name.capitalize())
        member = join(self._world, self.guild, user, tuple(role.id for role in roles))
        return Person(self._state, self.guild, member)

    def allow(self, channel: SimulatedChannel, whom: Role | Person, permissions: Permissions) -> None:
        """Let a role or a person do something in a channel."""
        overwrite = self._overwrite(channel, whom)
        overwrite.allow |= permissions
        overwrite.deny &= ~permissions
        tell_channel(self._world, channel)

    def deny(self, channel: SimulatedChannel, whom: Role | Person, permissions: Permissions) -> None:
        """Keep a role or a person from something in a channel."""
        overwrite = self._overwrite(channel, whom)
        overwrite.deny |= permissions
        overwrite.allow &= ~permissions
        tell_channel(self._world, channel)

    def forbid_bot(self, permissions: Permissions) -> None:
        """Take permissions from the bot: from its own role, and from @everyone."""
        for role in self.guild.roles.values():
            if role.permissions & permissions and (role is self.everyone or role.bot_id is not None):
                role.permissions &= ~permissions
                tell_role(self._world, self.guild, role)

    def _channel(self, name: str, kind: ChannelType) -> SimulatedChannel:
        for channel in self.guild.channels.values():
            if (channel.name, channel.type) == (name, kind):
                return channel
        return create_channel(self._world, self.guild, name, kind)

    def _overwrite(self, channel: SimulatedChannel, whom: Role | Person) -> Overwrite:
        return channel.overwrites.setdefault(whom.id, Overwrite(whom.id, 0 if isinstance(whom, Role) else 1))

    def __repr__(self) -> str:
        return f"Venue({self.guild.name!r})"
