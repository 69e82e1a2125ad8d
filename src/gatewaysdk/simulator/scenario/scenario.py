"""What a scenario file says, once it is checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..actions import Action

__all__ = ["Scenario", "ScenarioGuild", "ScenarioStep"]


@dataclass(frozen=True, slots=True)
class ScenarioGuild:
    """A guild, with what it has beside the bot, an owner, #general and Lounge."""

    name: str
    channels: tuple[str, ...] = ()
    members: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioStep:
    """A step, and where it stands.

    Attributes:
        line: its line in the file, from 1 on.
        action: what is done.
        arguments: what is given to it, defaults included.
    """

    line: int
    action: Action[Any]
    arguments: dict[str, Any]

    def __str__(self) -> str:
        given = {
            name: value
            for name, value in self.arguments.items()
            if value != self.action.parameters[name].default and value not in (None, {})
        }
        return " ".join([self.action.name, *(f"{name}={value!r}" for name, value in given.items())])


@dataclass(frozen=True, slots=True)
class Scenario:
    """A world and steps.

    Attributes:
        name: the name of the file.
        allows_unknown_routes: whether it succeeds when the bot asks HTTP for a route that the simulator does not have.
    """

    name: str
    guilds: tuple[ScenarioGuild, ...]
    allows_unknown_routes: bool
    steps: tuple[ScenarioStep, ...]
