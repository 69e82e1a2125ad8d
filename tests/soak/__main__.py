"""``python -m tests.soak --seeds 1000`` runs many months; ``--seed N`` runs one again and prints its trace."""

from __future__ import annotations

import argparse
import sys
import time

from .runner import replay, run_seeds


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1000, help="how many seeds to run, from --first on")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--seed", type=int, help="replay this one and print what happened at last")
    parser.add_argument("--lines", type=int, default=200, help="how many lines of it")
    parser.add_argument("--days", type=float, default=30, help="how long a seed lasts")
    options = parser.parse_args()
    if options.seed is not None:
        figures, trace = replay(options.seed, days=options.days, lines=options.lines)
        print("\n".join(trace))
        print(figures if figures is not None else f"seed {options.seed} FAILED")
        return 0 if figures is not None else 1

    began = time.perf_counter()

    def tell(done: int) -> None:
        if done % 100 == 0:
            print(f"{done} of {options.seeds} seeds, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)

    seeds = range(options.first, options.first + options.seeds)
    total, failures = run_seeds(seeds, days=options.days, tell=tell)
    print(f"{options.seeds} seeds of {options.days:g} days each, in {time.perf_counter() - began:.0f} s")
    print(total)
    for seed, problem in failures.items():
        print(f"FAILED: seed {seed}: {problem}\n        replay it with: make soak SEED={seed}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
