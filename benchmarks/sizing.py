"""How long a fleet takes to start, and what it takes of a machine: ``python -m benchmarks.sizing``."""

from __future__ import annotations

import argparse

from gatewaysdk.fleet.reshard import start_seconds

__all__ = ["SHARD_KB", "table"]

SHARDS = (1, 16, 64, 250, 1_000, 16_384)
CONCURRENCIES = (1, 16, 128)
PROCESS_MB = 65.0
"""A process with one shard and a handler; the row "memory of a process" of ``make bench`` has the same bound."""
SHARD_KB = 90.0
"""A shard whose zlib window is full; the row "memory of a managed shard" of ``make bench`` has the same bound."""
_FILES = 2
"""Descriptors of a shard: its socket, and the file of its session where there is a ``state_dir``."""
_FURTHER_FILES = 20
"""Descriptors of a process besides those of its shards: the event loop, standard streams, locks, requests."""


def table(ready_after: float) -> str:
    """Return the table in Markdown, for READYs that come so many seconds after IDENTIFY."""
    names = [f"start with max_concurrency {one}" for one in CONCURRENCIES]
    lines = [f"| shards | {' | '.join(names)} | memory | file descriptors |", f"|{'---:|' * (len(names) + 3)}"]
    for shards in SHARDS:
        starts = [duration(start_seconds(shards, one, ready_after)) for one in CONCURRENCIES]
        memory = size(PROCESS_MB + shards * SHARD_KB / 1024)
        files = _FILES * shards + _FURTHER_FILES
        lines.append(f"| {shards:,} | {' | '.join(starts)} | {memory} | {files:,} |")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"


def size(megabytes: float) -> str:
    """Return an amount of memory as people say it."""
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1024:.1f} GB"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sizing", description=__doc__)
    parser.add_argument("--ready-after", type=float, default=1.0, help="seconds from IDENTIFY to READY")
    print(table(parser.parse_args().ready_after))


if __name__ == "__main__":
    main()
