"""Valkey or Redis as the engine, one node. docs/topics/broker.md says what it does not promise.

Nothing outside this folder imports redis-py, which the extra ``redis`` installs.
"""

from __future__ import annotations

from .connect import RedisSettings, connect_redis

__all__ = ["RedisSettings", "connect_redis"]
