"""What befalls a cluster, by name; a seed chooses whom and when."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from .run import Run

__all__ = ["FAULTS", "befall"]

Fault: TypeAlias = Callable[[Run, random.Random], Awaitable[None]]


async def kill_host(run: Run, chance: random.Random) -> None:
    """A host dies (kill -9), and another comes."""
    host = chance.choice(run.hosts)
    run.tell(f"kill -9 {host.name}")
    await run.remove_host(host, kill=True)
    await asyncio.sleep(chance.uniform(0, 5))
    await run.add_host()


async def replace_host(run: Run, chance: random.Random) -> None:
    """A rolling deploy of one host: another comes, and it leaves (SIGTERM)."""
    host = chance.choice(run.hosts)
    new = await run.add_host()
    run.tell(f"{new.name} joins, then {host.name} leaves")
    await asyncio.sleep(chance.uniform(1, 5))
    await run.remove_host(host, kill=False)


async def freeze_host(run: Run, chance: random.Random) -> None:
    """A host stands still for longer than its lease (SIGSTOP)."""
    host = chance.choice(run.hosts)
    seconds = run.size.lease + chance.uniform(1, 5)
    run.tell(f"freeze {host.name} for {seconds:.0f} s")
    host.freeze()
    await asyncio.sleep(seconds)
    host.thaw()


async def cut_host(run: Run, chance: random.Random) -> None:
    """A host reaches Discord, but no broker."""
    host = chance.choice(run.hosts)
    seconds = chance.uniform(2, run.size.lease + 5)
    run.tell(f"cut {host.name} from the brokers for {seconds:.0f} s")
    host.cut()
    await asyncio.sleep(seconds)
    host.heal()


async def kill_node(run: Run, chance: random.Random) -> None:
    """A broker node dies (kill -9), and comes back with its files."""
    number = chance.randrange(len(run.brokers.nodes))
    run.tell(f"kill -9 broker node {number}")
    run.brokers.nodes[number].kill()
    await asyncio.sleep(chance.uniform(0.5, 8))
    run.brokers.nodes[number].start()
    await asyncio.to_thread(run.brokers.nodes[number].wait_until_listening)


async def freeze_node(run: Run, chance: random.Random) -> None:
    """A broker node stands still (SIGSTOP)."""
    number = chance.randrange(len(run.brokers.nodes))
    seconds = chance.uniform(2, 15)
    run.tell(f"freeze broker node {number} for {seconds:.0f} s")
    run.brokers.nodes[number].freeze()
    await asyncio.sleep(seconds)
    run.brokers.nodes[number].thaw()


async def restart_brokers(run: Run, chance: random.Random) -> None:
    """All broker nodes die at once, and come back."""
    run.tell("kill -9 all broker nodes")
    run.brokers.kill()
    await asyncio.sleep(chance.uniform(0.5, 5))
    await asyncio.to_thread(run.brokers.start)


FAULTS: Mapping[str, Fault] = {
    one.__name__: one
    for one in (kill_host, replace_host, freeze_host, cut_host, kill_node, freeze_node, restart_brokers)
}


async def befall(run: Run, seed: int, seconds: float) -> None:
    """Let faults happen one after the other, each of them once before one comes again, for so many seconds."""
    chance = random.Random(seed)
    clock = asyncio.get_running_loop().time
    until = clock() + seconds
    names: list[str] = []
    while clock() < until:
        names = names or chance.sample(sorted(FAULTS), len(FAULTS))
        await FAULTS[names.pop()](run, chance)
        await asyncio.sleep(chance.uniform(0, 5))
