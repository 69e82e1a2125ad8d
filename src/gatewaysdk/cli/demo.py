"""``gatewaysdk demo``: every event over a real socket, a cut connection, and nothing lost."""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from argparse import Namespace

from .. import Backoff, InvalidEvent, Resumed, Shard, Timeouts, UnknownEvent
from ..dispatch import ALL_INTENTS
from ..errors import GatewayError
from ..event import Event
from ..simulator import EVENT_NAMES, Simulator
from .show import BOLD, GREEN, RED, clean, event_line, name_of, paint, uses_colour

__all__ = ["demo"]

_SECONDS = 30.0
"""After this long, something hangs."""

_NAME_WIDTH = max(map(len, EVENT_NAMES))

# What happens while the shard is away; RESUME brings it.
_MEANWHILE = ("MESSAGE_CREATE", "MESSAGE_REACTION_ADD", "GUILD_MEMBER_ADD", "CHANNEL_UPDATE", "MESSAGE_DELETE")


class _Show:
    """What the demo prints, and what it has counted."""

    def __init__(self, options: Namespace) -> None:
        self.quiet: bool = options.quiet
        self.colour = uses_colour(sys.stdout, wanted=not options.no_color)
        self.kinds: set[str] = set()
        self.sequences: list[int] = []
        self.violations = self.unknown = self.invalid = 0

    def step(self, text: str) -> None:
        if not self.quiet:
            print(paint(f"== {text}", BOLD, self.colour))

    def event(self, event: Event) -> None:
        if isinstance(event, UnknownEvent):
            self.unknown += 1
        elif isinstance(event, InvalidEvent):
            self.invalid += 1
        else:
            self.kinds.add(name_of(event))
        self.violations += len(event.violations)
        if not self.quiet:
            print(event_line(event, colour=self.colour, width=_NAME_WIDTH), flush=True)


async def demo(options: Namespace) -> int:
    """Run the demo; return 1 when something is missing."""
    show = _Show(options)
    started = time.monotonic()
    token = f"simulated-{secrets.token_hex(8)}"
    try:
        async with asyncio.timeout(_SECONDS), Simulator(token=token, guilds=2, seed=options.seed) as simulator:
            shard = Shard(
                token,
                intents=ALL_INTENTS,
                url=simulator.url,
                encoding=options.encoding,
                compress=options.compress,
                policy=Backoff(base=0.1, cap=1.0),
                timeouts=Timeouts(connect=5, hello=5, ready=5, resumed=5),
            )
            async with shard:
                emitted = await _tell(show, simulator, shard, options.seed)
    except (GatewayError, TimeoutError) as error:
        print(f"gatewaysdk: the demo failed: {clean(str(error) or 'it hangs')}", file=sys.stderr)
        return 1
    return _summarise(show, shard, emitted, options, time.monotonic() - started)


async def _tell(show: _Show, simulator: Simulator, shard: Shard, seed: int) -> int:
    """Go through the story; return how many events the simulator sent."""

    @shard.on(Event)
    async def note(event: Event) -> None:
        # While a handler runs, the session stands at the event before.
        if shard.session is not None:
            show.sequences.append(shard.session.sequence + 1)

    show.step(f"A simulated gateway at {simulator.url}; a shard connects and identifies")
    await shard.connect()
    session = await simulator.wait_for_session()

    show.step("One event of each kind")
    await simulator.emit_all(seed=seed)
    await _receive(show, shard, session.sequence)

    show.step("The connection is cut; meanwhile, more happens:")
    await simulator.drop()
    for name in _MEANWHILE:
        await simulator.emit(name, seed=seed + 1)
    if not show.quiet:
        print(f"   {', '.join(_MEANWHILE)}")

    show.step("The shard connects again, resumes, and is told what it missed")
    while not isinstance(event := await shard.receive(), Resumed):
        show.event(event)
    show.event(event)

    show.step("And on it goes")
    await simulator.emit("MESSAGE_UPDATE", seed=seed)
    await _receive(show, shard, session.sequence)
    return session.sequence


async def _receive(show: _Show, shard: Shard, sequence: int) -> None:
    """Show the events up to one with this number."""
    shown = len(show.kinds)
    ...


def _summarise(show: _Show, shard: Shard, emitted: int, options: Namespace, seconds: float) -> int:
    ...
