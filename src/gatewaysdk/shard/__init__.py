"""One connection that lasts: ties together the core, a socket, the clock and the delivery.

Users hold a `Shard`; the `Runtime` behind it carries out the effects of the protocol core.
"""

from __future__ import annotations

from .health import Health
from .settings import API_VERSION, DEFAULT_URL, ShardSettings
from .shard import Shard

__all__ = ["API_VERSION", "DEFAULT_URL", "Health", "Shard", "ShardSettings"]
