"""From a dispatch to a typed event: strictly first, at full speed; if that fails, leniently, leaving out broken fields.

The registry maps names on the wire to classes, both generated ones and those that a program registers.
"""

from __future__ import annotations

from .known import could_be, is_known, is_struct
from .lenient import salvage
from .registry import decode_event, decode_received, event_class, register_event, undecodable_event

__all__ = [
    "could_be",
    "decode_event",
    "decode_received",
    "event_class",
    "is_known",
    "is_struct",
    "register_event",
    "salvage",
    "undecodable_event",
]
