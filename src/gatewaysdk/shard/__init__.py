"""One connection that lasts, tied together: the core, a socket, the clock, the delivery, and what users call.

`Shard` is what they hold; the `Runtime` behind it carries out what the protocol core asks for.
"""

from __future__ import annotations

from .health import Health
from .settings import API_VERSION, DEFAULT_URL, ShardSettings
from .shard import Shard

__all__ = ["API_VERSION", "DEFAULT_URL", "Health", "Shard", "ShardSettings"]
