"""The world of a simulator, as a test holds it."""

from __future__ import annotations

from ..state import SharedState
from ..world import World
from .asked import Asked
from .venue import Venue

__all__ = ["Stage"]


class Stage:
    """``sim.world``: the guilds that the bot is in."""

    def __init__(self, state: SharedState) -> None:
        self._state = state

    @property
    def state(self) -> World:
        """All that there is, for what the methods here do not show."""
        return self._state.world

    @property
    def guilds(self) -> list[Venue]:
        """All guilds, oldest first."""
        return [Venue(self._state, guild) for guild in self.state.guilds.values()]

    def guild(self, name: str) -> Venue:
        """Return the guild of this name. A new one has an owner, the channels #general and Lounge, and the bot.

        A bot that is connected gets GUILD_CREATE, as after an invitation.
        """
        for guild in self.state.guilds.values():
            if guild.name == name:
                return Venue(self._state, guild)
        made = self.state.found_guild(name, crowd_size=1)
        self.state.tell("GUILD_CREATE", {}, made.id)
        return Venue(self._state, made)

    def asked(self, interaction_id: int) -> Asked | None:
        """Return what somebody asked of the bot, by the id of the interaction; None when it is unknown."""
        found = self.state.interactions.get(interaction_id)
        return None if found is None else Asked(self._state, found)
