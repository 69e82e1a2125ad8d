"""What the fuzzers share: their options, the loop over inputs, and an extension taken from elsewhere."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TypeVar

__all__ = ["fuzz"]

Input = TypeVar("Input")


def load(name: str, path: Path) -> None:
    """Make the extension at ``path`` the module ``name`` of this process."""
    spec = spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.modules[name] = module


def fuzz(
    name: str,
    about: str | None,
    extension: str,
    inputs: Callable[[int], Iterator[Input]],
    make_check: Callable[[], Callable[[Input], None]],
) -> int:
    """Check for a while and say how much; ends with the `AssertionError` of the first difference.

    Args:
        name: what the program is called.
        about: its docstring, of which the first words are printed as help.
        extension: the module that ``--native`` replaces.
        inputs: yields inputs without end for a seed.
        make_check: called once the extension is in its place; returns what compares both for an input.
    """
    parser = argparse.ArgumentParser(prog=name, description=about.partition(":")[0] if about else None)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (default: %(default)s)")
    parser.add_argument("--most", type=int, default=None, help="how many inputs at most")
    parser.add_argument("--seed", type=int, default=None, help="repeats a run; by the clock unless given")
    parser.add_argument("--native", type=Path, default=None, help="an extension to use in place of the built one")
    options = parser.parse_args()
    if options.native is not None:
        load(extension, options.native)
    check = make_check()
    seed = time.time_ns() if options.seed is None else options.seed
    print(f"seed {seed}", flush=True)
    until = time.monotonic() + options.seconds
    count = 0
    for count, one in enumerate(inputs(seed), 1):
        check(one)
        if count == options.most or time.monotonic() > until:
            break
    print(f"{count} inputs, no difference")
    return 0
