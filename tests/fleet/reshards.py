"""``python -m tests.fleet.reshards`` changes 4 shards to 8 in many seeds, each with cuts, and prints a line a seed.

Meanwhile numbered events happen in all guilds. It fails if handlers miss one of them, or get one
twice or out of order.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
from contextlib import suppress

from gatewaysdk import ShardManager
from gatewaysdk.codec import Encoding
from gatewaysdk.simulator import Simulator

from .conftest import AT_ONCE, QUICK, running
from .stream import Stream

__all__ = ["main", "reshard_once"]

GUILDS, BEFORE, AFTER = 16, 4, 8
CUTS = 6
"""Most connections that are cut meanwhile."""


async def reshard_once(seed: int) -> tuple[str, bool]:
    """Change the number of shards under a stream; return what came of it in words, and whether all is as promised."""
    encoding: Encoding = "etf" if seed % 2 else "json"
    async with Simulator(guilds=GUILDS, shards=BEFORE, max_concurrency=16, enforce_limits=True, seed=seed) as sim:
        manager = ShardManager(sim.token, api_url=sim.api_url, policy=QUICK, restart=AT_ONCE, encoding=encoding)
        stream = Stream(sim, manager, seed, cuts=CUTS)
        async with running(manager):
            began = time.perf_counter()
            sending = asyncio.create_task(stream.send_on())
            await manager.reshard(AFTER, quiet=0.2)
            taken = time.perf_counter() - began
            with suppress(TimeoutError):  # what is missing is counted below
                await stream.finish()
            await sending
        missing, twice, moved = stream.faults()
        good = not (missing or twice or moved) and len(sim.identifies) == BEFORE + AFTER
        return (
            f"{encoding:4} {taken:4.1f} s, {sum(stream.sent.values()):5,} events, {stream.cut} connections cut, "
            f"{len(sim.resumes)} resumed, {len(sim.identifies)} IDENTIFYs; "
            f"missing {missing}, twice {twice}, out of order {moved}"
        ), good


async def run(seeds: range) -> int:
    """Change the shards once for each seed, and return how many times it was not as promised."""
    failed = 0
    for seed in seeds:
        words, good = await reshard_once(seed)
        failed += not good
        print(f"seed {seed:3}: {words}{'' if good else '  FAILED'}", flush=True)
    print(f"{BEFORE} to {AFTER} shards in {len(seeds)} seeds: {failed} failed")
    return failed


def main() -> int:
    """Return 1 if a seed has failed."""
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.reshards", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many")
    parser.add_argument("--seed", type=int, help="only this one")
    options = parser.parse_args()
    logging.getLogger("gatewaysdk").setLevel(logging.ERROR)  # cut connections warn
    seeds = range(options.seeds) if options.seed is None else range(options.seed, options.seed + 1)
    return 1 if asyncio.run(run(seeds)) else 0


if __name__ == "__main__":
    sys.exit(main())
