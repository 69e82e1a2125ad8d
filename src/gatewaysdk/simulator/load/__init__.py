"""Load: more events a second than a client takes, encoded before anybody connects."""

from __future__ import annotations

from .prepared import EVERYDAY_EVENTS, PreparedEvent
from .pump import Load
from .zlib_blocks import ZlibBlocks

__all__ = ["EVERYDAY_EVENTS", "Load", "PreparedEvent", "ZlibBlocks"]
