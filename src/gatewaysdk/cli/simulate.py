"""``gatewaysdk simulate``: a Discord on this machine."""

from __future__ import annotations

import asyncio
import logging
import random
import secrets
import shlex
from argparse import Namespace
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from ..enums.intents import Intents
from ..errors import GatewayError
from ..simulator import Simulator, serve_forever, simulated_token
from ..simulator.scenario import read_scenario
from ..tables.intents import PRIVILEGED_INTENTS
from .scenario import play

__all__ = ["served", "simulate"]


async def simulate(options: Namespace) -> int:
    """Serve until cancelled, or until a scenario is over; return 1 if that failed.

    Raises `GatewayError` if it cannot listen on the address.
    """
    scenario = None if options.scenario is None else read_scenario(options.scenario)
    token = options.token if options.token is not None else simulated_token(secrets.token_hex(8))
    simulator = Simulator(
        token=token,
        guilds=options.guilds,
        members=options.members,
        heartbeat_interval=options.heartbeat_interval,
        privileged=PRIVILEGED_INTENTS & ~(options.refuse_intents or Intents(0)),
        host=options.host,
        port=options.port,
        allowed_hosts=options.allow_hosts,
        allowed_origins=options.allow_origins,
        etf_style=options.etf_style,
    )
    async with served(simulator, token, options):
        if scenario is not None:
            return await play(simulator, scenario)
        await _serve(simulator, options)
    return 0


@asynccontextmanager
async def served(simulator: Simulator, token: str, options: Namespace) -> AsyncIterator[None]:
    """Start a simulator, and print how to use it. Raises `GatewayError` if it cannot listen on its address."""
    try:
        await simulator.start()
    except OSError as error:
        where = f"{options.host}:{options.port}"
        raise _CannotListen(f"cannot listen on {where}: {error.strerror}; choose another --host or --port") from None
    try:
        _introduce(simulator, token)
        with _refusals_on_stderr():
            yield
    finally:
        await simulator.stop()


class _CannotListen(GatewayError):
    """Another program listens there, or the address is not of this machine."""


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


def _introduce(simulator: Simulator, token: str) -> None:
    command = f"DISCORD_TOKEN={shlex.quote(token)} gatewaysdk listen --url {simulator.url}"
    print(f"gateway  {simulator.url}")
    print(f"token    {token}")
    print(f"HTTP     {simulator.api_url}/api/v10")
    print(f"try      {command}")
    print("press Ctrl-C to stop", flush=True)


async def _serve(simulator: Simulator, options: Namespace) -> None:
    names = [name for group in options.events or () for name in group]
    if options.interval == 0:
        await asyncio.Event().wait()
    elif not names:
        await serve_forever(simulator, options.interval)
    while True:
        await asyncio.sleep(options.interval)
        await simulator.emit(random.choice(names), seed=random.randrange(1 << 30))  # noqa: S311 - keeps no secret
