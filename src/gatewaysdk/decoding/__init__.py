"""From a dispatch to a typed event: strictly at full speed, then leniently, so that one bad field costs one field.

Names on the wire find their classes here, generated ones and those that a program registers.
"""

from __future__ import annotations

from .lenient import salvage
from .registry import could_be, decode_event, decode_received, event_class, register_event, undecodable_event

__all__ = [
    "could_be",
    "decode_event",
    "decode_received",
    "event_class",
    "register_event",
    "salvage",
    "undecodable_event",
]
