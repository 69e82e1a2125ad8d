"""A run: brokers, hosts and a gateway, faults by a seed, and the count in the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias, TypeVar

from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.opening import open_engine
from gatewaysdk.cli.top import ClusterView, look
from gatewaysdk.errors import BrokerError

from ..broker.servers import NatsCluster
from .count import Count, count_log
from .process import HostProcess
from .world import TOKEN, World

__all__ = ["Run", "Size", "Tell", "running"]

Tell: TypeAlias = Callable[[str], None]
T = TypeVar("T")


@dataclass(frozen=True)
class Size:
    """How large a run is.

    Attributes:
        nodes: of the broker, 1 or 3.
        hosts: processes.
        shards: of the bot; also its guilds.
        rate: events a second.
        lease: seconds of the hosts' leases.
    """

    nodes: int = 3
    hosts: int = 4
    shards: int = 64
    rate: float = 2000.0
    lease: int = 15


class Run:
    """What a run consists of.

    Args:
        size: how large it is.
        path: a directory for files.
        tell: called with what happens.
    """

    def __init__(self, size: Size, path: Path, tell: Tell) -> None:
        self.size = size
        self.path = path
        self.tell = tell
        self.world = World(size.shards, size.rate, max_concurrency=min(16, size.shards))
        self.brokers = NatsCluster(path / "brokers", size.nodes)
        self.hosts: list[HostProcess] = []
        self.engine: Engine | None = None
        self._names = iter(f"host{number}" for number in range(1, 10_000))
        self._file = path / "cluster.toml"

    async def start(self) -> None:
        """Start all, and return when every shard is live."""
        await self.world.sim.start()
        await asyncio.to_thread(self.brokers.start)
        servers = ", ".join(f'"{url}"' for url in self.brokers.urls)
        self._file.write_text(
            f'app = "test"\n[broker]\nservers = [{servers}]\nreplicas = {self.size.nodes}\n'
            f"[gateway]\nshards = {self.size.shards}\nintents = ['GUILDS', 'GUILD_MESSAGES']\n"
            f'api_url = "{self.world.sim.api_url}"\n[host]\nlease = {self.size.lease}\n'
        )
        self.engine = await self.until_not_none("the brokers have a leader", self._try_to_open, 60)
        for _ in range(self.size.hosts):
            await self.add_host()
        await self.until("all shards are live", self.all_live, 60 + 10 * self.size.shards)

    async def _try_to_open(self) -> Engine | None:
        try:
            return await open_engine(read_cluster_file(self._file, {}))
        except BrokerError:
            return None

    async def add_host(self) -> HostProcess:
        """Start one more host."""
        name = next(self._names)
        ports = [node.port for node in self.brokers.nodes]
        host = HostProcess(name, self._file, ports, TOKEN, self.path / f"{name}.log")
        await host.start()
        self.hosts.append(host)
        return host

    async def remove_host(self, host: HostProcess, *, kill: bool) -> None:
        """Kill a host, or let it hand over; return when it has ended."""
        self.hosts.remove(host)
        if kill:
            host.kill()
        else:
            host.terminate()
        status = await host.ended()
        assert kill or status == 0, f"{host.name} ended with status {status}: {host.log.read_text()[-2000:]}"

    async def look(self) -> ClusterView:
        """Return what the hosts say."""
        assert self.engine is not None
        return await look(self.engine)

    async def all_live(self) -> bool:
        """Whether each shard has one host, is live, and has nothing that waits."""
        for host in self.hosts:
            assert host.running, f"{host.name} has ended: {host.log.read_text()[-3000:]}"
        self.world.note_sessions()
        try:
            view = await self.look()
        except BrokerError:
            return False
        cards = [shard for card in view.hosts.values() for shard in card.shards.values()]
        here = {host.name for host in self.hosts} == set(view.hosts)
        live = all(card.state == "live" for card in cards) and len(cards) == self.size.shards
        return here and live and not view.missing and self.world.live == self.size.shards

    async def until(self, what: str, condition: Callable[[], Awaitable[bool]], seconds: float) -> None:
        """Wait until something is so, which is looked at again and again, as it is in other processes."""

        async def found() -> bool | None:
            return await condition() or None

        await self.until_not_none(what, found, seconds)

    async def until_not_none(self, what: str, find: Callable[[], Awaitable[T | None]], seconds: float) -> T:
        """Return what is found, as soon as it is."""
        until = time.monotonic() + seconds
        while (found := await find()) is None:
            if time.monotonic() >= until:
                raise TimeoutError(f"{what}: not within {seconds:.0f} s: {await self._state()}")
            await asyncio.sleep(0.25)
        return found

    async def _state(self) -> str:
        try:
            view = await self.look()
        except BrokerError as error:
            return str(error)
        return "\n".join([*view.lines(), f"{self.world.live} sessions have a connection"])

    async def count(self) -> Count:
        """Let all that is under way be stored, and count."""
        await self.world.end()
        await self.until("all shards are live again", self.all_live, 180)
        assert self.engine is not None
        engine, until = self.engine, time.monotonic() + 60
        # What hosts say of themselves is some seconds old, so the log is asked.
        while (count := await count_log(engine, self.world)).missing and time.monotonic() < until:  # noqa: ASYNC110
            await asyncio.sleep(1)
        return count

    async def stop(self) -> None:
        """End all, whatever has happened."""
        if self.engine is not None:
            await self.engine.close()
        for host in self.hosts:
            host.kill()
        for host in self.hosts:
            await host.ended()
        self.brokers.kill()
        await self.world.sim.stop()


@asynccontextmanager
async def running(size: Size, path: Path, tell: Tell) -> AsyncIterator[Run]:
    """Run a cluster, from when all shards are live."""
    run = Run(size, path, tell)
    try:
        await run.start()
        yield run
    finally:
        await run.stop()
