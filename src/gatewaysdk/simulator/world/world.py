"""The world: guilds, people and direct messages that hold together, and one bot among them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from ...enums.channel_type import ChannelType
from ...enums.permissions import Permissions
from ..values import make_text
from .change import Change, Payload
from .channel import SimulatedChannel
from .guild import EVERYONE_PERMISSIONS, Guild
from .ids import Ids, timestamp
from .interaction import Interaction
from .member import SimulatedMember
from .permissions import ALL_PERMISSIONS, permissions_in
from .role import Role
from .user import User

__all__ = ["BOT_ID", "BOT_PERMISSIONS", "World"]

# A multiple of every number of shards up to 10, so that guild n is on shard n % shards.
_FIRST_GUILD = 50_400_000_000
BOT_ID = 50_399_999_000 << 22
"""The id of the bot, and of its application."""

BOT_PERMISSIONS = ALL_PERMISSIONS & ~Permissions.ADMINISTRATOR
"""What the bot may unless told otherwise: all, but no rule of Discord's is waived for it."""

_FOUNDED = 1_480_000_000.0  # Unix time at which the first guilds were founded and joined
_CROWD_ROOM = 10_000_000  # ids kept free for the members of a guild


class World:
    """What is there, and by which ids; other files of this folder change it and tell so.

    Attributes:
        bot: the account of the bot; the application has the same id.
        users: accounts by id, without those of crowds that nobody has asked for.
        direct: direct channels by the id of the other user.
        channels: every channel by id, the direct ones too.
        commands: what the bot registered, by id, for everybody (None) or for a guild.
        interactions: the last 1000, by id.
        listener: learns of each change.
    """

    def __init__(
        self,
        guilds: int,
        members: int,
        seed: int,
        now: Callable[[], float],
        bot_permissions: Permissions = BOT_PERMISSIONS,
    ) -> None:
        self.listener: Callable[[Change], None] | None = None
        self.ids = Ids(now)
        self.now = now
        self.bot = User(BOT_ID, "simulated-bot", bot=True)
        self.users: dict[int, User] = {BOT_ID: self.bot}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, SimulatedChannel] = {}
        self.direct: dict[int, SimulatedChannel] = {}
        self.commands: dict[int | None, dict[int, Payload]] = {}
        self.interactions: dict[int, Interaction] = {}
        self._seed = seed
        self._bot_permissions = bot_permissions
        self._founded = 0
        for number in range(guilds):
            self.found_guild(f"Guild {number}", max(0, members - 1))

    def tell(self, name: str, d: Payload, guild_id: int | None, *, needs_intent: bool = True) -> None:
        """Tell the listener that something has changed."""
        if self.listener is not None:
            self.listener(Change(name, d, guild_id, needs_intent))

    def tell_in(self, channel: SimulatedChannel, name: str, d: Payload) -> None:
        """Tell what happened in a channel, which the bot learns only where it may look."""
        if self.bot_sees(channel):
            self.tell(name, d, channel.guild_id)

    def bot_in(self, guild: Guild) -> SimulatedMember:
        """Return the membership of the bot."""
        return guild.named_members[BOT_ID]

    def bot_sees(self, channel: SimulatedChannel) -> bool:
        """Whether the bot may view a channel."""
        guild = self.guilds.get(channel.guild_id or 0)
        if guild is None:
            return channel.guild_id is None
        return Permissions.VIEW_CHANNEL in permissions_in(guild, channel, self.bot_in(guild))

    def find_user(self, user_id: int) -> User | None:
        """Return a user by id, those of crowds too."""
        for guild in self.guilds.values():
            if user_id in self.users or user_id in guild.members:
                break
        return self.users.get(user_id)

    def guilds_of(self, shard_id: int, num_shards: int) -> tuple[int, ...]:
        """Return the ids of the guilds on a shard (events/gateway#sharding)."""
        return tuple(guild_id for guild_id in self.guilds if (guild_id >> 22) % num_shards == shard_id)

    def found_guild(self, name: str, crowd_size: int = 0) -> Guild:
        """Make a guild with @everyone, the bot and its role, a text and a voice channel; it is told to nobody here.

        The last of the crowd owns it, or the bot where there is no crowd.
        """
        number = self._founded
        self._founded += 1
        guild_id = _FIRST_GUILD + number << 22
        own = iter(range(guild_id + 1, guild_id + 100))  # ids of the same moment, for what was there from the start
        guild = Guild(guild_id, name, owner_id=BOT_ID, joined_at=timestamp(_FOUNDED), crowd_size=crowd_size)
        guild.roles[guild_id] = Role(guild_id, "@everyone", EVERYONE_PERMISSIONS)
        role = Role(next(own), self.bot.username, self._bot_permissions, position=1, bot_id=BOT_ID)
        guild.roles[role.id] = role
        guild.named_members[BOT_ID] = SimulatedMember(self.bot, guild_id, timestamp(_FOUNDED), [role.id])
        for position, (kind, title) in enumerate(
            ((ChannelType.GUILD_TEXT, "general"), (ChannelType.GUILD_VOICE, "Lounge"))
        ):
            self.add_channel(SimulatedChannel(next(own), kind, title, guild_id, position), guild)
        first = _FIRST_GUILD + (number + 1) * _CROWD_ROOM << 22
        if crowd_size:
            guild.owner_id = first + (crowd_size - 1 << 22)
            guild.crowd = lambda: self._make_crowd(guild, first, crowd_size)
        self.guilds[guild_id] = guild
        return guild

    def add_channel(self, channel: SimulatedChannel, guild: Guild | None) -> None:
        """Enter a channel under its id."""
        self.channels[channel.id] = channel
        if guild is not None:
            guild.channels[channel.id] = channel

    def direct_channel(self, user: User) -> SimulatedChannel:
        """Return the direct channel between the bot and a user; it is made when there is none."""
        if user.id not in self.direct:
            channel = SimulatedChannel(self.ids.new(), ChannelType.DM, recipients=[user])
            self.direct[user.id] = channel
            self.add_channel(channel, None)
        return self.direct[user.id]

    def _make_crowd(self, guild: Guild, first: int, size: int) -> Iterator[SimulatedMember]:
        random = Random(f"{self._seed} {guild.id}")  # noqa: S311 - must be repeatable, keeps no secret
        for number in range(1, size + 1):
            user = User(first + (number - 1 << 22), f"member-{number}")
            user.global_name, user.avatar = make_text("global_name", random), make_text("avatar", random)
            self.users[user.id] = user
            yield SimulatedMember(user, guild.id, timestamp(_FOUNDED + number))
