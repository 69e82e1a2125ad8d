"""Hands events of a log to typed handlers: durable, acknowledged after the handlers, in order for each guild.

`consumer` is what users hold. `intake` reads the log, `line` calls handlers, and `held` counts what is in hand.
"""

from __future__ import annotations

from .consumer import EventConsumer
from .held import ConsumerStats
from .origin import Origin
from .replay import replay
from .retries import Retries

__all__ = ["ConsumerStats", "EventConsumer", "Origin", "Retries", "replay"]
