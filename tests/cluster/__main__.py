"""``make cluster-test``: one run for each seed."""

from __future__ import annotations

import asyncio
import logging
import shutil
import sys
import tempfile
import time
from argparse import ArgumentParser
from pathlib import Path

from .faults import befall
from .run import Size, running


async def run_seed(size: Size, seed: int, seconds: float, path: Path) -> bool:
    began = time.monotonic()

    def tell(text: str) -> None:
        print(f"  {time.monotonic() - began:6.1f} s  {text}", flush=True)

    print(f"seed {seed}", flush=True)
    async with running(size, path, tell) as run:
        tell("all shards are live")
        run.world.begin()
        await befall(run, seed, seconds)
        count = await run.count()
    tell(("good: " if count.good else "BAD: ") + str(count))
    for problem in count.problems[:10]:
        tell(problem)
    return count.good


def main() -> int:
    parser = ArgumentParser(prog="python -m tests.cluster", description=__doc__)
    add = parser.add_argument
    add("--seeds", type=int, default=20, help="so many runs (default: %(default)s)")
    add("--first", type=int, default=0, help="the first seed (default: %(default)s)")
    add("--seconds", type=float, default=120.0, help="for which faults come (default: %(default)g)")
    add("--hosts", type=int, default=4)
    add("--shards", type=int, default=64)
    add("--rate", type=float, default=2000.0, help="events a second (default: %(default)g)")
    add("--nodes", type=int, default=3, choices=(1, 3), help="of the broker (default: %(default)s)")
    add("--lease", type=int, default=15, help="seconds (default: %(default)s)")
    add("--keep", action="store_true", help="keep the files of bad runs")
    options = parser.parse_args()
    logging.getLogger("gatewaysdk").addHandler(logging.NullHandler())  # what hosts log is in files
    size = Size(options.nodes, options.hosts, options.shards, options.rate, options.lease)
    bad = []
    for seed in range(options.first, options.first + options.seeds):
        folder = Path(tempfile.mkdtemp(prefix="gatewaysdk-cluster-"))
        good = asyncio.run(run_seed(size, seed, options.seconds, folder))
        if good or not options.keep:
            shutil.rmtree(folder)
        if not good:
            bad.append(seed)
            print(f"  logs: {folder}" if options.keep else "  --keep keeps the logs")
    print(f"{options.seeds - len(bad)} of {options.seeds} seeds were good" + (f", not {bad}" if bad else ""))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
