"""Numbers as short texts for people."""

from __future__ import annotations

__all__ = ["NOTHING", "age", "duration", "milliseconds", "rate", "sparkline"]

NOTHING = "-"
"""What stands for a value that is not there yet."""

_BARS = "▁▂▃▄▅▆▇█"
_LEAST_SCALE = 0.1
"""Seconds that a bar of full height stands for at least, so that a quick shard's noise does not look like trouble."""


def age(seconds: float | None) -> str:
    """Return an age in its largest unit: ``41 s``, ``12 min``, ``3 h``, ``2 d``."""
    if seconds is None:
        return NOTHING
    for unit, size, limit in (("s", 1, 100), ("min", 60, 6000), ("h", 3600, 48 * 3600)):
        if seconds < limit:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds / 86400:.0f} d"


def duration(seconds: float) -> str:
    """Return how long something takes: ``less than 5 s``, ``40 s``, ``3 min``, ``1 h 20 min``."""
    if seconds < 5:
        return "less than 5 s"
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 100:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def milliseconds(seconds: float | None) -> str:
    """Return a latency: ``41 ms``, ``1.3 s``."""
    if seconds is None:
        return NOTHING
    return f"{seconds * 1000:.0f} ms" if seconds < 0.9995 else f"{seconds:.1f} s"


def rate(per_second: float) -> str:
    """Return a rate: ``0``, ``0.4``, ``12``, ``1,234``, ``12.3k``."""
    if per_second >= 9999.5:
        return f"{per_second / 1000:.1f}k"
    if per_second >= 9.95:
        return f"{per_second:,.0f}"
    return f"{per_second:.1f}" if per_second >= 0.05 else "0"


def sparkline(values: tuple[float, ...], width: int) -> str:
    """Return the last ``width`` of some seconds as bars, from 0 up to the longest, or to 100 ms if that is more."""
    if not values:
        return ""
    shown = values[-width:]
    scale = max(_LEAST_SCALE, *shown)
    return "".join(_BARS[min(len(_BARS) - 1, int(value / scale * len(_BARS)))] for value in shown)
