"""A manager from its start to its end."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import Callable, Coroutine, Iterable
from typing import TYPE_CHECKING, Any, Self

from ..errors import ShardClosed, StateError, TaskCancelled
from ..listeners.intents import explain
from ..shard.routing import Routing
from ..shard.runtime import DEFAULT_GRACE
from ..tasks.label import UNSHARDED
from ..tasks.lifetime import Lifetime
from ..tasks.signals import stop_on
from .generation import Common
from .hints import follow_hints, needs_more_shards
from .interface import Fleet, MakeFleet
from .local import LocalFleet
from .start import FleetSettings, Start
from .workers.fleet import WorkerSettings, WorkersFleet
from .workers.names import PROCESS_NAME, name_of

if TYPE_CHECKING:
    from ..enums.intents import Intents

__all__ = ["Running"]


class Running(Routing):
    """The part of `ShardManager` that starts shards, in this process or in workers, and ends them."""

    _chosen: FleetSettings
    _common: Common
    _auto_reshard: float | None

    def __init__(self) -> None:
        self._fleet: Fleet | None = None
        self._make: MakeFleet | None = None
        self._in_workers = False  # shards run in other processes
        self._is_part = False  # this process is such a worker
        self._lifetime = Lifetime()
        self._begun = asyncio.Event()
        self._starting: asyncio.Task[None] | None = None
        self._replacing = False  # of a fleet that is closed because another one follows

    async def run(
        self,
        *,
        workers: int | None = None,
        worker_timeout: float | None = 30.0,
        stop_signals: Iterable[signal.Signals] | None = None,
    ) -> None:
        """Start the shards and call handlers until `close` or `stop` is called, or a signal comes.

        Args:
            workers: how many processes run the shards, and call the handlers; None or 0 for this one. Each imports the
                main module, of which this manager has to be a variable; this call stands below
                ``if __name__ == "__main__":``.
            worker_timeout: seconds without a sign of life after which a worker process is killed and replaced; None for
                no such limit.
            stop_signals: signals that call `stop`; None for SIGINT and SIGTERM, in the main thread. Sessions are kept,
                so that the next start resumes them.

        Raises:
            FatalCloseError: the gateway refuses the whole bot; its ``remedy`` says what to do.
            ConfigurationError: Discord does not know the token; the intents cannot bring what is listened for.
            GatewayError: the restart policy has given a shard up.
            StateError: the manager runs already; streams or waits are open, which get nothing with ``workers``.
            WorkerLost: the restart policy has given a worker up, or the first process of one could not start.
        """
        await self._run(workers, worker_timeout, stop_signals, lambda: name_of(self))

    async def _run_target(self, target: str, workers: int | None) -> None:
        """Run as `run` does, with workers that find their manager by a name."""
        await self._run(workers, 30.0, None, lambda: target)

    async def _run(
        self,
        workers: int | None,
        worker_timeout: float | None,
        stop_signals: Iterable[signal.Signals] | None,
        find_target: Callable[[], str],
    ) -> None:
        signals = _default_signals() if stop_signals is None else stop_signals
        if not workers and not isinstance(workers, bool):
            await self._run_with(self._make_local, signals)
            return
        if any(self._read()):
            raise StateError("streams and waits get nothing in the parent of workers; use handlers, or end them first")
        if multiprocessing.current_process().name.startswith(PROCESS_NAME):
            raise StateError(
                'a worker process has come to run(workers=...); put that below `if __name__ == "__main__":`'
            )
        settings = WorkerSettings(find_target(), workers, worker_timeout)

        async def make(chosen: FleetSettings, intents: Intents, common: Common, at_least: int) -> Fleet:
            self._explain()
            return await WorkersFleet.make(chosen, intents, common, settings, at_least)

        self._in_workers = True
        try:
            await self._run_with(make, signals)
        finally:
            self._in_workers = False

    async def _make_local(self, chosen: FleetSettings, intents: Intents, common: Common, at_least: int) -> Fleet:
        self._explain()
        return LocalFleet(await Start.prepare(chosen, intents, at_least=at_least), common)

    def _explain(self) -> None:
        names = {name for name, _ in self._wanted()}
        explain(self.intents, names, UNSHARDED.log, content_warning=self._chosen.shard.content_warning)

    async def _run_with(
        self, make: MakeFleet, stop_signals: Iterable[signal.Signals], *, is_part: bool = False
    ) -> None:
        """Run the fleet that a function makes; with ``is_part``, one of shards whose number others look after."""
        if self._lifetime.running:
            raise StateError("the manager runs already; await close() first")
        self._sent, self._fleet, self._replacing = None, None, False
        self._make, self._is_part = make, is_part
        self._lifetime.begin()
        self._begun.set()
        try:
            self._sent = self._resolve_intents()
            with stop_on(stop_signals, self.stop):
                if self._lifetime.take_stop():
                    self._end(None)
                else:
                    self._begin(self._start(), "start of the fleet")
                await self._lifetime.wait_ended()
        except Exception as error:
            self._end(error)  # for those who wait for all shards
            raise
        finally:
            await self.close()

    def _begin(self, work: Coroutine[Any, Any, None], name: str) -> None:
        self._starting = asyncio.create_task(work, name=f"gatewaysdk {name}")
        self._starting.add_done_callback(self._start_cancelled)

    def _start_cancelled(self, task: asyncio.Task[None]) -> None:
        if task.cancelled():  # not by us: nobody else would tell those who wait
            self._end(TaskCancelled(task.get_name()))

    async def _start(self) -> None:
        try:
            await self._run_fleet(await self._make_fleet(1))
        except Exception as error:  # for those who wait for the manager
            self._end(error)

    async def _make_fleet(self, at_least: int) -> Fleet:
        assert self._make is not None
        assert self._sent is not None  # both by `_run_with`
        return await self._make(self._chosen, self._sent, self._common, at_least)

    async def _run_fleet(self, fleet: Fleet) -> None:
        self._fleet = fleet
        if await fleet.run():
            self._lifetime.set_live()
            if self._auto_reshard is not None and not self._is_part:
                await follow_hints(fleet, self._chosen, self._auto_reshard)
        else:
            self._lifetime.set_live(StateError("a shard was closed before all of them were live"))

    def _fleet_ended(self, error: Exception | None) -> None:
        if self._replacing:
            return
        grows = self._chosen.size.shards == "auto" and not self._is_part
        if grows and needs_more_shards(error) and self._lifetime.running:
            assert isinstance(error, Exception)
            self._replacing = True
            self._begin(self._start_anew(error), "start with more shards")
        else:
            self._end(error)

    async def _start_anew(self, refusal: Exception) -> None:
        """Start with more shards, because the gateway refuses so few. The old ones cannot go on meanwhile."""
        old = self._fleet
        assert old is not None  # it was refused
        try:
            await old.close(keep_session=False, grace=DEFAULT_GRACE)
            fleet = await self._make_fleet(old.num_shards + 1)
            if fleet.num_shards <= old.num_shards:
                await fleet.close(keep_session=False, grace=0)
                raise refusal
            self._replacing = False
            await self._run_fleet(fleet)
        except Exception as error:  # for those who wait for the manager
            self._end(error)

    async def wait_ready(self, timeout: float | None = None) -> None:
        """Return once all shards are live, which identify limits may make hours. `run` may begin later.

        Raises:
            TimeoutError: they are not within ``timeout`` seconds.
            StateError: the manager was closed.
            GatewayError: what ended the fleet.
        """
        async with asyncio.timeout(timeout):
            await self._begun.wait()
            await self._lifetime.wait_live()

    def stop(self, *, keep_session: bool = True) -> None:
        """Begin to close all shards, and return: `run` returns when it is done. From any thread and any context."""

        def begin() -> None:
            if self._fleet is None or self._replacing:
                self._end(None)
            else:
                self._fleet.stop(keep_session=keep_session)

        self._lifetime.request_stop(begin)

    async def close(self, *, keep_session: bool = True, grace: float = DEFAULT_GRACE) -> None:
        """Close all shards and wait until nothing is left of them.

        Called by a handler it begins to close and returns at once, as `Shard.close` does.

        Args:
            keep_session: leave the sessions resumable; otherwise the bot goes offline at once.
            grace: seconds that handlers get for the events that have arrived.
        """
        if self._starting is not None:
            self._starting.remove_done_callback(self._start_cancelled)
            self._starting.cancel()
        self._replacing = False
        if self._fleet is None or await self._fleet.close(keep_session=keep_session, grace=grace):
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if self._lifetime.end(error):
            self._begun.clear()
            self._common.readers.end(error, error or ShardClosed("the manager was closed"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _default_signals() -> tuple[signal.Signals, ...]:
    if threading.current_thread() is threading.main_thread():
        return (signal.SIGINT, signal.SIGTERM)
    return ()
