"""The shards that a fleet has at one time, all with the same ``num_shards``."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Any

from ..errors import GatewayError, TaskCancelled
from ..listeners.handler_list import ErrorHandler, HandlerList
from ..protocol import Session, SessionResumed, SessionStarted, State
from ..shard.managed import ManagedShard
from ..shard.settings import ShardSettings
from ..shard.traffic import Traffic
from .member import Member
from .observers import FleetObservers
from .plan import FleetPlan
from .readers import FleetReaders
from .restart import RestartPolicy
from .steps import FleetStep

__all__ = ["Common", "Generation", "leave_alone"]


def leave_alone(shard: ManagedShard) -> None:
    """Do nothing with a shard that is made."""


class Common:
    """What all shards of a fleet share, whichever generation they are of.

    Attributes:
        handlers: the handlers.
        readers: the streams and waits.
        on_error: the error hook, None to log errors.
        counts_events: whether shards count events by name.
        traffic: what is told of each message of each shard.
        restart: when a shard that failed starts again.
        tell: called with each step, and the shard.
        ended: called when no shard runs any more: with the error that has to stop the fleet, or with None.
        running: returns the shards that take events now.
    """

    def __init__(
        self,
        handlers: HandlerList,
        restart: RestartPolicy,
        tell: Callable[[FleetStep, ManagedShard | None], None],
        ended: Callable[[Exception | None], None],
        running: Callable[[], Iterable[ManagedShard]],
    ) -> None:
        self.handlers = handlers
        self.readers = FleetReaders(running)
        self.on_error: ErrorHandler | None = None
        self.counts_events = False
        self.traffic: FleetObservers[Traffic] = FleetObservers()
        self.restart = restart
        self.tell = tell
        self.ended = ended


class Generation:
    """Makes shards, runs each under supervision, and ends them.

    Args:
        plan: which shards.
        settings: what each is made with; ``presence`` may be replaced while they run.
        common: what they share with other generations.
        ended: called when no shard runs any more, or the fleet has to stop: with the error, or None.

    Attributes:
        members: the shards by their numbers.
        made: called with each shard that is made from now on.
    """

    def __init__(
        self,
        plan: FleetPlan,
        settings: ShardSettings,
        common: Common,
        ended: Callable[[Generation, Exception | None], None],
    ) -> None:
        self.plan = plan
        self.settings = settings
        self.made: Callable[[ManagedShard], None] = leave_alone
        self._common = common
        self._ended = ended
        self._tasks: set[asyncio.Task[None]] = set()
        self._live_changed = asyncio.Event()
        self.members = {
            shard_id: Member(
                shard_id, plan.num_shards, self._make, self._forget_session, common.restart, self._member_tells
            )
            for shard_id in plan.shard_ids
        }  # fmt: skip

    def _make(self, member: Member, session: Session | None) -> ManagedShard:
        settings = self.settings.for_shard(member.shard_id, self.plan.num_shards)
        if session is not None and settings.session_store is None:
            settings = settings.with_session(session)
        common = self._common
        shard = ManagedShard(settings, common.handlers, common.on_error, member.observe)
        common.readers.join(shard)
        if common.counts_events:
            shard.count_events()
        if common.traffic:
            shard.pass_traffic_to(common.traffic.tell)
        self.made(shard)
        return shard

    async def forget_sessions(self) -> None:
        """Give up all stored sessions of these shards. Call it before `start`; raises what the store raises."""
        for shard_id in self.members:
            await self._forget_session(shard_id)

    async def _forget_session(self, shard_id: int) -> None:
        store = self.settings.session_store
        if store is not None:
            async with asyncio.timeout(self.settings.store_timeout):
                await store.save((shard_id, self.plan.num_shards), None)

    def _member_tells(self, step: FleetStep, shard: ManagedShard) -> None:
        if isinstance(step, SessionStarted | SessionResumed):
            self._live_changed.set()
        self._common.tell(step, shard)

    def start(self) -> None:
        """Start all shards, in the order of their numbers, which is the order in which they ask to identify."""
        for shard_id, member in self.members.items():
            task = asyncio.create_task(member.run(), name=f"gatewaysdk shard {shard_id} of {self.plan.num_shards}")
            self._tasks.add(task)
            task.add_done_callback(self._member_ended)

    def _member_ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._live_changed.set()
        # Nobody here cancels it: a shard that is gone without a word must not go unnoticed.
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if isinstance(error, Exception):
            self._ended(self, error)
        elif not self._tasks:
            self._ended(self, None)

    @property
    def shards(self) -> list[ManagedShard]:
        """The present shards."""
        return [member.shard for member in self.members.values()]

    @property
    def ready(self) -> bool:
        """Whether all shards are live."""
        return all(member.shard.state is State.LIVE for member in self.members.values())

    async def wait_ready(self) -> bool:
        """Return True once all shards are live at the same time, False when one of them has ended before that."""
        while not self.ready:
            if any(member.ended for member in self.members.values()):
                return False
            self._live_changed.clear()
            await self._live_changed.wait()
        return True

    def stop(self, *, keep_session: bool) -> None:
        """Begin to close all shards."""
        for member in self.members.values():
            member.stop(keep_session=keep_session)

    async def close(self, *, keep_session: bool, grace: float) -> None:
        """Close all shards and return when nothing is left of them."""
        closing = (member.close(keep_session=keep_session, grace=grace) for member in self.members.values())
        results: list[Any] = await asyncio.gather(*closing, return_exceptions=True)
        if self._tasks:
            await asyncio.wait(self._tasks)
        for result in results:
            if isinstance(result, BaseException) and not isinstance(result, GatewayError):
                raise result
