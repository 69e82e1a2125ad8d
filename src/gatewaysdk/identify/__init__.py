"""Who may identify now: all shards of a bot share the limits on IDENTIFY.

`IdentifyQueue` is what a shard asks, and what a fleet may replace; `LocalIdentifyQueue` serves one process,
`FileIdentifyQueue` all those of a machine. `IdentifyBudget` counts the sessions of a day on the disk.
"""

from __future__ import annotations

from .budget import IdentifyBudget
from .file import FileIdentifyQueue
from .forecast import StartForecast
from .local import LocalIdentifyQueue
from .queue import IdentifyPermit, IdentifyQueue
from .session_starts import SessionStartLimit, SessionStarts

__all__ = [
    "FileIdentifyQueue",
    "IdentifyBudget",
    "IdentifyPermit",
    "IdentifyQueue",
    "LocalIdentifyQueue",
    "SessionStartLimit",
    "SessionStarts",
    "StartForecast",
]
