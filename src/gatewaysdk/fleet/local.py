"""The shards that run in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from ..commands import UpdatePresence
from ..errors import StateError
from ..identify import FileIdentifyQueue, LocalIdentifyQueue, StartForecast
from ..protocol import State
from ..requests.exchange import RemoteAsker
from ..shard.managed import ManagedShard
from ..snowflake import Snowflake
from ..tasks.label import UNSHARDED
from .generation import Common, Generation
from .health import FleetHealth, ShardStatus
from .reshard import Resharding, ReshardPlan, identify_wait, matching_shard_ids, start_seconds
from .start import Start
from .steps import FleetReady

__all__ = ["LocalFleet"]


class LocalFleet:
    """Runs the shards of a start, each under supervision.

    Args:
        start: what they are.
        common: what they share with the manager.
    """

    def __init__(self, start: Start, common: Common) -> None:
        self._start = start
        self._common = common
        self._began_at = asyncio.get_running_loop().time()
        self._ready_after: float | None = None
        self._background: set[asyncio.Task[float]] = set()
        self._generation = Generation(start.plan, start.settings, common, self._generation_ended)
        self._change: Resharding | None = None
        self._over = False
        self._fading: asyncio.Task[None] | None = None  # what is left of the last change

    async def run(self) -> bool:
        """Start the shards, and return True once all are live, False when one has ended before that."""
        common = self._common
        common.tell(self._start.planned, None)
        self._generation.start()
        if not await self._generation.wait_ready():
            return False
        self._ready_after = asyncio.get_running_loop().time() - self._began_at
        UNSHARDED.log.info("all %d shards are live after %.1f s", len(self._generation.members), self._ready_after)
        common.tell(FleetReady(self._ready_after), None)
        return True

    def _generation_ended(self, generation: Generation, error: Exception | None) -> None:
        if self._change is not None and generation is self._change.new:
            self._change.new_ended(error)
        if generation is self._generation:
            self._common.ended(error)

    def stop(self, *, keep_session: bool) -> None:
        """Begin to close all shards."""
        for generation in self._generations:
            generation.stop(keep_session=keep_session)

    @property
    def _generations(self) -> list[Generation]:
        return [self._generation] if self._change is None else [self._change.old, self._change.new]

    async def close(self, *, keep_session: bool, grace: float) -> bool:
        """Close all shards, and return True when nothing is left of them; False at once in a handler of one of them."""
        if any(shard.delivery.is_calling() for shard in self.running()):
            self.stop(keep_session=keep_session)
            return False
        self._over = True
        for task in (*self._background, *((self._fading,) if self._fading is not None else ())):
            task.cancel()
        closing = (one.close(keep_session=keep_session, grace=grace) for one in self._generations)
        await asyncio.gather(*closing)
        return True

    @property
    def num_shards(self) -> int:
        """How many shards the bot has."""
        return self._generation.plan.num_shards

    @property
    def shards(self) -> Mapping[int, ManagedShard]:
        """The present shards by their numbers."""
        return {shard_id: member.shard for shard_id, member in self._generation.members.items()}

    def running(self) -> Iterable[ManagedShard]:
        """Return the shards that take events now."""
        return (shard for generation in self._generations for shard in generation.shards)

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, None before the first READY."""
        return next((shard.user_id for shard in self.shards.values() if shard.user_id is not None), None)

    def whereabouts(self, shard_id: int) -> str:
        """Say where a shard is that is not here."""
        return "which another manager runs"

    def reach(self, guild_id: Snowflake, shard_id: int) -> RemoteAsker:
        """Refuse: nothing leads to other managers."""
        raise StateError(f"guild {guild_id} is on shard {shard_id} of {self.num_shards}, {self.whereabouts(shard_id)}")

    async def gather(
        self, manager: Any, function: Callable[..., Any], arguments: tuple[Any, ...], *, results: bool = True
    ) -> list[Any]:
        """Call a function with the manager, and return what it returns, as the only one of a list."""
        result = function(manager, *arguments)
        return [await result if isinstance(result, Awaitable) else result]

    async def reload(self) -> None:
        """Refuse: this process cannot import its program again."""
        raise StateError("reload() replaces worker processes; start with run(workers=1) or more")

    async def show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        """Send a presence on all live shards, and have the others begin with it; return the longest wait."""
        for generation in self._generations:
            generation.settings = replace(generation.settings, presence=command)
        live = []
        for shard in self.running():
            if shard.state is State.LIVE:
                live.append(shard.send(command, timeout=timeout))
            elif shard.state is not State.IDLE:
                # It goes out when the shard is live, which may take hours. One that is idle begins with it.
                task = asyncio.ensure_future(shard.send(command))
                self._background.add(task)
                task.add_done_callback(self._sent_later)
        return max(await asyncio.gather(*live), default=0.0)

    def _sent_later(self, task: asyncio.Task[float]) -> None:
        self._background.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, StateError):
            UNSHARDED.log.warning("a shard shows an old presence until the next one is sent: %s", error)

    # Another number of shards

    def fit(self, total: int) -> int:
        """Return ``total``: any number will do, where all shards run here."""
        return total

    def plan_reshard(self, total: int) -> ReshardPlan:
        """Return what it costs to have so many shards. Raises `ConfigurationError` when it cannot be."""
        plan = self._generation.plan
        ids = matching_shard_ids(plan.shard_ids, plan.num_shards, total)
        forecast = self._forecast(len(ids))
        return ReshardPlan(
            before=plan.num_shards,
            after=total,
            identifies=len(ids),
            seconds=start_seconds(len(ids), plan.limit.max_concurrency),
            remaining=None if forecast is None else forecast.remaining,
        )

    async def reshard(self, total: int, quiet: float) -> ReshardPlan:
        """Have another number of shards from now on; see `ShardManager.reshard`."""
        if self._fading is not None:
            await asyncio.wait([self._fading])
        if self._change is not None:
            raise StateError(f"the shards become {self._change.new.plan.num_shards} just now; wait for the end of that")
        cost = self.plan_reshard(total)
        forecast = self._forecast(cost.identifies)
        if forecast is not None:
            forecast.check()
        UNSHARDED.log.info("the number of shards changes %s", cost)
        old = self._generation
        ids = matching_shard_ids(old.plan.shard_ids, old.plan.num_shards, total)
        plan = replace(old.plan, num_shards=total, shard_ids=ids)
        new = Generation(plan, old.settings, self._common, self._generation_ended)
        self._change = Resharding(old, new, quiet)
        try:
            # A session of an earlier try would replay events that the old shards have handed out since then.
            await new.forget_sessions()
            await self._change.run(lambda: self._take_over(new))
        except BaseException:
            await (new if self._generation is old else old).close(keep_session=False, grace=0)
            raise
        finally:
            change, self._change = self._change, None
            if self._over:
                change.let_go()
            else:
                self._fading = asyncio.create_task(change.fade(), name="gatewaysdk end of the change of shards")
        return cost

    def _take_over(self, new: Generation) -> None:
        self._generation = new
        self._start.note_size(new.plan.num_shards)
        UNSHARDED.log.info("%d shards have taken over", new.plan.num_shards)

    def _forecast(self, starts: int) -> StartForecast | None:
        queue = self._start.queue
        return queue.forecast(starts) if isinstance(queue, LocalIdentifyQueue | FileIdentifyQueue) else None

    def _known(self, starts: int) -> StartForecast | None:
        """Return the forecast without waiting: health is asked for every second, and must not keep heartbeats."""
        queue = self._start.queue
        return queue.known(starts) if isinstance(queue, LocalIdentifyQueue | FileIdentifyQueue) else None

    def count_events(self) -> None:
        """Have the shards that run count events by name."""
        for shard in self.running():
            shard.count_events()

    def rows(self) -> list[ShardStatus]:
        """Return what each shard is at."""
        return [member.status() for one in self._generations for member in one.members.values()]

    def health(self) -> FleetHealth:
        """Return what all shards are at."""
        forecast = self._known(0)
        waiting = sum(shard.state is not State.LIVE and shard.session is None for shard in self.running())
        return FleetHealth(
            shards=self.rows(),
            num_shards=self.num_shards,
            identifies_left=None if forecast is None else forecast.remaining,
            identifies_reset_after=None if forecast is None else forecast.reset_after,
            ready_after=self._ready_after,
            identify_wait=identify_wait(waiting, self._generation.plan.limit.max_concurrency, forecast),
        )
