"""Many seeds on all cores, and one seed with its trace."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Iterable

from .figures import Figures
from .world import soak

__all__ = ["replay", "run_seeds"]

Outcome = tuple[int, Figures | None, str]


def _run_one(job: tuple[int, float]) -> Outcome:
    seed, days = job
    try:
        return seed, soak(seed, days=days), ""
    except Exception as error:  # whatever it is, the seed that leads to it is worth knowing
        return seed, None, "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])


def run_seeds(
    seeds: Iterable[int], *, days: float = 30, tell: Callable[[int], None] = lambda done: None
) -> tuple[Figures, dict[int, str]]:
    """Run all seeds; return the sum of their figures, and what failed by seed. ``tell`` hears how many are done."""
    total = Figures()
    failures: dict[int, str] = {}
    # Spawned, not forked: pytest and its plugins may run threads.
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        jobs = ((seed, days) for seed in seeds)
        for done, (seed, figures, problem) in enumerate(pool.imap_unordered(_run_one, jobs), 1):
            if figures is None:
                failures[seed] = problem
            else:
                total.add(figures)
            tell(done)
    return total, dict(sorted(failures.items()))


def replay(seed: int, *, days: float = 30, lines: int = 200) -> tuple[Figures | None, list[str]]:
    """Run one seed; return its figures, None if it fails, and the last lines of what happened."""
    trace: deque[str] = deque(maxlen=lines)
    try:
        return soak(seed, days=days, trace=trace.append), list(trace)
    except Exception as error:
        problem = "; ".join([f"{type(error).__name__}: {error}", *getattr(error, "__notes__", [])])
        return None, [*trace, problem]
