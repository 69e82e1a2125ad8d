"""``gatewaysdk demo``: every event over a real socket, a cut connection, and nothing lost."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from argparse import Namespace

from .. import Backoff, Resumed, Shard, Timeouts
from ..dispatch import ALL_INTENTS
from ..errors import GatewayError
from ..event import Event
from ..simulator import Session, Simulator
from .show import clean
from .tally import Tally

__all__ = ["demo"]

_SECONDS = 20.0
"""After this long, what has not come will not come."""

# What happens while the shard is away.
_MEANWHILE = ("MESSAGE_CREATE", "MESSAGE_REACTION_ADD", "GUILD_MEMBER_ADD", "CHANNEL_UPDATE", "MESSAGE_DELETE")


async def demo(options: Namespace) -> int:
    """Run the demo; return 1 when something is missing."""
    tally = Tally(options)
    started = time.monotonic()
    token = f"simulated-{secrets.token_hex(8)}"
    async with Simulator(token=token, guilds=2, seed=options.seed) as simulator:
        shard = Shard(
            token,
            intents=ALL_INTENTS,
            url=simulator.url,
            encoding=options.encoding,
            compress=options.compress,
            policy=Backoff(base=0.2, cap=1.0),
            timeouts=Timeouts(connect=5, hello=5, ready=5, resumed=5),
        )
        try:
            async with asyncio.timeout(_SECONDS), shard:
                await _tell(tally, simulator, shard, options.seed)
        except TimeoutError:
            pass  # the summary says what is missing
        except GatewayError as error:
            print(f"gatewaysdk: the demo failed: {clean(str(error))}", file=sys.stderr)
            return 1
    return tally.summarise(shard.stats, time.monotonic() - started)


async def _tell(tally: Tally, simulator: Simulator, shard: Shard, seed: int) -> None:
    @shard.on(Event)
    async def note_sequence(event: Event) -> None:
        # While a handler runs, the session stands at the event before.
        if shard.session is not None:
            tally.sequences.append(shard.session.sequence + 1)

    tally.step(f"A gateway is simulated at {simulator.url}. A shard connects, identifies, and is sent all there is.")
    await shard.connect()
    session = await simulator.wait_for_session()
    await simulator.emit_all(seed=seed)
    await _receive(tally, shard, session)

    tally.step(f"The connection is cut. {len(_MEANWHILE)} events happen while the shard is away.")
    await simulator.drop()
    for name in _MEANWHILE:
        await simulator.emit(name, seed=seed + 1)
    tally.emitted = session.sequence

    tally.step("The shard connects again, resumes its session, and is sent what it missed.")
    while not isinstance(event := await shard.receive(), Resumed):
        tally.add(event)
    tally.add(event)

    tally.step("On it goes, as if nothing had been.")
    await simulator.emit("MESSAGE_UPDATE", seed=seed)
    await _receive(tally, shard, session)


async def _receive(tally: Tally, shard: Shard, session: Session) -> None:
    """Receive all that the simulator has sent so far."""
    tally.emitted = session.sequence
    while tally.events < tally.emitted:
        tally.add(await shard.receive())
