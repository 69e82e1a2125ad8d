"""What a simulator is without its sockets: what tests, the prompt and the control API work with."""

from __future__ import annotations

from .acting import BotActions, Stage
from .feed import Feed
from .named_faults import FaultControls
from .records import Records

__all__ = ["Simulation"]


class Simulation(Records, FaultControls):
    """The part of a `Simulator` that people and programs drive."""

    _stage: Stage
    _bot: BotActions

    @property
    def world(self) -> Stage:
        """The guilds, and the people in them."""
        return self._stage

    @property
    def bot(self) -> BotActions:
        """What the bot did."""
        return self._bot

    @property
    def feed(self) -> Feed:
        """Tells its ``listeners`` who comes and goes, and what goes over gateway and HTTP."""
        return self._state.feed
