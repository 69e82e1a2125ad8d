"""The shell's tools on top of asyncio: workers, fair turns, one timer, a lifetime, closing, and names.

Nothing here knows frames or events. No task of ours ends, waits for itself or hangs without a report.
"""

from __future__ import annotations

from .closing import Closing, wait_for_cancelled
from .label import UNSHARDED, Label
from .lifetime import Lifetime
from .signals import stop_on
from .timer import Timer
from .turn import Turn, get_clock
from .worker import EAGER, Worker, is_stray, start_task

__all__ = [
    "EAGER",
    "UNSHARDED",
    "Closing",
    "Label",
    "Lifetime",
    "Timer",
    "Turn",
    "Worker",
    "get_clock",
    "is_stray",
    "start_task",
    "stop_on",
    "wait_for_cancelled",
]
