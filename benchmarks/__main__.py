"""``python -m benchmarks``: print a table of every measurement."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable, Iterable

from . import etf, import_time
from .result import Result

MEASUREMENTS: tuple[Callable[[], Iterable[Result]], ...] = (lambda: [import_time.measure()], etf.measure)


def main() -> int:
    """Run all measurements; return 1 when one is over its bound."""
    print(f"{platform.python_implementation()} {platform.python_version()}, {platform.system()} {platform.machine()}\n")
    print(f"{'what':44} {'ours':>10} {'compared':>10} {'ratio':>7} {'bound':>7}")
    ok = True
    for result in (result for measure in MEASUREMENTS for result in measure()):
        ok = ok and result.within
        print(
            f"{result.name:44} {result.ours:>7.4g} {result.unit} {result.baseline:>7.4g} {result.unit} "
            f"{result.ratio:>7.2f} {result.bound:>7.2f}{'' if result.within else '  over its bound'}"
        )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
