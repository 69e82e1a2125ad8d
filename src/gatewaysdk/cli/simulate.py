"""``gatewaysdk simulate``: a Discord on this machine."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import shlex
import sys
import time
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

from ..enums.intents import Intents
from ..errors import GatewayError
from ..simulator import FeedEntry, Simulator, serve_forever, simulated_token
from ..simulator.scenario import read_scenario
from ..tables.intents import PRIVILEGED_INTENTS
from .prompt import Prompt, is_ours
from .reporter import Reporter, entry_line
from .running import forget_simulator, remember_simulator
from .scenario import play
from .show import uses_colour

__all__ = ["common_settings", "served", "simulate"]

# The command may run for weeks: nobody asks it for older messages, and a bot that was killed does not resume.
_HISTORY = 1000
_RESUME_SECONDS = 300.0

# Under load thousands of events are on the way when a connection is cut, and the client wants them again.
_REPLAY_LIMIT = 100_000


async def simulate(options: Namespace) -> int:
    """Serve until cancelled, or until a scenario is over; return 1 if that failed.

    Raises `GatewayError` if it cannot listen on the address.
    """
    scenario = None if options.scenario is None else read_scenario(options.scenario)
    names = [name for group in options.events or () for name in group]
    load = {} if options.rate is None else {"rate": options.rate, "load_events": names, "replay_limit": _REPLAY_LIMIT}
    simulator = Simulator(
        guilds=options.guilds,
        members=options.members,
        heartbeat_interval=options.heartbeat_interval,
        privileged=PRIVILEGED_INTENTS & ~(options.refuse_intents or Intents(0)),
        etf_style=options.etf_style,
        control_key=options.control_key or secrets.token_urlsafe(12),
        **common_settings(options),
        **load,
    )
    prompts = scenario is None and is_ours(sys.stdin)
    async with served(simulator, options, prompts=prompts):
        if scenario is not None:
            return await play(simulator, scenario)
        with _remembered(simulator), _reported(simulator, options) as say:
            typed = Prompt(simulator, say).run(sys.stdin) if prompts else asyncio.sleep(0)
            # An error of one ends the other.
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(typed)
                if options.rate is None:
                    tasks.create_task(_serve(simulator, options, names))
                else:
                    tasks.create_task(_count(simulator, (lambda text: None) if options.quiet else say))
    return 0


def common_settings(options: Namespace) -> dict[str, Any]:
    """Return the settings of a simulator that a command runs: where it listens, its token, and its bounds."""
    return {
        "token": options.token if options.token is not None else simulated_token(secrets.token_hex(8)),
        "host": options.host,
        "port": options.port,
        "allowed_hosts": options.allow_hosts,
        "allowed_origins": options.allow_origins,
        "history": _HISTORY,
        "resume_seconds": _RESUME_SECONDS,
    }


@asynccontextmanager
async def served(simulator: Simulator, options: Namespace, *, prompts: bool = False) -> AsyncIterator[None]:
    """Start a simulator, and print how to use it. Raises `GatewayError` if it cannot listen on its address."""
    try:
        await simulator.start()
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise _CannotListen(f"cannot listen on {where}: {error.strerror}; choose another --host or --port") from None
    try:
        _introduce(simulator, prompts)
        with _refusals_on_stderr():
            yield
    finally:
        await simulator.stop()


class _CannotListen(GatewayError):
    """Another program listens there, or the address is not of this machine."""


@contextmanager
def _remembered(simulator: Simulator) -> Iterator[None]:
    url = simulator.control_url or ""
    kept = remember_simulator(url)
    if not kept:
        print("gatewaysdk: nowhere to note the address for `gatewaysdk say`; give it --url", file=sys.stderr)
    try:
        yield
    finally:
        if kept:
            forget_simulator(url)


@contextmanager
def _reported(simulator: Simulator, options: Namespace) -> Iterator[Callable[[str], None]]:
    """Print what happens; yields what prints a further line."""
    if sys.stdout is None:
        yield lambda text: None
        return
    reporter, colour = Reporter(sys.stdout), uses_colour(sys.stdout)

    def report(entry: FeedEntry) -> None:
        line = entry_line(entry, verbose=options.verbose, colour=colour)
        if line is not None:
            reporter.say(line)

    if not options.quiet:
        simulator.feed.listeners.append(report)
    try:
        yield reporter.say
    finally:
        reporter.stop()


@contextmanager
def _refusals_on_stderr() -> Iterator[None]:
    # Few clients show the text of a 403 answer, so the user would not see the remedy there.
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("gatewaysdk: %(message)s"))
    logger = logging.getLogger("gatewaysdk.simulator")
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)


def _introduce(simulator: Simulator, prompts: bool) -> None:
    token = simulator.token.reveal()
    command = f"DISCORD_TOKEN={shlex.quote(token)} gatewaysdk listen --url {simulator.url}"
    print(f"gateway  {simulator.url}")
    print(f"token    {token}")
    print(f"HTTP     {simulator.api_url}/api/v10")
    if simulator.control_url is not None:
        print(f"page     {simulator.control_url}")
    print(f"try      {command}")
    if prompts:
        print("type     a line, which alice then says in #general; /help for more")
    print("press Ctrl-C to stop", flush=True)


async def _count(simulator: Simulator, say: Callable[[str], None]) -> None:
    """Print each second how much load went out."""
    before, then = 0, time.monotonic()
    while True:
        await asyncio.sleep(1.0)
        sent, now = simulator.load_sent, time.monotonic()
        say(f"load  {sent} events sent, {(sent - before) / (now - then):.0f}/s")
        before, then = sent, now


async def _serve(simulator: Simulator, options: Namespace, names: list[str]) -> None:
    if options.interval == 0:
        await asyncio.Event().wait()
    elif not names:
        await serve_forever(simulator, options.interval)
    while True:
        await asyncio.sleep(options.interval)
        await simulator.emit(random.choice(names), seed=random.randrange(1 << 30))  # noqa: S311 - keeps no secret
