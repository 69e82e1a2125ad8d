"""What the steps of a scenario act on."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from ..acting import Asked, Venue
from ..server import Simulator
from ..world import SimulatedMessage
from .scenario import Scenario

__all__ = ["ScenarioStage", "StepFailed"]


class StepFailed(Exception):
    """A step did not come out as it should; the text says why."""


class ScenarioStage:
    """A simulator with the world of a scenario.

    Attributes:
        sim: the simulator.
        asked: the last use of a command or click.
        message: the last message or reply of the bot that was expected.
    """

    def __init__(self, sim: Simulator, scenario: Scenario) -> None:
        self.sim = sim
        self.asked: Asked | None = None
        self.message: SimulatedMessage | None = None
        for one in scenario.guilds:
            venue = sim.world.guild(one.name)
            for channel in one.channels:
                venue.channel(channel)
            for role in one.roles:
                venue.role(role)
            for member in one.members:
                venue.member(member)
        self._first = scenario.guilds[0].name if scenario.guilds else None

    def guild(self, name: str | None) -> Venue:
        """Return a guild by name; None for the first of the scenario, else the first that there is."""
        wanted = name or self._first
        if wanted is not None:
            return self.sim.world.guild(wanted)
        if not self.sim.world.guilds:
            raise StepFailed("there is no guild; give the scenario one under guilds")
        return self.sim.world.guilds[0]

    def last_message(self) -> SimulatedMessage:
        """Return the last message or reply that was expected."""
        if self.message is None:
            raise StepFailed("no message was expected yet; put expect_message or expect_reply before it")
        return self.message

    async def in_time(self, waiting: Awaitable[Any], seconds: float, what: str) -> None:
        """Wait for something; `StepFailed` names it when it does not come."""
        try:
            await waiting
        except TimeoutError:
            raise StepFailed(f"{what} did not come within {seconds:g} s") from None
