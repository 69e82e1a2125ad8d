"""When an IDENTIFY has arrived, as far as that can be known: the gateway counts the 5 s of a bucket from then."""

from __future__ import annotations

import math

__all__ = ["ON_ITS_WAY", "Arrivals"]

ON_ITS_WAY = 0.25
"""Seconds that an IDENTIFY may take to the gateway when all is well."""


class Arrivals:
    """Judges by READY when IDENTIFYs arrived. The next one may be quicker on its way, and must not come too early.

    READY proves that IDENTIFY has arrived. To wait until 5 s after each READY would be safe, but slow: most of the time
    the gateway prepares READY. So a READY as quick as the quickest one allows `ON_ITS_WAY` for the way there; by
    however much one is slower, its IDENTIFY may have been delayed.
    """

    def __init__(self) -> None:
        self._quickest = math.inf

    def arrived_by(self, sent_at: float, ready_at: float) -> float:
        """Return the moment by which an IDENTIFY has arrived, given that of READY or of the end of its attempt."""
        took = ready_at - sent_at
        self._quickest = min(self._quickest, took)
        return sent_at + min(took, ON_ITS_WAY + took - self._quickest)
