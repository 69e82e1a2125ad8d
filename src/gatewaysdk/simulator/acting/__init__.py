"""What tests hold: people who talk, click and react, places where they do, and what the bot did.

`Stage` is ``sim.world``; it gives a `Venue`, a guild, which gives channels, roles and each `Person` in it.
"""

from __future__ import annotations

from .asked import Asked
from .bot import BotActions
from .command_options import find_options
from .person import Person
from .stage import Stage
from .venue import Venue

__all__ = ["Asked", "BotActions", "Person", "Stage", "Venue", "find_options"]
