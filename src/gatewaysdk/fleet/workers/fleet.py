"""A fleet whose shards run in worker processes, as its manager in the parent sees it."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ...commands import UpdatePresence
from ...enums.intents import Intents
from ...errors import ConfigurationError, StateError, TaskCancelled, WorkerLost
from ...identify import FileIdentifyQueue, LocalIdentifyQueue
from ...sessions.file import FileSessionStore
from ...shard.managed import ManagedShard
from ...shard.runtime import DEFAULT_GRACE
from ...snowflake import Snowflake
from ...tasks.label import UNSHARDED
from ..generation import Common
from ..health import FleetHealth
from ..plan import FleetPlan
from ..reshard import ReshardPlan, identify_wait, matching_shard_ids, start_seconds
from ..sharding import shard_id_for
from ..start import FleetSettings, Start
from ..steps import FleetReady
from .messages import Begin
from .peer import Peer, Service
from .process import Crew
from .remote import RemoteShard
from .seat import Seat

__all__ = ["WorkerSettings", "WorkersFleet"]

_log = UNSHARDED.log


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a fleet is spread over processes.

    Attributes:
        target: where a worker finds its manager.
        workers: how many there are.
        timeout: seconds without a sign of life after which one is replaced; None for no such limit.
    """

    target: str
    workers: int
    timeout: float | None

    def __post_init__(self) -> None:
        if type(self.workers) is not int or self.workers < 1:
            raise ConfigurationError(f"workers is {self.workers!r}; it takes a number from 1 on, or None")
        if self.timeout is not None and not self.timeout > 0:
            raise ConfigurationError(f"worker_timeout is {self.timeout!r}; it takes seconds above 0, or None")


