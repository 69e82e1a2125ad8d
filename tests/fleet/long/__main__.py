"""``python -m tests.fleet.long`` prints the figures of a long life, and fails when something is not as it should be."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time

from .run import live_long


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fleet.long", description=__doc__)
    parser.add_argument("--shards", type=int, default=1000)
    parser.add_argument("--max-concurrency", type=int, default=64)
    parser.add_argument("--interval", type=float, default=10.0, help="seconds between heartbeats; at Discord 41")
    parser.add_argument("--seconds", type=float, default=300.0, help="how long the shards live")
    options = parser.parse_args()
    logging.getLogger("gatewaysdk").setLevel(logging.ERROR)  # a thousand shards warn of the same
    began = time.perf_counter()

    def tell(what: str) -> None:
        print(f"{time.perf_counter() - began:6.1f} s  {what}", file=sys.stderr, flush=True)

    figures = asyncio.run(live_long(options.shards, options.max_concurrency, options.interval, options.seconds, tell))
    print(figures)
    return 1 if figures.problems() else 0


if __name__ == "__main__":
    sys.exit(main())
