"""What ``import gatewaysdk`` costs, and making a shard, beside importing the two libraries that both stand on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from statistics import median

from .result import Result

__all__ = ["measure"]

RUNS = 15
# Timed within the interpreter, whose own start is no business of ours.
PROGRAM = "from time import perf_counter as now; start = now(); {}; print(now() - start)"
BASELINE = "import aiohttp, pydantic"
# aiohttp comes with the first shard: the import alone would not tell what a bot pays.
OURS = {
    "import gatewaysdk": ("import gatewaysdk", 1.5),
    "import it and make a shard": (
        "import gatewaysdk; gatewaysdk.Shard('any', intents=gatewaysdk.Intents.GUILDS)",
        2.0,
    ),
}


def measure(runs: int = RUNS) -> Iterator[Result]:
    """Import in fresh interpreters, taking turns so that a busy moment of the machine hits all alike."""
    programs = {BASELINE: BASELINE, **{name: program for name, (program, _) in OURS.items()}}
    taken: dict[str, list[float]] = {name: [] for name in programs}
    for program in programs.values():
        _time(program)  # writes the bytecode caches
    for _ in range(runs):
        for name, program in programs.items():
            taken[name].append(_time(program))
    for name, (_, bound) in OURS.items():
        yield Result(f"{name} / {BASELINE}", median(taken[name]), median(taken[BASELINE]), "ms", bound)


def _time(program: str) -> float:
    command = [sys.executable, "-c", PROGRAM.format(program)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1000
