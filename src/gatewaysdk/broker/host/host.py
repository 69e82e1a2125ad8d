"""A host of a cluster: announces itself, claims the shards that are its own, and hands over those that are not."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterable, Mapping
from uuid import uuid4

from ...errors import BrokerError, BrokerUnavailable, ConfigurationError, LeaseLost, TaskCancelled
from ...fleet.restart import RestartBackoff, RestartPolicy
from ...shard.settings import ShardSettings
from ...tasks.signals import stop_on
from ..protocols import Lease, Leases, ShardKey
from .card import HostCard, ShardCard
from .holding import Beside, Holding, shard_lease
from .lease import KeptLease, LeaseTimes
from .placing import place
from .writer import AppendLog

__all__ = ["GatewayHost", "host_lease"]

_log = logging.getLogger("gatewaysdk")


def host_lease(name: str) -> str:
    """Return the name of the lease with which a host announces itself."""
    return f"host.{name}"


class GatewayHost:
    """Runs the shards that fall to it, for as long as it holds their leases.

    Args:
        name: of this host, unlike all others.
        capacity: the most shards that it takes.
        num_shards: how many shards the bot has; all hosts have to say the same.
        leases: the leases of the cluster.
        log: where events go.
        settings: what shards are made with; they must have the session store and the identify queue of the cluster.
        times: the seconds that leases go by.
        restart: when a shard that failed starts again.
        beside: entered while a shard is held, such as to answer questions to it.

    Raises:
        ConfigurationError: a setting that cannot work.
    """

    def __init__(
        self,
        name: str,
        capacity: int,
        num_shards: int,
        leases: Leases,
        log: AppendLog,
        settings: ShardSettings,
        *,
        times: LeaseTimes | None = None,
        restart: RestartPolicy | None = None,
        beside: Beside | None = None,
    ) -> None:
        if settings.session_store is None or settings.identify_queue is None:
            raise ConfigurationError("a host's settings need session_store and identify_queue; take the cluster's")
        if capacity < 1:
            raise ConfigurationError(f"the capacity of host {name} is {capacity}; it takes 1 shard or more")
        self.name = name
        self._capacity = capacity
        self._num_shards = num_shards
        self._shards = [(shard_id, num_shards) for shard_id in range(num_shards)]
        self._leases = leases
        self._event_log = log
        self._settings = settings
        self._times = LeaseTimes() if times is None else times
        self._restart = RestartBackoff() if restart is None else restart
        self._beside = beside
        # Not the name alone: a process that was killed and started again must not take its old leases for its own.
        self._owner = f"{name}.{uuid4().hex}"
        self._host: KeptLease | None = None
        self._holdings: dict[ShardKey, Holding] = {}
        self._tasks: dict[ShardKey, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()
        self._changed = asyncio.Event()
        self._failure: Exception | None = None

    @property
    def holdings(self) -> Mapping[ShardKey, Holding]:
        """The shards that run here."""
        return self._holdings

    def stop(self) -> None:
        """Hand all shards over, and let `run` return."""
        self._stopping.set()
        self._changed.set()

    async def run(self, *, stop_signals: Iterable[signal.Signals] = ()) -> None:
        """Run until `stop` is called or a signal comes.

        Raises:
            ConfigurationError: another live host has the name, or other hosts run another number of shards.
            GatewayError: what no shard of the bot can go on with, such as a token that the gateway refuses.
        """
        with stop_on(stop_signals, self.stop):
            try:
                await self._announce_first()
                while not self._stopping.is_set() and self._failure is None:
                    await self._look_once()
                    await self._pause()
            finally:
                await self._leave()
        if self._failure is not None:
            raise self._failure

    async def _pause(self) -> None:
        self._changed.clear()
        if self._stopping.is_set() or self._failure is not None:
            return
        try:
            async with asyncio.timeout(self._times.look_every):
                await self._changed.wait()
        except TimeoutError:
            pass

    # Its own lease

    async def _announce_first(self) -> None:
        """Announce this host; wait for the lease of an earlier run of it, which may have been killed, to end."""
        give_up_at = self._now() + 2 * self._times.ttl
        while not self._stopping.is_set():
            try:
                if await self._announce():
                    return
                if self._now() >= give_up_at:
                    raise ConfigurationError(f"another host is called {self.name}; give each a name of its own")
                _log.info("the lease of an earlier host %s has not ended yet", self.name)
            except BrokerUnavailable as error:
                _log.warning("the host cannot be announced: %s", error)
            await self._pause()

    async def _announce(self) -> bool:
        asked_at = self._now()
        lease = await self._leases.claim(host_lease(self.name), self._owner, self._times.ttl, self._card())
        if lease is None:
            lease = await self._leases.look(host_lease(self.name))
            if lease is None or lease.owner != self._owner:
                return False
        self._host = KeptLease(self._leases, lease, asked_at, self._times, self._now)
        _log.info("host %s takes up to %d of %d shards", self.name, self._capacity, self._num_shards)
        return True

    async def _renew_own(self) -> None:
        try:
            if self._host is not None:
                await self._host.renew(self._card())
                return
        except LeaseLost as error:
            _log.warning("%s", error)
            self._host = None
        if not await self._announce():
            _log.warning("another host is called %s by now; give each a name of its own", self.name)

    def _card(self) -> bytes:
        """Return what this host says of itself with its lease."""
        rows = {}
        for (shard_id, _), holding in self._holdings.items():
            shard, writer = holding.member.shard, holding.writer
            rows[shard_id] = ShardCard(
                shard.state.value, shard.latency, writer.written, writer.waiting, round(writer.behind, 1),
                holding.member.restarts,
            )  # fmt: skip
        return HostCard(self._capacity, self._num_shards, rows).dump()

    # Looking

    async def _look_once(self) -> None:
        try:
            await self._renew_own()
            held = await self._leases.held()
            await self._arrange(held)
        except BrokerError as error:  # a lease that is just being freed among them; the next look is soon
            _log.warning("host %s has to look again: %s", self.name, error)

    async def _arrange(self, held: Mapping[str, Lease]) -> None:
        cards = {lease.name: HostCard.load(lease.value) for lease in held.values() if lease.name.startswith("host.")}
        self._check_num_shards(cards)
        placed = place(self._shards, {name: card.capacity for name, card in cards.items()})
        mine = {shard for shard, host in placed.items() if host == host_lease(self.name)}
        for shard, holding in self._holdings.items():
            if shard in placed and shard not in mine:
                _log.info("shard %d of %d goes to %s", *shard, placed[shard])
                holding.stop()
        free = [shard for shard in mine if shard not in self._holdings and self._is_free(held.get(shard_lease(shard)))]
        results = await asyncio.gather(*(self._claim(shard, held) for shard in sorted(free)), return_exceptions=True)
        for result in results:
            if isinstance(result, BaseException):
                raise result

    def _check_num_shards(self, cards: Mapping[str, HostCard]) -> None:
        for name, card in cards.items():
            if card.num_shards != self._num_shards:
                raise ConfigurationError(
                    f"{name} runs {card.num_shards} shards, and {self.name} {self._num_shards}; give all hosts of a "
                    "cluster the same number, and stop the others first"
                )

    def _is_free(self, lease: Lease | None) -> bool:
        return lease is None or lease.owner == self._owner  # a claim of ours whose answer was lost

    async def _claim(self, shard: ShardKey, held: Mapping[str, Lease]) -> None:
        name = shard_lease(shard)
        asked_at = self._now()
        lease = held.get(name) or await self._leases.claim(name, self._owner, self._times.ttl)
        if lease is None or self._stopping.is_set():
            if lease is not None:
                await self._leases.release(lease)
            return
        kept = KeptLease(self._leases, lease, asked_at, self._times, self._now)
        if name in held:
            await kept.renew()
        holding = Holding(shard, kept, self._event_log, self._settings, self._restart, self._beside)
        self._holdings[shard] = holding
        task = asyncio.create_task(holding.run(), name=f"gatewaysdk {name}")
        self._tasks[shard] = task
        task.add_done_callback(lambda task: self._ended(shard, task))

    def _ended(self, shard: ShardKey, task: asyncio.Task[None]) -> None:
        del self._holdings[shard], self._tasks[shard]
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if isinstance(error, Exception) and self._failure is None:
            self._failure = error
        self._changed.set()

    async def _leave(self) -> None:
        """Free the host's lease first, so that the others claim what is handed over."""
        try:
            if self._host is not None:
                await self._host.release()
        except BrokerError as error:
            _log.warning("the others learn by the end of its lease that host %s has left: %s", self.name, error)
        for holding in self._holdings.values():
            holding.stop()
        if self._tasks:
            await asyncio.wait(self._tasks.values())

    def _now(self) -> float:
        return asyncio.get_running_loop().time()
