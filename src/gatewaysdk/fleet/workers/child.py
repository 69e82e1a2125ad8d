"""What runs in a worker process: the program's manager, for the shards that the parent says."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal, Protocol

from ...enums.intents import Intents
from ...errors import ConfigurationError, GatewayError, StateError
from ...identify import FileIdentifyQueue
from ...sessions.file import FileSessionStore
from ...shard.runtime import DEFAULT_GRACE
from ...shard.shard import Shard
from ...snowflake import Snowflake
from ..generation import Common
from ..health import FleetHealth
from ..interface import Fleet, MakeFleet
from ..named import find_named
from ..observers import FleetObserver
from ..start import FleetSettings, Start, count_stored
from ..steps import FleetPlanned, FleetReady, FleetStep, ShardFailed, ShardRestarted
from .logs import forward_lines, name_worker
from .messages import (
    Begin,
    Finished,
    Imported,
    LifeSign,
    Live,
    RemoteAnswer,
    RemoteCall,
    RemoteCancel,
    Stop,
    Told,
    portable,
)
from .part import PartFleet
from .peer import Peer
from .pipe import Pipe
from .remote import RemoteCalls

__all__ = ["PATIENCE", "main"]

PATIENCE = 10.0
"""Seconds beyond those for handlers that a worker has for its end."""


class PartManager(Protocol):
    """What is needed of the program's manager. Its class is above this file, as it starts worker processes."""

    @property
    def health(self) -> FleetHealth: ...

    @property
    def user_id(self) -> Snowflake | None: ...

    def count_events(self) -> None: ...

    def observe(self, observer: FleetObserver, /) -> FleetObserver: ...

    def shard_for(self, guild_id: int) -> Shard: ...

    def stop(self, *, keep_session: bool = True) -> None: ...

    async def close(self, *, keep_session: bool = True, grace: float = DEFAULT_GRACE) -> None: ...

    async def _run_with(self, make: MakeFleet, stop_signals: Iterable[signal.Signals], *, is_part: bool) -> None: ...


def main(connection: Connection, number: int, target: str, beat: float, levels: tuple[int, int]) -> None:
    """Run a worker until its parent ends it, or is gone."""
    _take_signals()
    threading.Thread(target=_end_after_parent, name="gatewaysdk watch over the parent", daemon=True).start()
    name_worker(number)
    try:
        manager = find_named(target)
        if not hasattr(manager, "_run_with"):
            raise ConfigurationError(f"{target} is of type {type(manager).__name__} in the worker; name a ShardManager")
    except BaseException as error:
        connection.send_bytes(pickle.dumps(Imported(_import_error(error, number, target))))
        raise SystemExit(1) from None
    asyncio.run(_Worker(connection, number, manager, beat, levels).run())


def _take_signals() -> None:
    """Leave Ctrl-C and SIGHUP, which a terminal sends to all processes, to the parent."""
    for name in ("SIGINT", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})  # the parent had it blocked


