"""The place of one worker: the process in it is watched over, replaced when it is lost, and replaced when asked for."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace

from ...errors import WorkerLost
from ...protocol import State
from ...snowflake import Snowflake
from ...stats import Stats
from ...tasks.label import UNSHARDED
from ..health import ShardStatus, add_stats
from ..plan import FleetPlan
from ..restart import RestartPolicy, ShardFailure
from ..steps import WorkerEnded, WorkerStarted
from .messages import Begin
from .peer import Peer
from .process import Crew, WorkerProcess

__all__ = ["Seat"]

_log = UNSHARDED.log


class Seat:
    """Runs a worker process, and another one when it ends unasked.

    Args:
        number: of the worker.
        plan: its shards.
        crew: what all workers have in common.
        policy: when a worker that was lost starts again.
        begin: returns what a process is to begin with.
        closed_by_program: called with ``keep_session`` when the program in a worker has closed its manager.

    Attributes:
        number: of the worker.
        plan: its shards; another one after a reshard.
    """

    def __init__(
        self,
        number: int,
        plan: FleetPlan,
        crew: Crew,
        policy: RestartPolicy,
        begin: Callable[[FleetPlan], Begin],
        closed_by_program: Callable[[bool], None],
    ) -> None:
        self.number = number
        self.plan = plan
        self._crew = crew
        self._policy = policy
        self._begin = begin
        self._closed_by_program = closed_by_program
        self._now = asyncio.get_running_loop().time
        self._past: dict[int, Stats] = {}
        self._process: WorkerProcess | None = None
        self._successor: WorkerProcess | None = None
        self._up = asyncio.Event()
        self._wake = asyncio.Event()
        self._closing: tuple[bool, float] | None = None
        self._restarts = 0
        self._attempt = 0
        self.over = False
        self.live = asyncio.Event()
        self._starting: set[WorkerProcess] = set()

    async def run(self) -> None:
        """Keep a worker running until `stop` is called. Raises what has to end all workers."""
        try:
            process: WorkerProcess | None = await self._start()  # a program that cannot be imported ends all
            while process is not None:
                began = self._now()
                lost = await self._attend(process)
                if self._now() - began >= self._policy.healthy_after:
                    self._attempt = 0
                process = await self._next(process, lost)
        finally:
            self.over = True
            self.live.set()
            self._up.set()
            if self._successor is not None:
                self._successor.kill()
            if self._process is not None and not self._process.ended.done():
                self._process.kill()  # something has cancelled this, so nobody watches over it any more

    async def wait_gone(self) -> None:
        """Return when the process has ended, after `run` has."""
        if self._process is not None:
            await asyncio.shield(self._process.ended)

    async def _start(self) -> WorkerProcess | None:
        """Return a process that has imported the program, None when there is to be none any more."""
        if self._closing is not None:
            return None
        process = WorkerProcess(self.number, self._crew)
        self._starting.add(process)
        try:
            await asyncio.shield(process.imported)
        except Exception:
            process.kill()
            await asyncio.shield(process.ended)
            if self._is_closing:
                return None
            raise
        except asyncio.CancelledError:
            process.kill()
            raise
        finally:
            self._starting.discard(process)
        return process

    async def _attend(self, process: WorkerProcess) -> WorkerLost:
        """Have a process run the shards, and return when it is gone."""
        self._process = process
        process.live.add_done_callback(self._note_live)
        process.begin(self._begin(self.plan))
        self._crew.told(WorkerStarted(self.number, process.pid, self.plan.shard_ids, self._restarts))
        _log.info("worker %d is process %d, with %d shards", self.number, process.pid, len(self.plan.shard_ids))
        self._up.set()
        if self._closing is not None:
            process.stop(keep_session=self._closing[0], grace=self._closing[1])
        lost = await asyncio.shield(process.ended)  # else a cancellation of this would count as its end
        self._up.clear()
        for row in process.report:
            add_stats(self._past.setdefault(row.shard_id, Stats()), row.stats)
        process.report = [replace(row, state=State.STOPPED, stats=Stats()) for row in process.report]
        return lost

    def _note_live(self, live: asyncio.Future[None]) -> None:
        if live.exception() is None:
            self.live.set()

    def _is_over(self) -> bool:
        return self.over

    @property
    def _is_closing(self) -> bool:
        return self._closing is not None

    async def _next(self, process: WorkerProcess, lost: WorkerLost) -> WorkerProcess | None:
        """Return the process that takes the place of one that has ended; raise what has to end all."""
        said = process.finished
        cause = "lost" if said is None else said.cause
        if cause in ("manager", "shards") or self._is_closing or self._successor is not None:
            self._tell_end(process, lost, None)
            if said is not None and said.error is not None:
                raise said.error
            if said is not None and said.cause == "manager":
                self._closed_by_program(said.keep_session)
            return self._take_successor()
        self._restarts += 1
        delay = 0.0 if cause == "signal" else self._judge(process, lost)
        while True:
            self._tell_end(process, lost, delay)
            await self._pause(delay)
            if (successor := self._take_successor()) is not None:
                return successor
            try:
                return await self._start()
            except Exception as error:
                lost = error if isinstance(error, WorkerLost) else WorkerLost(self.number, f"cannot start: {error}")
            delay = self._judge(process, lost)

    def _take_successor(self) -> WorkerProcess | None:
        successor, self._successor = self._successor, None
        return successor

    def _judge(self, process: WorkerProcess, lost: WorkerLost) -> float:
        failure = ShardFailure(self.plan.shard_ids[0], self._attempt, lost)
        self._attempt += 1
        delay = self._policy.delay(failure, random.random)
        if delay is None:
            self._tell_end(process, lost, None)
            raise lost
        _log.error("%s; starts again in %.1f s", lost, delay)
        return delay

    def _tell_end(self, process: WorkerProcess, lost: WorkerLost, restart_in: float | None) -> None:
        self._crew.told(WorkerEnded(self.number, process.pid, lost.reason, restart_in))

    async def _pause(self, seconds: float) -> None:
        self._wake.clear()
        if self._is_closing or self._successor is not None:
            return
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    # From outside

    async def get_peer(self) -> Peer:
        """Return the worker once there is one. Raises `WorkerLost` when there will be none."""
        await self._up.wait()
        if self._process is None or self.over:
            raise WorkerLost(self.number, "has ended")
        return self._process.peer

    @property
    def peer(self) -> Peer | None:
        """The worker if there is one now."""
        return self._process.peer if self._process is not None and self._up.is_set() and not self.over else None

    async def replace(self, grace: float) -> None:
        """Have a new process take over, and return when its shards are live.

        The old one goes on until the new one has imported the program. Raises what that raises.
        """
        if self.over:
            return  # the program has closed all its shards
        successor = await self._start()
        if successor is None or self._is_over():
            if successor is not None:
                successor.kill()
            raise WorkerLost(self.number, "has ended")
        self._successor = successor
        self._wake.set()
        if self._up.is_set() and self._process is not None:
            self._process.stop(keep_session=True, grace=grace)
        await asyncio.shield(successor.live)

    def stop(self, *, keep_session: bool, grace: float) -> None:
        """Begin to end the worker, and start none any more. `run` then returns."""
        if self._closing is not None:
            return
        self._closing = (keep_session, grace)
        self._wake.set()
        for one in self._starting:
            one.kill()
        if self._successor is not None:
            self._successor.kill()
        if self._process is not None and not self._process.ended.done():
            self._process.stop(keep_session=keep_session, grace=grace)

    @property
    def user_id(self) -> Snowflake | None:
        """The bot's own id, as the worker knows it."""
        return None if self._process is None else self._process.user_id

    def rows(self) -> list[ShardStatus]:
        """Return what each shard is at: what the worker said last, older by the time since then."""
        process = self._process
        known = [] if process is None else process.report
        if process is None or not known:
            return [self._unknown(shard_id) for shard_id in self.plan.shard_ids]
        age = self._now() - process.reported_at
        return [self._aged(row, age) for row in known]

    def _aged(self, row: ShardStatus, age: float) -> ShardStatus:
        stats = Stats()
        add_stats(stats, self._past.get(row.shard_id, Stats()))
        add_stats(stats, row.stats)
        return replace(
            row,
            since_ack=_later(row.since_ack, age),
            since_event=_later(row.since_event, age),
            since_handled=_later(row.since_handled, age),
            stats=stats,
        )

    def _unknown(self, shard_id: int) -> ShardStatus:
        return ShardStatus(
            shard_id=shard_id, num_shards=self.plan.num_shards, worker=self.number, state=State.IDLE, latency=None,
            average_latency=None, since_ack=None, since_event=None, since_handled=None, waiting=0, in_hand=0,
            paused_for=None, restarts=0, error="", stats=self._past.get(shard_id, Stats()),
        )  # fmt: skip


def _later(age: float | None, more: float) -> float | None:
    return None if age is None else age + more
