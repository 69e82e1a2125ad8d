"""Traffic without end, for a gateway that others try their bots on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from .server import Simulator

__all__ = ["serve_forever"]


async def serve_forever(
    simulator: Simulator, interval: float = 1.0, *, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Emit an event of a random kind every ``interval`` seconds until cancelled. Start the simulator before."""
    while True:
        await sleep(interval)
        await simulator.emit_random()
