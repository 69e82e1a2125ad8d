"""``python -m interop --faults``: each client against each fault by name, and which it survives."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from gatewaysdk.simulator import Simulator

from .running import Running, run
from .steps import get_guilds, log_in

PATIENCE = 75.0  # seconds for a fault; some clients wait for HELLO, or take a connection for alive, for 60 s
AT_ONCE = 8  # processes, which mostly wait
_HEARTBEAT = 3000  # milliseconds
_BETWEEN = 0.5  # seconds from one message to the next


class Case(NamedTuple):
    """A fault as it is tried.

    Attributes:
        reconnects: whether a client has to open another connection, while the old one still brings messages.
        then: a fault that shows what the first one did, once there is a new session.
    """

    label: str
    name: str
    parameters: Mapping[str, Any] = MappingProxyType({})
    reconnects: bool = False
    then: str | None = None


CASES = (
    Case("cut", "cut"),
    Case("close 4000", "close", {"code": 4000}),
    Case("close 4009", "close", {"code": 4009}),
    Case("stall of 5 s", "stall"),
    Case("half-open", "half-open"),
    Case("delay", "delay"),
    Case("duplicate", "duplicate"),
    Case("dropped-acks", "dropped-acks", reconnects=True),
    Case("op-7", "op-7", reconnects=True),
    Case("op-7-before-hello", "op-7-before-hello"),
    Case("op-9, resumable", "op-9", {"resumable": True}),
    Case("op-9", "op-9", {"resumable": False}),
    Case("forgotten-session", "forgotten-session"),
    Case("refuse, 503 twice", "refuse", {"connections": 2}),
    Case("silent-hello", "silent-hello"),
    Case("late-hello of 5 s", "late-hello"),
    Case("no-ready", "no-ready"),
    Case("no-resumed", "no-resumed"),
    Case("dead-resume-url, then cut", "dead-resume-url", then="cut"),
    Case("corrupt-compression", "corrupt-compression"),
    Case("truncated-compression", "truncated-compression"),
    Case("unknown-event", "unknown-event"),
    Case("unknown-keys", "unknown-keys"),
    Case("unknown-values", "unknown-values"),
    Case("missing-fields", "missing-fields"),
    Case("wrong-types", "wrong-types"),
    Case("storm of 1000", "storm"),
    Case("giant-guild", "giant-guild"),
)


async def examine(name: str, command: Sequence[str | Path], environment: dict[str, str], case: Case) -> str:
    """Start a client, cause a fault, and return yes or no: whether the client survives it.

    Each fault meets a process of its own, as clients wait longer after each of several troubles.
    """
    async with run(command, environment=environment, guilds=1, heartbeat_interval=_HEARTBEAT) as running:
        await log_in(running)
        await get_guilds(running)
        began = time.monotonic()
        result = "yes" if await survives(running, case) else "no"
        print(f"== {name}: {case.label}: {result} after {time.monotonic() - began:.1f} s", flush=True)
        return result


async def survives(running: Running, case: Case) -> bool:
    """Whether a client is live again in time, and gets what is said from then on."""
    try:
        async with asyncio.timeout(PATIENCE):
            await _cause(running.sim, case)
            await _hears(running, case.label)
            await running.sim.wait_for_session(timeout=PATIENCE)
    except (TimeoutError, EOFError):
        return False
    return True


async def _cause(sim: Simulator, case: Case) -> None:
    connections, sessions = len(sim.connections), set(sim.sessions)
    await sim.fault(case.name, **case.parameters)
    if case.reconnects:
        await sim.wait_for(lambda: len(sim.connections) > connections, PATIENCE)
        await sim.wait_for_session(timeout=PATIENCE)
    if case.then is not None:
        await sim.wait_for(lambda: any(one.connection for one in set(sim.sessions) - sessions), PATIENCE)
        await sim.fault(case.then)


async def _hears(running: Running, label: str) -> None:
    """Say numbered messages until one is heard; ``EOFError`` if the client ends."""
    guild = running.sim.world.guilds[0]
    for number in itertools.count(1):
        if any(one["content"].startswith(f"after {label}: ") for one in running.all("message")):
            return
        if running.reading.done():
            raise EOFError("it ended by itself")
        await guild.member("alice").says(f"after {label}: {number}", guild.channel("general"))
        await asyncio.sleep(_BETWEEN)


def table(results: dict[str, dict[str, str]]) -> str:
    """Return the results as a table of Markdown: a row for each fault, a column for each client."""
    lines = ["| Fault | " + " | ".join(results) + " |", "|---" * (len(results) + 1) + "|"]
    labels = next(iter(results.values()))
    lines += ["| " + " | ".join([label, *(one[label] for one in results.values())]) + " |" for label in labels]
    return "\n".join(lines)
