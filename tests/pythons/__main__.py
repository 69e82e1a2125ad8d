"""``python -m tests.pythons``: run the suite on every Python that this machine has, and say which were missing."""

from __future__ import annotations

import argparse
import sys
import time

from .environments import Environment
from .finding import VERSIONS, find_python

# The tests for CI, beside all of them on one Python: where the version of Python, the event loop or an old dependency
# makes the difference, which is sockets, tasks, pydantic's classes and what is written in C. They take about a minute
# on each; whole suites would take CI from 20 minutes to 40.
PART = [
    "tests/shard",
    "tests/requests/test_over_sockets.py",
    "tests/simulator/test_leaving.py",
    "tests/test_programs.py",
    "tests/tasks",
    "tests/delivery",
    "tests/sessions",
    "tests/codec/etf/test_codec.py",
    "tests/codec/etf/test_native_build.py",
    "tests/codec/test_json_native.py",
    "tests/models/test_classes.py",
    "tests/models/test_strictness.py",
    "tests/models/test_types.py",
    "tests/test_commands.py",
    "tests/decoding/test_registry.py",
]
JOBS = ("-n", "auto", "--dist", "loadfile", "--no-loadscope-reorder")
"""A process a core, as `make test` has them."""

NAMES = (*VERSIONS, "uvloop", "lowest")
RUNNING = f"{sys.version_info[0]}.{sys.version_info[1]}"


def make_environment(name: str) -> Environment | None:
    """Return an environment by its name, None if this machine lacks the Python for it."""
    if name == "lowest":
        # Old releases have no wheels for Pythons that are younger than they are.
        python = find_python(VERSIONS[0])
        return None if python is None else Environment(name, python, lowest=True)
    python = find_python(RUNNING if name == "uvloop" else name)
    return None if python is None else Environment(name, python, uvloop=name == "uvloop")


def main() -> int:
    """Run what is asked for; return 1 when a test failed anywhere."""
    parser = argparse.ArgumentParser(prog="python -m tests.pythons", epilog="other arguments are pytest's")
    parser.add_argument("--only", choices=NAMES, nargs="+", help="these alone")
    parser.add_argument("--part", action="store_true", help="only what `make check` leaves open: see PART")
    options, arguments = parser.parse_known_args()
    left_out = RUNNING if options.part else "lowest"  # `make check` and `make test-lowest` are for those
    names = options.only or [name for name in NAMES if name != left_out]
    results = {}
    for name in names:
        environment = make_environment(name)
        if environment is None:
            results[name] = f"MISSING: no Python {name} on PATH or with pyenv"
            continue
        began = time.monotonic()
        print(f"== the tests on {name}", flush=True)
        tests = PART if options.part else []
        passed = environment.run([*JOBS, *tests, *arguments], group="test" if options.part else "dev")
        results[name] = f"{'passed' if passed else 'FAILED'} in {time.monotonic() - began:.0f} s"
    for name, result in results.items():
        print(f"{name:8} {result}")
    return int(any(result.startswith("FAILED") for result in results.values()))


if __name__ == "__main__":
    sys.exit(main())
