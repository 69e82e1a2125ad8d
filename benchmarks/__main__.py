"""``python -m benchmarks``: measure everything, and print a table of ratios with their bounds."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from . import etf, micro
from .reach import ROWS, Kept
from .result import Result
from .running import serving

RESULTS = Path(__file__).with_name("results.json")


def main() -> int:
    """Run the measurements; return 1 when one is over its bound."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round of fewer events: a look, not a measurement")
    parser.add_argument("--only", choices=[*ROWS, "etf", "micro"], action="append", help="only these measurements")
    options = parser.parse_args()
    only = options.only or [*ROWS, "etf", "micro"]
    machine = f"CPython {platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"{machine}\n\n{'what':58} {'ours':>9} {'compared':>11} {'ratio':>7} {'bound':>6} {'best':>6}", flush=True)
    kept: Kept = {"machine": machine, "rows": []}
    ok = True
    with serving(quick=options.quick) as bench:
        for name, measure in ROWS.items():
            if name in only:
                ok = show(measure(bench, kept), kept) and ok
    if "etf" in only:
        ok = show(etf.measure(), kept) and ok
    standing(kept)
    if "micro" in only:
        print()
        micro.show(3 if options.quick else 15)
    if not options.quick and options.only is None:
        RESULTS.write_text(json.dumps(kept, indent=1) + "\n")
    return 0 if ok else 1


def show(results: Iterable[Result], kept: Kept) -> bool:
    """Print rows as they come; return whether all are within their bounds."""
    ok = True
    for one in _as_far_as_possible(results):
        ok = one is not None and one.within and ok
        if one is None:
            continue
        figures = f"{one.ours:>6.4g} {one.unit} {one.baseline:>8.4g} {one.unit} {one.ratio:>7.3f} {one.bound:>6.3g}"
        best = "" if one.best is None else f"{one.best:.3f}"
        print(f"{one.name:58} {figures} {best:>6}{'' if one.within else '  over its bound'}", flush=True)
        row = {"name": one.name, "ours": one.ours, "compared": one.baseline, "unit": one.unit}
        kept["rows"].append({**row, "ratio": one.ratio, "bound": one.bound, "best": one.best})
    return ok


def _as_far_as_possible(results: Iterable[Result]) -> Iterator[Result | None]:
    """Yield the results, and None for what failed, so that one failure does not cost the rest of the table."""
    try:
        yield from results
    except (RuntimeError, subprocess.SubprocessError) as error:
        print(error, flush=True)
        yield None


def standing(kept: Kept) -> None:
    """Print where everybody stands, by the best run of each: what an event costs and brings along."""
    if "throughput" not in kept:
        return
    print(f"\n{'client':34} {'us/event':>9} {'events/s':>10} {'peak MB':>8} {'gc share':>9} {'bytes':>6}")
    for name, runs in kept["throughput"].items():
        run = min(runs, key=lambda one: float(one["cpu_us"]))
        print(
            f"{name:34} {run['cpu_us']:>9.2f} {1e6 / run['cpu_us']:>10,.0f} {run['peak'] / 1024:>8.1f} "
            f"{run['collecting'] / run['cpu']:>9.1%} {run['wire']:>6.0f}"
        )


if __name__ == "__main__":
    sys.exit(main())
