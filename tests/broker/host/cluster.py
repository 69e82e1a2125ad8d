"""A cluster in one process: a simulator, an engine in memory, and hosts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from gatewaysdk import Intents, LocalIdentifyQueue, MemorySessionStore, State, Token
from gatewaysdk.broker.host.holding import Beside
from gatewaysdk.broker.host.host import GatewayHost
from gatewaysdk.broker.host.lease import LeaseTimes
from gatewaysdk.broker.memory import MemoryLeases, MemoryStore
from gatewaysdk.broker.protocols import LoggedEvent, LogPosition, ShardKey
from gatewaysdk.broker.store import Selection
from gatewaysdk.errors import BrokerUnavailable
from gatewaysdk.fleet.restart import RestartBackoff
from gatewaysdk.protocol import Backoff
from gatewaysdk.shard.settings import ShardSettings
from gatewaysdk.simulator import Simulator

TIMES = LeaseTimes(ttl=1.0, renew_every=0.2, margin=0.2, look_every=0.05)


class Log(MemoryStore):
    """Is away when told to."""

    away = False
    asked = 0

    def _ask(self) -> None:
        self.asked += 1
        if self.away:
            raise BrokerUnavailable("the engine is away")

    async def append(self, shard: ShardKey, expected: int, batch: Sequence[LoggedEvent]) -> int:
        self._ask()
        return await super().append(shard, expected, batch)

    async def last(self, shard: ShardKey) -> LogPosition:
        self._ask()
        return await super().last(shard)


class Cluster:
    def __init__(self, sim: Simulator, num_shards: int) -> None:
        self.sim = sim
        self.num_shards = num_shards
        self.leases = MemoryLeases()
        self.log = Log()
        self.sessions = MemorySessionStore()
        self.queue = LocalIdentifyQueue(max_concurrency=1000)
        self.hosts: list[GatewayHost] = []

    def host(self, name: str, capacity: int = 100, beside: Beside | None = None) -> GatewayHost:
        settings = ShardSettings(
            token=Token("simulated-token"),
            url=self.sim.url,
            intents=Intents.GUILDS | Intents.GUILD_MESSAGES,
            session_store=self.sessions,
            identify_queue=self.queue,
            policy=Backoff(base=0.05, cap=0.2),
        )
        host = GatewayHost(name, capacity, self.num_shards, self.leases, self.log, settings, times=TIMES,
            restart=RestartBackoff(base=0.02, cap=0.02), beside=beside,
        )  # fmt: skip
        self.hosts.append(host)
        return host

    @property
    def owners(self) -> dict[int, list[str]]:
        """The hosts that run each shard, live."""
        found: dict[int, list[str]] = defaultdict(list)
        for host in self.hosts:
            for (shard_id, _), holding in host.holdings.items():
                if holding.member.shard.state is State.LIVE:
                    found[shard_id].append(host.name)
        return dict(found)

    def stored_count(self) -> int:
        """How many events the hosts have stored."""
        return sum(len(log) for log in self.log._logs.values())

    async def stored(self) -> dict[int, list[tuple[str, int, str]]]:
        """Session, number and name of all that is stored, by shard."""
        found = {}
        for partition in await self.log.partitions(Selection()):
            reader = await self.log.reader(partition, 0, Selection())
            events = [one.event for one in await reader.read(100_000, 0.1)]
            found[events[0].shard[0]] = [(one.session_id, one.sequence, one.name) for one in events]
        return found


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # a look, not a wait: what is looked at has no event of its own


@asynccontextmanager
async def running(host: GatewayHost) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(host.run())
    try:
        yield task
    finally:
        host.stop()
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()
