"""From arrived dispatches to handlers and streams: queue, bounds, order, back-pressure, waits.

As long as the shard runs, every event put here reaches those who listen for it, or somebody is told why not.
"""

from __future__ import annotations

from .concurrency import Concurrency
from .delivery import Delivery
from .overflow import DropEvents, Overflow
from .plans import NOBODY
from .settings import QUEUE_BYTES, DeliverySettings
from .stream import EventStream
from .tap import Tap

__all__ = [
    "NOBODY",
    "QUEUE_BYTES",
    "Concurrency",
    "Delivery",
    "DeliverySettings",
    "DropEvents",
    "EventStream",
    "Overflow",
    "Tap",
]
