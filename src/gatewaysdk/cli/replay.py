"""``gatewaysdk replay``: send a recording to any client."""

from __future__ import annotations

import asyncio
from argparse import Namespace

from ..record import Playback
from .notices import say
from .simulate import common_settings, served

__all__ = ["replay"]


async def replay(options: Namespace) -> int:
    """Serve until cancelled. Raises `GatewayError` if the file cannot be read, or the address not be listened on."""
    playback = Playback(options.file, speed=options.speed, loop=options.loop, **common_settings(options))
    if playback.problem is not None:
        say(f"{playback.problem}; what is sound is sent")
    async with served(playback, options):
        await asyncio.Event().wait()
    return 0
