"""The shards that run in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import replace

from ..commands import UpdatePresence
from ..errors import StateError
from ..identify import FileIdentifyQueue, LocalIdentifyQueue
from ..protocol import State
from ..shard.managed import ManagedShard
from ..tasks.label import UNSHARDED
from .generation import Common, Generation
from .health import FleetHealth
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
        self._generation = Generation(start.plan, start.settings, common)

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

    def stop(self, *, keep_session: bool) -> None:
        """Begin to close all shards."""
        self._generation.stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool, grace: float) -> None:
        """Close all shards and return when nothing is left of them, at once in a handler of one of them."""
        if any(shard.delivery.is_calling() for shard in self.shards.values()):
            self.stop(keep_session=keep_session)
            return
        for task in self._background:
            task.cancel()
        await self._generation.close(keep_session=keep_session, grace=grace)

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
        return (member.shard for member in self._generation.members.values())

    async def show_presence(self, command: UpdatePresence, timeout: float | None) -> float:
        """Send a presence on all live shards, and have the others begin with it; return the longest wait."""
        self._generation.settings = replace(self._generation.settings, presence=command)
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

    def health(self) -> FleetHealth:
        """Return what all shards are at."""
        queue = self._start.queue
        forecast = queue.forecast(0) if isinstance(queue, LocalIdentifyQueue | FileIdentifyQueue) else None
        return FleetHealth(
            shards=[member.status() for member in self._generation.members.values()],
            num_shards=self.num_shards,
            identifies_left=None if forecast is None else forecast.remaining,
            identifies_reset_after=None if forecast is None else forecast.reset_after,
            ready_after=self._ready_after,
        )
