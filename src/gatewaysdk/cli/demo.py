"""``gatewaysdk demo``: every event over a real socket, a cut connection, and no event lost."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from argparse import Namespace

from .. import Backoff, Shard, Timeouts
from ..errors import GatewayError
from ..listeners.intents import ALL_INTENTS
from ..simulator import Simulator
from .show import clean
from .tally import Tally

__all__ = ["demo"]

_PATIENCE = 5.0
"""Seconds to wait for an event; one that has not come by then counts as lost."""

_GUILDS = 2

# The events that are emitted while the shard is disconnected.
_MEANWHILE = ("MESSAGE_CREATE", "MESSAGE_REACTION_ADD", "GUILD_MEMBER_ADD", "CHANNEL_UPDATE", "MESSAGE_DELETE")


async def demo(options: Namespace) -> int:
    """Run the demo and return its exit code: 0 when every event arrived, 1 when something is missing."""
    tally = Tally(options)
    started = time.monotonic()
    token = f"simulated-{secrets.token_hex(8)}"
    async with Simulator(token=token, guilds=_GUILDS, seed=options.seed, etf_style=options.etf_style) as simulator:
        shard = Shard(
            token,
            intents=ALL_INTENTS,
            url=simulator.url,
            encoding=options.encoding,
            etf_backend=options.etf_backend,
            compress=options.compress,
            policy=Backoff(base=0.2, cap=1.0),
            timeouts=Timeouts(connect=5, hello=5, ready=5, resumed=5),
        )
        try:
            async with shard:
                await _tell(tally, simulator, shard, options.seed)
        except GatewayError as error:
            print(f"gatewaysdk: the demo failed: {clean(str(error))}", file=sys.stderr)
            return 1
        except TimeoutError:
            pass  # the summary says what is missing
    return tally.summarise(shard.stats, time.monotonic() - started)


async def _tell(tally: Tally, simulator: Simulator, shard: Shard, seed: int) -> None:
    tally.step(f"Simulated gateway: {simulator.url}. A shard connects, identifies, and gets every kind of event.")
    await shard.connect()
    tally.sent += ["READY", *["GUILD_CREATE"] * _GUILDS]
    tally.sent += await simulator.emit_all(seed=seed)
    await _receive_all(tally, shard)

    tally.step(f"The connection is cut. {len(_MEANWHILE)} events happen while the shard is away.")
    await simulator.drop()
    for name in _MEANWHILE:
        await simulator.emit(name, seed=seed + 1)
    tally.sent += [*_MEANWHILE, "RESUMED"]

    tally.step("The shard connects again, resumes its session, and gets the events that it missed.")
    await _receive_all(tally, shard)

    tally.step("The session goes on: one more event.")
    await simulator.emit("MESSAGE_UPDATE", seed=seed)
    tally.sent.append("MESSAGE_UPDATE")
    await _receive_all(tally, shard)


async def _receive_all(tally: Tally, shard: Shard) -> None:
    """Receive as many events as were sent so far."""
    while len(tally.received) < len(tally.sent):
        async with asyncio.timeout(_PATIENCE):
            event = await shard.receive()
        tally.add(event)
