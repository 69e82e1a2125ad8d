"""The guilds that the bot is in, and their members."""

from __future__ import annotations

from functools import cache
from typing import Any

from ..enums.intents import Intents
from ..models import GuildMember, User
from .payloads import sample, sample_model

__all__ = ["World"]

Payload = dict[str, Any]

# Divisible by every number of shards up to 10, so that guild n is on shard n % shards.
_FIRST_GUILD = 50_400_000_000
_APPLICATION_ID = 50_400_000_001 << 22


class World:
    """Makes guilds and members when they are first needed; they never change."""

    def __init__(self, guilds: int, members: int, seed: int) -> None:
        self.guild_ids: tuple[int, ...] = tuple(_FIRST_GUILD + number << 22 for number in range(guilds))
        self.application_id = str(_APPLICATION_ID)
        self._member_count = members
        self._seed = seed
        user = sample_model(User, seed=seed, full=False)
        self.user: Payload = {**user, "id": self.application_id, "username": "simulated-bot", "bot": True}
        # Cached per instance: a cache on the method would keep every world alive.
        self.members = cache(self._make_members)
        self._guild = cache(self._make_guild)

    def guilds_of(self, shard_id: int, num_shards: int) -> tuple[int, ...]:
        """Return the ids of the guilds on a shard (events/gateway#sharding)."""
        return tuple(guild_id for guild_id in self.guild_ids if (guild_id >> 22) % num_shards == shard_id)

    def guild_create(self, guild_id: int, intents: Intents, large_threshold: int) -> Payload:
        """Return the GUILD_CREATE of a guild for a session with ``intents``."""
        guild = dict(self._guild(guild_id))
        members = self.members(guild_id)
        guild["large"] = len(members) > large_threshold
        # Without the intent, Discord sends only the bot and members in voice (events/gateway-events#guild-create).
        presences = Intents.GUILD_PRESENCES in intents
        guild["members"] = members[:large_threshold] if presences else members[:1]
        if not presences:
            guild["presences"] = []
        return guild

    def _make_guild(self, guild_id: int) -> Payload:
        number = self.guild_ids.index(guild_id)
        guild = sample("GUILD_CREATE", seed=self._seed + number)
        members = self.members(guild_id)
        owner = members[-1]["user"]["id"]
        return {
            **guild,
            "id": str(guild_id),
            "name": f"Guild {number}",
            "owner_id": owner,
            "member_count": len(members),
            "voice_states": [],
        }

    def _make_members(self, guild_id: int) -> list[Payload]:
        """Return the members of a guild, the bot first."""
        first = self._seed + (guild_id >> 22) * 1_000_000
        made = [sample_model(GuildMember, seed=first + number) for number in range(max(1, self._member_count))]
        for number, member in enumerate(made[1:], 1):
            member["user"]["username"] = f"member-{number}"
        made[0]["user"] = self.user
        return made
