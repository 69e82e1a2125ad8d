"""Scenario files: a world and steps in YAML, for tests of bots in any language.

`read_scenario` checks a file, `run_scenario` carries it out.
"""

from __future__ import annotations

from .reading import read_scenario
from .running import Outcome, run_scenario
from .scenario import Scenario, ScenarioGuild, ScenarioStep
from .steps import STEPS

__all__ = ["STEPS", "Outcome", "Scenario", "ScenarioGuild", "ScenarioStep", "read_scenario", "run_scenario"]
