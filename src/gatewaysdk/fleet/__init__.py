"""What concerns more than one shard: how many Discord advises, and which of them a guild belongs to."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .sharding import shard_id_for

if TYPE_CHECKING:
    from .gateway_bot import API_URL, GatewayBot, fetch_gateway_bot

__all__ = ["API_URL", "GatewayBot", "fetch_gateway_bot", "shard_id_for"]


if not TYPE_CHECKING:  # else any name would pass for one of the package's

    def __getattr__(name: str) -> Any:
        if name in ("API_URL", "GatewayBot", "fetch_gateway_bot"):  # what imports aiohttp waits until it is asked for
            return getattr(import_module(".gateway_bot", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
