"""Whether IDENTIFY may be sent. Whoever drives the machine knows what other shards do, and decides."""

from __future__ import annotations

import enum

__all__ = ["IDENTIFY_INTERVAL", "Permit"]

IDENTIFY_INTERVAL = 5.0
"""Seconds between two IDENTIFYs of one shard (events/gateway#rate-limiting), kept whatever is granted."""


class Permit(enum.Enum):
    """What we know of our next IDENTIFY."""

    NONE = enum.auto()
    """Not asked for, or used up."""
    ASKED = enum.auto()
    GRANTED = enum.auto()
