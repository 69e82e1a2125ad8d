"""``python -m benchmarks.dashboard``: the share of a core that the live view takes.

The shards are real ones that have not started, and the counter of each grows from look to look. The app draws in
memory, as textual does for its own tests; writing to a terminal comes on top.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time

from gatewaysdk import FleetHealth, FleetPlanned, LocalIdentifyQueue, RestartBackoff, ShardSettings, Token
from gatewaysdk.cli.dashboard.app import Dashboard
from gatewaysdk.cli.dashboard.log_lines import LogLines
from gatewaysdk.cli.dashboard.progress import StartProgress
from gatewaysdk.fleet.generation import Common
from gatewaysdk.fleet.local import LocalFleet
from gatewaysdk.fleet.plan import FleetPlan
from gatewaysdk.fleet.start import Start
from gatewaysdk.identify import SessionStartLimit
from gatewaysdk.listeners.handler_list import HandlerList

SIZES = ((80, 24), (200, 50))


def make_fleet(shards: int) -> tuple[LocalFleet, FleetPlanned]:
    """Return a fleet that has not started."""
    limit = SessionStartLimit(total=2000, remaining=2000, reset_after=86400, max_concurrency=16)
    plan = FleetPlan("wss://gateway.invalid", shards, tuple(range(shards)), limit)
    planned = FleetPlanned(shards, plan.shard_ids, shards, 2000, 86400, 16, 10)
    queue = LocalIdentifyQueue()
    settings = ShardSettings(token=Token("simulated"), intents=0, identify_queue=queue)
    common = Common(HandlerList(None), RestartBackoff(), lambda *_: None, lambda _: None, lambda: ())
    return LocalFleet(Start(plan, settings, queue, planned, None), common), planned


def busy(fleet: LocalFleet) -> None:
    """Let each shard have had some events since the last look, so that its row changes."""
    for shard in fleet.shards.values():
        shard.stats.events += random.randrange(20)


async def measure(shards: int, size: tuple[int, int], seconds: float) -> tuple[float, float]:
    """Return the share of a core that the view takes, and the part of it that reading the health takes."""
    fleet, planned = make_fleet(shards)
    in_health = 0.0

    def health() -> FleetHealth:
        nonlocal in_health
        busy(fleet)
        began = time.process_time()
        found = fleet.health()
        in_health += time.process_time() - began
        return found

    app = Dashboard(health, StartProgress(planned, 0.0), LogLines(), lambda: None)
    async with app.run_test(size=size) as pilot:
        await pilot.pause()
        in_health, began, since = 0.0, time.process_time(), time.perf_counter()
        await asyncio.sleep(seconds)
        passed = time.perf_counter() - since
        return (time.process_time() - began) / passed, in_health / passed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="for each measurement")
    seconds = parser.parse_args().seconds
    print(f"{'shards':>6} {'terminal':>9} {'of a core':>10} {'of which health':>16}")
    for shards in (16, 1000):
        for size in SIZES:
            share, health = asyncio.run(measure(shards, size, seconds))
            print(f"{shards:>6} {size[0]:>5}x{size[1]:<3} {share:>10.1%} {health:>16.1%}", flush=True)


if __name__ == "__main__":
    main()
