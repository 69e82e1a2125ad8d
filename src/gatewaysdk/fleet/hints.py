"""What Discord lets a fleet know about the number of its shards, and what follows."""

from __future__ import annotations

import asyncio

from ..errors import ConfigurationError, FatalCloseError, GatewayError
from ..tasks.label import UNSHARDED
from .interface import Fleet
from .plan import ShardCount, ask_gateway_bot
from .start import FleetSettings

__all__ = ["check_auto_reshard", "follow_hints", "needs_more_shards"]

_SHARDING_REQUIRED = 4011


def check_auto_reshard(seconds: float | None, shards: ShardCount) -> float | None:
    """Return the seconds between two looks. Raises `ConfigurationError` for what cannot be."""
    if seconds is None:
        return None
    if shards != "auto":
        raise ConfigurationError(f"auto_reshard needs shards='auto', not {shards!r}; leave one of them out")
    if not seconds >= 60:
        raise ConfigurationError(f"auto_reshard is {seconds!r}; it takes 60 s or more between two looks, or None")
    return seconds


def needs_more_shards(error: Exception | None) -> bool:
    """Whether the gateway has closed because a shard would have more than 2,500 guilds."""
    return isinstance(error, FatalCloseError) and error.code == _SHARDING_REQUIRED


async def follow_hints(fleet: Fleet, chosen: FleetSettings, seconds: float) -> None:
    """Look again and again at what Discord recommends, and reshard when that is more than run. It never returns."""
    while True:
        await asyncio.sleep(seconds)
        recommended = (await ask_gateway_bot(chosen.shard.token, chosen.api_url)).shards
        if recommended > fleet.num_shards:
            try:
                await fleet.reshard(fleet.fit(recommended), quiet=5.0)
            except GatewayError as error:
                UNSHARDED.log.warning("%d shards would be better, but: %s", recommended, error)
