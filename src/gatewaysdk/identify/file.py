"""The identify queue of all processes of a machine."""

from __future__ import annotations

import asyncio
import math
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from ..errors import ConfigurationError
from ..tasks.label import UNSHARDED
from .arrival import ON_ITS_WAY, Arrivals
from .budget import IdentifyBudget
from .clock import machine_time
from .forecast import StartForecast
from .line import Line, Place, remove_place
from .local import IDENTIFY_INTERVAL, above_zero
from .locks import make_directory
from .queue import IdentifyPermit
from .session_starts import SessionStartLimit, SessionStarts, check_starts, take_start, when_unlocked

__all__ = ["FileIdentifyQueue"]

_log = UNSHARDED.log

_POLL = 0.1
"""Seconds between two looks at who is ahead, for each place ahead. An identify takes longer by half of it."""

_LONGEST_POLL = 1.0
_REPORT_AFTER = 60.0
"""Seconds after which the log says whose permit is waited for."""


class FileIdentifyQueue:
    """Lets shards of several processes start sessions as Discord allows it, by way of a directory and without a server.

    Give every process the same directory. Shards whose ``shard_id % max_concurrency`` is the same identify one at a
    time, each until READY, and 5 s after the IDENTIFY before has arrived. Each process has one place in line for each
    bucket, and those are served in the order in which they were taken. A process that dies leaves its place: the kernel
    ends its locks. A process that is stopped (SIGSTOP) keeps it until it goes on or dies, since it may identify when it
    goes on; the log says so after a minute.

    The 5 s are measured by a clock that all processes share and that setting the date does not move. The directory has
    to be on a local disk; processes in containers can share one, if they run on one machine.

    Args:
        path: the directory, which is made if need be; one for each bot.
        max_concurrency: how many buckets there are, as ``GET /gateway/bot`` says; None takes what ``session_starts``
            knows, also when that is renewed.
        session_starts: how many sessions may still be started today; by default an `IdentifyBudget` in the directory.
        clock: seconds that all processes share.
        sleep: waits for so many seconds.

    Raises:
        ConfigurationError: a directory that cannot be used or whose file system has no locks, a damaged budget in it, a
            ``max_concurrency`` that is no integer above 0, or something else as ``session_starts``.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        max_concurrency: int | None = None,
        session_starts: SessionStarts | None = None,
        *,
        clock: Callable[[], float] = machine_time,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._line = Line(make_directory(path))
        self._max_concurrency = None if max_concurrency is None else above_zero(max_concurrency)
        self.session_starts = check_starts(IdentifyBudget(path) if session_starts is None else session_starts)
        self._clock = clock
        self._sleep = sleep
        self._turns: dict[int, asyncio.Lock] = {}
        self._arrivals = Arrivals()

    @property
    def max_concurrency(self) -> int:
        """Return how many buckets there are, as far as is known; each `acquire` looks whether that has changed."""
        return self._max_concurrency or self.session_starts.limit.max_concurrency

    def forecast(self, starts: int) -> StartForecast:
        """Return what it would cost to start so many sessions now, such as before a fleet starts its shards."""
        return self.session_starts.forecast(starts, self._clock())

    def known(self, starts: int) -> StartForecast:
        """Return what `forecast` would, as far as it is known without waiting for other processes."""
        return self.session_starts.known(starts, self._clock())

    def renew(self, limit: SessionStartLimit) -> None:
        """Go on from a fresh ``GET /gateway/bot``, right after its answer."""
        self.session_starts.renew(limit)

    async def acquire(self, shard_id: int) -> IdentifyPermit:
        """Return when ``shard_id`` may identify.

        Raises:
            SessionStartsExhausted: the sessions of the day are used up, but for the reserve.
            ConfigurationError: the directory cannot be used any more, or its budget is damaged.
        """
        if self._max_concurrency is None:  # another process may know of more buckets meanwhile
            await when_unlocked(self.session_starts.refresh, self._sleep)
        bucket = shard_id % self.max_concurrency
        turn = self._turns.setdefault(bucket, asyncio.Lock())
        await turn.acquire()  # shards of this process come one by one, in order, and without looking at files
        place = None
        try:
            place = await when_unlocked(lambda: self._line.join(shard_id, self.max_concurrency), self._sleep)
            while place.ahead:
                await self._wait_for(place.ahead[0], shard_id, len(place.ahead))
                remove_place(place.ahead.pop(0))
            await take_start(self.session_starts, self._clock, self._sleep)
        except BaseException as error:
            if place is not None:
                place.leave(identified=False)
            turn.release()
            if isinstance(error, OSError):
                raise ConfigurationError(
                    f"the identify queue cannot go on: {error}; give FileIdentifyQueue another directory"
                ) from error
            raise
        return _FilePermit(place, turn, self.session_starts, self._arrivals, self._clock)

    async def _wait_for(self, ahead: Path, shard_id: int, places: int) -> None:
        """Return when a place that is ahead is no reason to wait any more."""
        report_at = self._clock() + _REPORT_AFTER
        while (identified_at := self._line.identified_at(ahead)) == math.inf:
            if self._clock() >= report_at:
                report_at = math.inf
                _log.warning(
                    "shard %d has waited to identify for %g s: %s keeps its permit, or its place in line",
                    shard_id, _REPORT_AFTER, ahead.name,
                )  # fmt: skip
            await self._sleep(min(_POLL * places, _LONGEST_POLL))
        # A time to come is one of before the machine was started: how long ago is not known.
        free_at = min(identified_at, self._clock()) + IDENTIFY_INTERVAL
        while (seconds := free_at - self._clock()) > 0:
            await self._sleep(seconds)


class _FilePermit:
    __slots__ = ("_arrivals", "_clock", "_place", "_released", "_sent_at", "_starts", "_turn")

    def __init__(
        self,
        place: Place,
        turn: asyncio.Lock,
        starts: SessionStarts,
        arrivals: Arrivals,
        clock: Callable[[], float],
    ) -> None:
        self._place = place
        self._turn = turn
        self._starts = starts
        self._arrivals = arrivals
        self._clock = clock
        self._sent_at: float | None = None
        self._released = False

    def used(self) -> None:
        self._sent_at = self._clock()
        self._place.note_identify(self._sent_at + ON_ITS_WAY)  # in case this process dies

    def release(self) -> None:
        if self._released:
            return  # else the permit of another shard would end
        self._released = True
        if self._sent_at is None:
            self._starts.give_back()
        else:
            self._place.note_identify(self._arrivals.arrived_by(self._sent_at, self._clock()))
        self._place.leave(identified=self._sent_at is not None)
        self._turn.release()
