"""From arrived dispatches to handlers and streams: queue, bounds, order, back-pressure, waits.

While the shard runs, every event that is put here reaches its handlers and streams, or the error hook learns why not.
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
