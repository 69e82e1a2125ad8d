"""``gatewaysdk replay``: send a recording to any client."""

from __future__ import annotations

import asyncio
import secrets
from argparse import Namespace

from ..record import Playback
from ..simulator import simulated_token
from .notices import say
from .simulate import HISTORY, RESUME_SECONDS, served

__all__ = ["replay"]


async def replay(options: Namespace) -> int:
    """Serve until cancelled. Raises `GatewayError` if the file cannot be read, or the address not be listened on."""
    token = options.token if options.token is not None else simulated_token(secrets.token_hex(8))
    playback = Playback(
        options.file,
        speed=options.speed,
        loop=options.loop,
        token=token,
        resume_seconds=RESUME_SECONDS,
        history=HISTORY,
        host=options.host,
        port=options.port,
        allowed_hosts=options.allow_hosts,
        allowed_origins=options.allow_origins,
    )
    if playback.problem is not None:
        say(f"{playback.problem}; what is sound is sent")
    async with served(playback, token, options):
        await asyncio.Event().wait()
    return 0
