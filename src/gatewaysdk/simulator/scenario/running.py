"""Carries out a scenario, step by step."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from typing import NamedTuple

from ...errors import UsageError
from ..server import Simulator
from .scenario import Scenario, ScenarioStep
from .stage import ScenarioStage, StepFailed

__all__ = ["Outcome", "run_scenario"]


class Outcome(NamedTuple):
    """What came of a step.

    Attributes:
        step: None for what concerns the scenario as a whole.
        problem: why it failed; None if it did not.
        seconds: how long it took.
    """

    step: ScenarioStep | None
    problem: str | None
    seconds: float


async def run_scenario(sim: Simulator, scenario: Scenario) -> AsyncIterator[Outcome]:
    """Yield what comes of each step of a scenario; the first that fails is the last. Start the simulator before."""
    stage = ScenarioStage(sim, scenario)
    for step in scenario.steps:
        began = time.monotonic()
        problem = None
        try:
            await step.action.run(stage, **step.arguments)
        except (StepFailed, TimeoutError, UsageError) as error:
            problem = str(error)
        yield Outcome(step, problem, time.monotonic() - began)
        if problem is not None:
            return
    if sim.rest.unknown and not scenario.allows_unknown_routes:
        routes = ", ".join(map(str, sim.rest.unknown))
        yield Outcome(None, f"the bot asked for what the simulator has no route for: {routes}", 0.0)
