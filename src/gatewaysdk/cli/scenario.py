"""``gatewaysdk simulate --scenario``: carries out a scenario, and says what came of each step."""

from __future__ import annotations

from ..simulator import Simulator
from ..simulator.scenario import Scenario, run_scenario
from .show import clean

__all__ = ["play"]


async def play(simulator: Simulator, scenario: Scenario) -> int:
    """Print a line for each step. Returns 0 when all came out as they should, else 1."""
    async for step, problem, seconds in run_scenario(simulator, scenario):
        place = scenario.name if step is None else f"{scenario.name}:{step.line}"
        outcome = "ok    " if problem is None else "FAILED"
        print(clean(f"{outcome} {place} {'' if step is None else step} ({seconds:.1f} s)"), flush=True)
        if problem is not None:
            print(clean(f"       {problem}"), flush=True)
            return 1
    return 0
