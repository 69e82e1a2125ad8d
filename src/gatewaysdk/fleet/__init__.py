"""All the shards of a bot: the manager that runs and supervises them, and what Discord advises before they start.

What imports aiohttp waits until it is asked for; `shard_id_for` costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .sharding import shard_id_for

if TYPE_CHECKING:
    from .gateway_bot import API_URL, GatewayBot, fetch_gateway_bot
    from .health import FleetHealth, ShardStatus
    from .manager import ShardManager
    from .restart import RestartBackoff, RestartPolicy, ShardFailure
    from .steps import (
        FleetPlanned,
        FleetReady,
        FleetStep,
        ShardFailed,
        ShardRestarted,
        WorkerEnded,
        WorkerStarted,
    )

__all__ = [
    "API_URL",
    "FleetHealth",
    "FleetPlanned",
    "FleetReady",
    "FleetStep",
    "GatewayBot",
    "RestartBackoff",
    "RestartPolicy",
    "ShardFailed",
    "ShardFailure",
    "ShardManager",
    "ShardRestarted",
    "ShardStatus",
    "WorkerEnded",
    "WorkerStarted",
    "fetch_gateway_bot",
    "shard_id_for",
]

_HOMES = {
    "gateway_bot": ("API_URL", "GatewayBot", "fetch_gateway_bot"),
    "health": ("FleetHealth", "ShardStatus"),
    "manager": ("ShardManager",),
    "restart": ("RestartBackoff", "RestartPolicy", "ShardFailure"),
    "steps": (
        "FleetPlanned",
        "FleetReady",
        "FleetStep",
        "ShardFailed",
        "ShardRestarted",
        "WorkerEnded",
        "WorkerStarted",
    ),
}


if not TYPE_CHECKING:  # else type checkers would accept any name in this package

    def __getattr__(name: str) -> Any:
        for home, names in _HOMES.items():
            if name in names:
                return getattr(import_module(f".{home}", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