def _end_after_parent() -> None:
    """End a worker that has not ended by itself when its parent was killed, such as one whose loop is blocked."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        threading.Event().wait(DEFAULT_GRACE + PATIENCE)
        os._exit(1)


def _import_error(error: BaseException, number: int, target: str) -> Exception:
    said = error if isinstance(error, Exception) else GatewayError(f"{type(error).__name__}: {error}")
    if not isinstance(error, GatewayError):
        said.add_note("".join(traceback.format_exception(error)).rstrip())
    said.add_note(f"in worker {number}, while it imported {target}")
    return portable(said)


class _Worker:
    def __init__(
        self, connection: Connection, number: int, manager: PartManager, beat: float, levels: tuple[int, int]
    ) -> None:
        self._connection = connection
        self._number = number
        self._manager = manager
        self._beat = beat
        self._levels = levels
        self._fleet: PartFleet | None = None
        self._begin: asyncio.Future[Begin | None]
        self._made = asyncio.Event()
        self._closing: asyncio.Task[None] | None = None
        self._cause: Literal["parent", "signal", "manager", "shards"] = "shards"
        self._keep_session = True

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        self._begin = loop.create_future()
        self._link = link = Pipe(self._connection, self._take, self._parent_gone)
        asked = RemoteCalls(self._find, lambda: self._manager.user_id)
        self._peer = Peer(
            link.send,
            {**asked.services, "show": self._show, "gather": self._gather, "broadcast": self._broadcast,
             "count": self._count, "reshard": self._reshard},
        )  # fmt: skip
        forward_lines(lambda line: link.send(line, spare=True), self._levels)
        with suppress(NotImplementedError):  # Windows ends processes in another way
            loop.add_signal_handler(signal.SIGTERM, self._stop, "signal")
        link.send(Imported(None))
        beats = asyncio.create_task(self._beat_on(), name="gatewaysdk signs of life")
        error = None
        try:
            if await self._begin is not None:
                self._manager.observe(self._tell)
                await self._manager._run_with(self._make, (), is_part=True)
        except Exception as raised:
            raised.add_note(f"in worker {self._number}")
            error = raised
        beats.cancel()
        self._report()
        link.send(Finished(None if error is None else portable(error), self._cause, self._keep_session))
        self._peer.end(StateError(f"worker {self._number} ends"))
        await asked.close()
        await link.flush(PATIENCE)

    # What the parent says

    def _take(self, message: object) -> None:
        if isinstance(message, RemoteCall | RemoteAnswer | RemoteCancel):
            self._peer.take(message)
        elif isinstance(message, Begin):
            if not self._begin.done():
                self._begin.set_result(message)
        elif isinstance(message, Stop):
            self._cause = "parent"
            if not self._begin.done():
                self._begin.set_result(None)
            self._closing = asyncio.create_task(
                self._manager.close(keep_session=message.keep_session, grace=message.grace), name="gatewaysdk end"
            )

    def _parent_gone(self) -> None:
        self._peer.end(StateError("the parent process is gone"))
        self._stop("parent")

    def _stop(self, cause: Literal["parent", "signal"]) -> None:
        self._cause = cause
        if not self._begin.done():
            self._begin.set_result(None)
        self._manager.stop()

    # What the parent is told

    async def _beat_on(self) -> None:
        while True:
            self._report()
            await asyncio.sleep(self._beat)

    def _report(self) -> None:
        rows = [] if self._fleet is None else self._fleet.rows()
        self._link.send(LifeSign(rows, self._manager.user_id), spare=True)

    def _tell(self, step: FleetStep) -> None:
        if isinstance(step, FleetReady):
            self._report()  # so that the parent, when it says that all are live, also knows what they are at
            self._link.send(Live())
        elif isinstance(step, ShardFailed):
            self._link.send(Told(replace(step, error=portable(step.error))))
        elif isinstance(step, ShardRestarted):
            self._link.send(Told(step))

    def _closed(self, keep_session: bool) -> None:
        if self._cause == "shards":  # neither the parent nor a signal
            self._cause, self._keep_session = "manager", keep_session

    # The shards

    async def _make(self, chosen: FleetSettings, intents: Intents, common: Common, _: int) -> Fleet:
        begin = self._begin.result()
        assert begin is not None  # else nothing is run
        folder, plan, given = Path(begin.state_dir), begin.plan, chosen.shard
        queue, store = given.identify_queue, given.session_store
        if queue is None:
            queue = FileIdentifyQueue(folder / "identify")
        if store is None:
            store = FileSessionStore(folder / "session.json")
        settings = replace(
            given,
            intents=intents,
            extra_intents=0,
            identify_queue=queue,
            session_store=store,
            url=given.url if chosen.has_url else plan.url,
            presence=given.presence if begin.presence is None else begin.presence,
        )
        # The parent has told observers what the start costs; this is for those of the program that are in the worker.
        identifies = len(plan.shard_ids) - await count_stored(plan, settings)
        planned = FleetPlanned(plan.num_shards, plan.shard_ids, identifies, None, None)
        start = Start(plan, settings, queue, planned, None)
        common.counts_events |= begin.counts_events
        self._fleet = PartFleet(start, common, self._number, self._peer, begin.user_id, self._closed)
        self._made.set()
        return self._fleet

    async def _own_fleet(self) -> PartFleet:
        await self._made.wait()
        assert self._fleet is not None  # made
        return self._fleet

    async def _find(self, guild_id: int) -> Shard:
        await self._made.wait()
        return self._manager.shard_for(guild_id)

    async def _show(self, command: Any, timeout: float | None) -> float:
        return await (await self._own_fleet()).show_presence_here(command, timeout)

    async def _count(self) -> None:
        self._manager.count_events()

    async def _gather(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        fleet = await self._own_fleet()
        return (await fleet.gather_here(self._manager, function, arguments))[0]

    async def _broadcast(self, function: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        await self._gather(function, arguments)

    async def _reshard(self, total: int, quiet: float) -> None:
        await (await self._own_fleet()).reshard(total, quiet)
