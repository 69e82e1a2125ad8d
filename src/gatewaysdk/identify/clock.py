"""Time that all processes of a machine agree upon."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Moment", "machine_time", "moment_now"]


def machine_time() -> float:
    """Return seconds since some moment that is the same for all processes, and which no change of the date moves.

    They pass while the machine sleeps, too.
    """
    if sys.platform == "linux":
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
    elif sys.platform == "darwin":
        now = time.clock_gettime(time.CLOCK_MONOTONIC)
    else:
        now = time.monotonic()
    return now


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment that can be compared with a later one, also after a reboot.

    Attributes:
        wall: seconds since 1970; somebody may set the date.
        uptime: `machine_time`, which begins anew when the machine starts.
        boot: what tells one start of the machine from another; empty where the system has no such thing.
    """

    wall: float
    uptime: float
    boot: str

    def seconds_since(self, earlier: Moment) -> float:
        """Return the seconds that have passed: by uptime within one start of the machine, else by the date.

        Without `boot`, a reboot is seen by the lower uptime, for as long as it is lower. Later too few seconds are
        returned.
        """
        if self.boot == earlier.boot and self.uptime >= earlier.uptime:
            return self.uptime - earlier.uptime
        return max(0.0, self.wall - earlier.wall)


def moment_now() -> Moment:
    """Return the present moment."""
    return Moment(time.time(), machine_time(), _boot())


def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:  # not Linux
        return ""
