"""Which fault happens when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any, NamedTuple

from ...errors import ConfigurationError
from .registry import FAULTS, find_fault

__all__ = ["PlannedFault", "check_plan", "random_plan"]


class PlannedFault(NamedTuple):
    """A fault, and ``at`` how many seconds after the start of its plan it happens."""

    at: float
    name: str
    parameters: dict[str, Any]


def random_plan(seed: int, every: float, names: Sequence[str] | None = None) -> Iterator[PlannedFault]:
    """Return faults without end, ``every`` so many seconds on average; equal arguments give equal faults.

    ``names`` are those to choose from; None for all. Raises `ConfigurationError` for what cannot be.
    """
    if every <= 0:
        raise ConfigurationError(f"every is {every}; it takes seconds above 0")
    chosen = [find_fault(name) for name in (FAULTS if names is None else names)]
    if not chosen:
        raise ConfigurationError("names is empty; give faults to choose from, or None for all")
    return _endless(Random(seed), every, chosen)  # noqa: S311 - must be repeatable, keeps no secret


def _endless(random: Random, every: float, chosen: Sequence[Any]) -> Iterator[PlannedFault]:
    at = 0.0
    while True:
        at += every * random.uniform(0.5, 1.5)
        action = random.choice(chosen)
        parameters = {
            name: random.choice(one.about.samples) for name, one in action.parameters.items() if one.about.samples
        }
        yield PlannedFault(at, action.name, parameters)


def check_plan(faults: Sequence[tuple[float, str] | tuple[float, str, dict[str, Any]]]) -> list[PlannedFault]:
    """Return faults in the order of their times. Raises `ConfigurationError` for what cannot be."""
    plan = []
    for at, name, *rest in faults:
        parameters = rest[0] if rest else {}
        if at < 0:
            raise ConfigurationError(f"fault {name!r} is planned for {at}; it takes seconds from 0 on")
        find_fault(name).check(parameters, f"fault {name!r}")
        plan.append(PlannedFault(at, name, parameters))
    return sorted(plan, key=lambda one: one.at)
