"""Whether IDENTIFY may be sent. The caller decides: it knows the bot's other shards, the machine does not."""

from __future__ import annotations

import enum

__all__ = ["IDENTIFY_INTERVAL", "Permit"]

IDENTIFY_INTERVAL = 5.0
"""Seconds between two IDENTIFYs of one shard (events/gateway#rate-limiting), kept even if a permit comes sooner."""


class Permit(enum.Enum):
    """Whether the next IDENTIFY of this shard is permitted."""

    NONE = enum.auto()
    """Not asked for, or over."""
    ASKED = enum.auto()
    """``IdentifyWanted`` went out; the answer is still to come."""
    GRANTED = enum.auto()
    """Held until READY, or until the attempt ends."""
