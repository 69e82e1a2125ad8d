"""One worker process as its parent sees it, from its start to its end."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ...errors import WorkerLost
from ...snowflake import Snowflake
from ..health import ShardStatus
from .child import PATIENCE, main
from .logs import levels, write_line
from .messages import (
    Begin,
    Finished,
    Imported,
    LifeSign,
    Live,
    Logged,
    RemoteAnswer,
    RemoteCall,
    RemoteCancel,
    Stop,
    Told,
)
from .names import PROCESS_NAME
from .peer import Peer
from .pipe import Pipe
from .remote import RemoteCalls

__all__ = ["Crew", "WorkerProcess"]

_IMPORT = 60.0
"""Seconds, or more if the timeout is longer, in which nothing need be heard of a worker: it imports the program."""

_BEAT = 1.0
"""Seconds between two signs of life."""


@dataclass(frozen=True)
class Crew:
    """What all workers of a fleet have in common.

    Attributes:
        target: where a worker finds its manager.
        timeout: seconds without a sign of life after which a worker is killed; None for no such limit.
        find: returns the shard of a guild.
        user_id: returns the bot's own id.
        services: what else a worker may call, by name.
        told: called with each step of a worker.
    """

    target: str
    timeout: float | None
    find: Callable[[int], Coroutine[Any, Any, Any]]
    user_id: Callable[[], Snowflake | None]
    services: Mapping[str, Callable[..., Coroutine[Any, Any, Any]]]
    told: Callable[[Any], None]

    @property
    def beat(self) -> float:
        """Seconds between two signs of life."""
        return _BEAT if self.timeout is None else min(_BEAT, self.timeout / 4)


class WorkerProcess:
    """A process that imports the program, and runs shards once `begin` is called.

    Attributes:
        pid: the number of the process.
        imported: done when the program is imported, with the error if that failed.
        live: done when all its shards are live; fails when it ends before that.
        ended: done when the process is gone.
        finished: what the worker said at its end; None when it could say nothing.
        report: what its shards were at when it last said so.
        reported_at: when that was, by the clock of the loop.
        peer: what calls it.
    """

    def __init__(self, number: int, crew: Crew) -> None:
        self._number = number
        self._crew = crew
        loop = asyncio.get_running_loop()
        self._clock = loop.time
        self.imported: asyncio.Future[None] = loop.create_future()
        self.live: asyncio.Future[None] = loop.create_future()
        self.ended: asyncio.Future[WorkerLost] = loop.create_future()
        self.finished: Finished | None = None
        self.report: Sequence[ShardStatus] = ()
        self.reported_at = loop.time()
        self.user_id: Snowflake | None = None
        self._silence = 0.0
        self._hung = False
        self._end: asyncio.Task[None] | None = None
        # Forked, it would have sockets, threads and locks of this process.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        self._process = context.Process(
            target=main, args=(theirs, number, crew.target, crew.beat, levels()), name=f"{PROCESS_NAME} {number}"
        )
        with _interrupts_held():
            self._process.start()
        theirs.close()
        self.pid = self._process.pid or 0
        self._link = Pipe(ours, self._take, self._gone)
        self._asked = RemoteCalls(crew.find, crew.user_id)
        self.peer = Peer(self._link.send, {**self._asked.services, **crew.services})
        self._watch = asyncio.create_task(self._watch_over(), name=f"gatewaysdk watch over worker {number}")

    def begin(self, message: Begin) -> None:
        """Have it run shards."""
        self._link.send(message)

    def stop(self, *, keep_session: bool, grace: float) -> None:
        """Have it close its shards and end, by force if it does not. `ended` says when it has."""
        if not self.imported.done():
            self.kill()  # there is nothing to close
        else:
            self._link.send(Stop(keep_session, grace))
            kill = asyncio.get_running_loop().call_later(grace + PATIENCE, self.kill)
            self.ended.add_done_callback(lambda _: kill.cancel())

    def kill(self) -> None:
        """End it at once."""
        if self._end is None:
            self._process.kill()

    def _take(self, message: object) -> None:
        self._silence = 0.0
        if isinstance(message, LifeSign):
            self.report, self.reported_at = message.rows, self._clock()
            self.user_id = message.user_id or self.user_id
        elif isinstance(message, RemoteCall | RemoteAnswer | RemoteCancel):
            self.peer.take(message)
        elif isinstance(message, Logged):
            write_line(message.record)
        elif isinstance(message, Told):
            self._crew.told(message.step)
        elif isinstance(message, Imported):
            _settle(self.imported, message.error)
        elif isinstance(message, Live):
            _settle(self.live, None)
        elif isinstance(message, Finished):
            self.finished = message

    async def _watch_over(self) -> None:
        period, last = self._crew.beat, self._clock()
        while True:
            await asyncio.sleep(period)
            now = self._clock()
            # No more than two periods: what stopped this process for longer may have stopped the worker as well.
            self._silence += min(now - last, 2 * period)
            last = now
            if not self._process.is_alive():
                self._gone()  # also when a process that it has forked keeps its end of the pipe open
            elif self._crew.timeout is not None:
                timeout = self._crew.timeout
                if self._silence > (timeout if self.imported.done() else max(timeout, _IMPORT)):
                    self._hung = True
                    self.kill()

    def _gone(self) -> None:
        if self._end is None:
            self._watch.cancel()
            self._end = asyncio.create_task(self._note_end(), name=f"gatewaysdk end of worker {self._number}")

    async def _note_end(self) -> None:
        await asyncio.to_thread(self._process.join, PATIENCE)
        if self._process.is_alive():
            self._process.kill()  # it has closed its pipe, so that nothing is known of it any more
            await asyncio.to_thread(self._process.join)
        lost = WorkerLost(self._number, self._reason())
        await self._link.wait_closed(1.0)
        self._process.close()
        self.peer.end(lost)
        await self._asked.close()
        _settle(self.imported, lost)
        _settle(self.live, lost)
        self.ended.set_result(lost)

    def _reason(self) -> str:
        status = self._process.exitcode or 0
        if self._hung:
            return f"was killed, as it gave no sign of life for {self._silence:.0f} s"
        if self.finished is None and not self.imported.done():
            return (
                f"ended with exit status {status} while it imported the program; what it wrote says why. In a script, "
                'manager.run(workers=...) has to stand below `if __name__ == "__main__":`'
            )
        if status < 0:
            return f"was killed by {_signal_name(-status)}"
        return f"ended with exit status {status}"


def _settle(future: asyncio.Future[None], error: Exception | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(None)
    else:
        future.set_exception(error)
        future.exception()  # nobody need be waiting


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Have a process that is started ignore Ctrl-C from its very beginning: it inherits what is blocked."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
