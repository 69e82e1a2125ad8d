"""Runs a bot as a program: `gatewaysdk.run`. It knows no shard, only that a bot has a method ``run``.

Programs that do this themselves need nothing of it.
"""

from __future__ import annotations

from .run import Bot, run

__all__ = ["Bot", "run"]
