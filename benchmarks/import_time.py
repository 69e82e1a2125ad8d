"""What ``import gatewaysdk`` costs, beside importing the two libraries that it stands on."""

from __future__ import annotations

import subprocess
import sys
from statistics import median

from .result import Result

__all__ = ["measure"]

RUNS = 15
BOUND = 1.5
# Timed within the interpreter, whose own start is no business of ours.
PROGRAM = "from time import perf_counter as now; start = now(); import {}; print(now() - start)"


def measure(runs: int = RUNS) -> Result:
    """Import in fresh interpreters, taking turns so that a busy moment of the machine hits both alike."""
    ours: list[float] = []
    baseline: list[float] = []
    _import("gatewaysdk")  # writes the bytecode caches
    for _ in range(runs):
        baseline.append(_import("aiohttp, pydantic"))
        ours.append(_import("gatewaysdk"))
    return Result("import gatewaysdk / import aiohttp, pydantic", median(ours), median(baseline), "ms", BOUND)


def _import(modules: str) -> float:
    command = [sys.executable, "-c", PROGRAM.format(modules)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout) * 1000