class WorkersFleet:
    """Runs the shards of a start in worker processes, shard s in worker s % workers.

    Args:
        start: what they are.
        common: what they share with the manager.
        chosen: how they are spread.
        folder: holds sessions and the identify queue.
        temporary: the same if it is to be removed at the end.
    """

    def __init__(
        self,
        start: Start,
        common: Common,
        chosen: WorkerSettings,
        folder: Path,
        temporary: tempfile.TemporaryDirectory[str] | None,
    ) -> None:
        self._start = start
        self._common = common
        self._workers = chosen.workers
        self._folder = folder
        self._temporary = temporary
        self._plan = start.plan
        self._presence: UpdatePresence | None = None
        self._clock = asyncio.get_running_loop().time
        self._began_at = self._clock()
        self._ready_after: float | None = None
        self._changing = False
        self._tasks: set[asyncio.Task[None]] = set()
        self._calls: set[asyncio.Task[None]] = set()
        services: dict[str, Service] = {"presence": self.show_presence, "gather": self._gather_for_worker}
        crew = Crew(chosen.target, chosen.timeout, self._find, lambda: self.user_id, services, self._told)
        self._seats = {
            number: Seat(number, replace(start.plan, shard_ids=ids), crew, common.restart, self._begin, self._close_all)
            for number in range(chosen.workers)
            if (ids := tuple(one for one in start.plan.shard_ids if one % chosen.workers == number))
        }
        if len(self._seats) < chosen.workers:
            _log.warning("%d shards keep only %d of %d workers busy", len(start.plan.shard_ids), len(self._seats),
                         chosen.workers)  # fmt: skip

    @classmethod
    async def make(
        cls, chosen: FleetSettings, intents: Intents, common: Common, workers: WorkerSettings, at_least: int
    ) -> WorkersFleet:
        """Prepare a start whose sessions and identify queue all workers share.

        Raises `ConfigurationError` for an identify queue that cannot be shared, and what `Start.prepare` raises.
        """
        if isinstance(chosen.shard.identify_queue, LocalIdentifyQueue):
            raise ConfigurationError(
                "identify_queue is a LocalIdentifyQueue, of which each worker would have its own; leave it out or pass "
                "FileIdentifyQueue(directory)"
            )
        temporary = None
        folder = chosen.state_dir
        if folder is None:
            temporary = tempfile.TemporaryDirectory(prefix="gatewaysdk-")
            folder = Path(temporary.name)
        store = chosen.shard.session_store
        shard = replace(
            chosen.shard, session_store=FileSessionStore(folder / "session.json") if store is None else store
        )
        try:
            start = await Start.prepare(replace(chosen, shard=shard, state_dir=folder), intents, at_least=at_least)
        except BaseException:
            if temporary is not None:
                temporary.cleanup()
            raise
        return cls(start, common, workers, folder.resolve(), temporary)

    # From the start to the end

    async def run(self) -> bool:
        """Start the workers, and return True once all shards are live, False when a worker has ended before that."""
        self._common.tell(self._start.planned, None)
        for seat in self._seats.values():
            task = asyncio.create_task(seat.run(), name=f"gatewaysdk worker {seat.number}")
            self._tasks.add(task)
            task.add_done_callback(self._seat_ended)
        for seat in self._seats.values():
            await seat.live.wait()
        if any(seat.over for seat in self._seats.values()):
            return False
        self._ready_after = self._clock() - self._began_at
        _log.info("all %d shards are live after %.1f s", len(self._plan.shard_ids), self._ready_after)
        self._common.tell(FleetReady(self._ready_after), None)
        return True

    def _begin(self, plan: FleetPlan) -> Begin:
        return Begin(plan, str(self._folder), self._presence, self.user_id, self._common.counts_events)

    def _seat_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        # Nobody here cancels it: a worker that is watched no longer must not go unnoticed.
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._common.ended(error)
        elif not self._tasks:
            self._common.ended(None)

    def _told(self, step: Any) -> None:
        self._common.tell(step, None)

    def _close_all(self, keep_session: bool) -> None:
        self.stop(keep_session=keep_session)

    def stop(self, *, keep_session: bool) -> None:
        """Begin to end all workers."""
        for seat in self._seats.values():
            seat.stop(keep_session=keep_session, grace=DEFAULT_GRACE)

    async def close(self, *, keep_session: bool, grace: float) -> bool:
        """End all workers, and return True when none is left."""
        for seat in self._seats.values():
            seat.stop(keep_session=keep_session, grace=grace)
        if self._tasks:
            await asyncio.wait(self._tasks)
        for seat in self._seats.values():
            await seat.wait_gone()
        if self._temporary is not None:
            self._temporary.cleanup()
        return True

    async def reload(self) -> None:
        """Replace one worker after the other; see `ShardManager.reload`."""
        with self._change("reloads"):
            for seat in self._seats.values():
                await seat.replace(DEFAULT_GRACE)

    @contextmanager
    def _change(self, what: str) -> Iterator[None]:
        if self._changing:
            raise StateError(f"the fleet {what} only when its present reload or reshard is done; await that first")
        self._changing = True
        try:
            yield
        finally:
            self._changing = False

    # Shards

    @property
    def num_shards(self) -> int:
        """How many shards the bot has."""
        return self._plan.num_shards

    @property
    def shards(self) -> Mapping[int, ManagedShard]:
        """None: they are in other processes."""
        return {}

    def running(self) -> Iterable[ManagedShard]:
        """Return the shards that take events here: none."""
        return ()

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before a worker has said it."""
        return next((seat.user_id for seat in self._seats.values() if seat.user_id is not None), None)

    def whereabouts(self, shard_id: int) -> str:
        """Say where a shard is that is not here."""
        if shard_id not in self._plan.shard_ids:
            return "which another manager runs"
        return f"which worker {shard_id % self._workers} runs: commands, requests and gather() of the manager reach it"

    def reach(self, guild_id: Snowflake, shard_id: int) -> RemoteShard:
        """Return the shard of a guild. Raises `StateError` when it is another manager's."""
        if shard_id not in self._plan.shard_ids:
            raise StateError(
                f"guild {guild_id} is on shard {shard_id} of {self.num_shards}, which another manager runs"
            )
        return RemoteShard(shard_id, guild_id, self._seats[shard_id % self._workers].get_peer)

    async def _find(self, guild_id: int) -> RemoteShard:
        return self.reach(Snowflake(guild_id), shard_id_for(guild_id, self.num_shards))

    def health(self) -> FleetHealth:
        """Return what all shards are at, as their workers last said."""
        queue = self._start.queue
        forecast = queue.known(0) if isinstance(queue, FileIdentifyQueue) else None
        rows = [row for seat in self._seats.values() for row in seat.rows()]
        # Workers do not say who resumes; during the start, those that have identified are known.
        waiting = 0 if self._ready_after is not None else self._start.planned.identifies
        waiting = max(0, waiting - sum(row.stats.identifies for row in rows))
        return FleetHealth(
            shards=sorted(rows, key=lambda row: (row.num_shards, row.shard_id)),
            num_shards=self.num_shards,
            identifies_left=None if forecast is None else forecast.remaining,
            identifies_reset_after=None if forecast is None else forecast.reset_after,
            ready_after=self._ready_after,
            identify_wait=identify_wait(waiting, self._plan.limit.max_concurrency, forecast),
        )

    def count_events(self) -> None:
        """Have the shards of all workers count events by name."""
        for seat in self._seats.values():
            if seat.peer is not None:
                call = asyncio.create_task(self._count_in(seat.peer), name=f"gatewaysdk count in worker {seat.number}")
                self._calls.add(call)
                call.add_done_callback(self._calls.discard)

    async def _count_in(self, peer: Peer) -> None:
        with suppress(WorkerLost):  # the next process begins with it
            await peer.call("count")

    # For all workers

    async def show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        """Have all workers show a presence, and those that come begin with it; return the longest wait."""
        self._presence = command
        peers = [peer for seat in self._seats.values() if (peer := seat.peer) is not None]
        return max(await asyncio.gather(*(peer.call("show", command, timeout) for peer in peers)), default=0.0)

    async def gather(
        self, manager: Any, function: Callable[..., Any], arguments: tuple[Any, ...], *, results: bool = True
    ) -> list[Any]:
        """Have each worker call a function with its manager, and return what it returns, in the order of workers."""
        name = "gather" if results else "broadcast"

        async def call(seat: Seat) -> Any:
            return await (await seat.get_peer()).call(name, function, arguments)

        return await asyncio.gather(*(call(seat) for seat in self._seats.values()))

    async def _gather_for_worker(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], results: bool
    ) -> list[Any]:
        return await self.gather(None, function, arguments, results=results)

    # Another number of shards

    def fit(self, total: int) -> int:
        """Return the next multiple of the number of workers."""
        return -(-total // self._workers) * self._workers

    def plan_reshard(self, total: int) -> ReshardPlan:
        """Return what it costs to have so many shards. Raises `ConfigurationError` when it cannot be."""
        before = self.num_shards
        if before % self._workers or total % self._workers:
            raise ConfigurationError(
                f"{before} shards in {self._workers} workers cannot become {total}, as guilds would move between "
                f"workers; both numbers have to be multiples of {self._workers}"
            )
        ids = matching_shard_ids(self._plan.shard_ids, before, total)
        queue = self._start.queue
        return ReshardPlan(
            before=before,
            after=total,
            identifies=len(ids),
            seconds=start_seconds(len(ids), self._plan.limit.max_concurrency),
            remaining=queue.forecast(len(ids)).remaining if isinstance(queue, FileIdentifyQueue) else None,
        )

    async def reshard(self, total: int, quiet: float) -> ReshardPlan:
        """Have another number of shards from now on; each worker changes its own. See `ShardManager.reshard`."""
        with self._change("reshards"):
            cost = self.plan_reshard(total)
            queue = self._start.queue
            if isinstance(queue, FileIdentifyQueue):
                queue.forecast(cost.identifies).check()
            results = await asyncio.gather(
                *(self._reshard_one(seat, total, quiet) for seat in self._seats.values()), return_exceptions=True
            )
            for result in results:  # the others go on: a worker has the same guilds with either number
                if isinstance(result, BaseException):
                    raise result
            ids = matching_shard_ids(self._plan.shard_ids, self.num_shards, total)
            self._plan = replace(self._plan, num_shards=total, shard_ids=ids)
            self._start.note_size(total)
            return cost

    async def _reshard_one(self, seat: Seat, total: int, quiet: float) -> None:
        if seat.plan.num_shards != total:  # else it was done before another worker failed
            peer = await seat.get_peer()
            ids = matching_shard_ids(seat.plan.shard_ids, seat.plan.num_shards, total)
            await peer.call("reshard", total, quiet)
            seat.plan = replace(seat.plan, num_shards=total, shard_ids=ids)
