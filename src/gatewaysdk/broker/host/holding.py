"""One shard that this host has leased: it runs, its events are written, and its lease is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import replace
from typing import Any, TypeAlias

from ...errors import BrokerError, GatewayError, LeaseLost, SessionStoreTimeout
from ...fleet.member import Member
from ...fleet.restart import RestartPolicy
from ...identify import IdentifyPermit, IdentifyQueue
from ...listeners.handler_list import HandlerList
from ...protocol import Session, SessionStarted
from ...shard.managed import ManagedShard
from ...shard.settings import ShardSettings
from ...tasks.label import Label
from ..protocols import ShardKey
from .lease import KeptLease
from .writer import AppendLog, LogWriter

__all__ = ["Beside", "Holding", "shard_lease"]

Beside: TypeAlias = Callable[[ShardKey, Callable[[], ManagedShard]], AbstractAsyncContextManager[Any]]
"""Entered while a shard is held, such as to answer questions to it. Its second argument returns the present shard."""

_DRAIN = 5.0
"""Seconds that a hand-over waits for events to be stored. The gateway repeats those that are not."""


def shard_lease(shard: ShardKey) -> str:
    """Return the name of the lease of a shard."""
    return f"shard.{shard[0]}.{shard[1]}"


class Holding:
    """Runs a leased shard under supervision until it is stopped, or its lease or its place in the log is lost.

    Args:
        shard: which one.
        lease: held by this host.
        log: where its events go.
        settings: what the shard is made with; they have the session store and the identify queue of the cluster.
        restart: when a shard that failed starts again.
        beside: entered while the shard is held.

    Attributes:
        shard: which one.
        writer: writes its events.
        member: runs it.
    """

    def __init__(
        self,
        shard: ShardKey,
        lease: KeptLease,
        log: AppendLog,
        settings: ShardSettings,
        restart: RestartPolicy,
        beside: Beside | None = None,
    ) -> None:
        store, queue = settings.session_store, settings.identify_queue
        assert store is not None  # the host's settings have both
        assert queue is not None
        self.shard = shard
        self._lease = lease
        self._store = store
        self._beside = beside
        self._log = Label(shard).log
        self.writer = LogWriter(
            shard, log, store, settings.codec, lease.renew, size=settings.queue_size, most_bytes=settings.queue_bytes
        )
        self._settings = replace(
            settings.for_shard(*shard), session_store=self.writer, identify_queue=_LeasedQueue(queue, lease)
        )
        self._stopping = asyncio.Event()
        self.member = Member(*shard, self._make, self._forget_session, restart, self._observe)

    def _make(self, member: Member, session: Session | None) -> ManagedShard:
        shard = ManagedShard(self._settings, HandlerList(None), self._note_error, member.observe)
        self.writer.attach(shard.delivery)
        return shard

    async def _forget_session(self, shard_id: int) -> None:
        # An engine that is away says nothing about the session: only what the gateway replays may be at fault.
        if not isinstance(self.member.last_error, BrokerError | SessionStoreTimeout):
            await self._store.save(self.shard, None)

    async def _note_error(self, error: Exception, event: Any) -> None:
        if not isinstance(error, BrokerError):  # the log of the shard has that without a traceback
            self._log.error("internal error", exc_info=error)

    def _observe(self, step: Any, shard: ManagedShard) -> None:
        if isinstance(step, SessionStarted):
            self.writer.begin(step.session)

    def stop(self) -> None:
        """Hand the shard over: `run` closes its socket, stores its events, frees its lease, and returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Run until stopped, or until the shard is another host's. The session stays resumable.

        Raises:
            GatewayError: what no shard of the bot can go on with, such as a token that the gateway refuses.
        """
        keeping = asyncio.create_task(self._lease.keep(), name=f"gatewaysdk lease of {self._lease.name}")
        writing = asyncio.create_task(self.writer.run(), name=f"gatewaysdk log of {self._lease.name}")
        running = asyncio.create_task(self.member.run(), name=f"gatewaysdk run of {self._lease.name}")
        stopping = asyncio.create_task(self._stopping.wait(), name=f"gatewaysdk stop of {self._lease.name}")
        serving = asyncio.create_task(self._serve(), name=f"gatewaysdk work beside {self._lease.name}")
        tasks: list[asyncio.Task[Any]] = [keeping, writing, running, stopping, serving]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            await self._close_socket(running)
            if self._is_held(keeping, writing, serving):
                await self._hand_over(writing)
        finally:
            self.member.stop(keep_session=True)
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for error in results:
            if isinstance(error, Exception) and not isinstance(error, BrokerError):
                raise error

    async def _serve(self) -> None:
        async with nullcontext() if self._beside is None else self._beside(self.shard, lambda: self.member.shard):
            await asyncio.get_running_loop().create_future()  # until cancelled

    async def _close_socket(self, running: asyncio.Task[None]) -> None:
        try:
            await self.member.close(keep_session=True, grace=0)
        except GatewayError as error:  # `running` has it, too, if it is one that matters
            self._log.debug("closed with an error: %s", error)
        await asyncio.wait([running])

    def _is_held(self, *tasks: asyncio.Task[None]) -> bool:
        """Whether the shard is still ours; say which task has ended, and why."""
        for task in tasks:
            if task.done() and not task.cancelled() and (error := task.exception()) is not None:
                self._log.warning("given up: %s", error)
                if isinstance(error, LeaseLost):
                    return False
        return True

    async def _hand_over(self, writing: asyncio.Task[None]) -> None:
        try:
            async with asyncio.timeout(_DRAIN):
                if not writing.done():
                    drained = asyncio.create_task(self.writer.drain(), name=f"gatewaysdk drain of {self._lease.name}")
                    try:
                        await asyncio.wait([drained, writing], return_when=asyncio.FIRST_COMPLETED)
                    finally:
                        drained.cancel()
                session = self.member.shard.session
                if session is not None:
                    await self.writer.save(self.shard, session)
                await self._lease.release()
        except (TimeoutError, BrokerError) as error:
            self._log.warning(
                "its lease ends by itself, and events may come again: %s", str(error) or "no answer in time"
            )


class _LeasedQueue:
    """The identify queue of the cluster, for the holder of a lease alone: a new session would end that of another."""

    def __init__(self, queue: IdentifyQueue, lease: KeptLease) -> None:
        self._queue = queue
        self._lease = lease

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        permit = await self._queue.acquire(shard_id)
        try:
            await self._lease.renew()
        except BaseException:
            permit.release()
            raise
        return permit
