"""A partition of the log in the hands of one process."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ..errors import BrokerUnavailable, LeaseLost
from ..tasks.label import UNSHARDED
from ..tasks.worker import start_task
from .cursor import Cursor
from .protocols import Lease, Leases, LoggedEvent, Register
from .store import LogStore, Selection, Stored

__all__ = ["Handed", "HeldPartition", "cursor_name", "fail"]

_log = UNSHARDED.log

_BATCH = 256
"""Events that are read at once."""

_WINDOW = 1024
"""Events of a partition that may be in hand before no more are read."""

_MOST_FINISHED = 10_000
"""Events that may be finished behind one that is not, before no more are read. It bounds the size of a cursor."""

_WAIT = 5.0
"""Seconds that one read waits for events."""

_AGAIN = 0.5
"""Seconds until a partition that could not be read is tried again."""

_PATIENCE = 0.1
"""Seconds after which a task is cancelled again."""

_BETWEEN_WRITES = 0.005
"""Seconds between two writes of a cursor, so that many events share one."""


def cursor_name(consumer: str, partition: str) -> str:
    """Return where the register has a consumer's cursor."""
    return f"cursor.{consumer}.{partition}"


class HeldPartition:
    """Reads a partition, hands its events out, and writes down which are finished.

    Attributes:
        lease: what makes it ours.
        is_stopping: no further events are handed out.
    """

    def __init__(
        self, store: LogStore, leases: Leases, register: Register, consumer: str, name: str, lease: Lease
    ) -> None:
        self.lease = lease
        self.is_stopping = False
        self._store = store
        self._leases = leases
        self._register = register
        self._consumer = consumer
        self._name = name
        self._cursor = Cursor()
        self._revision = 0
        self._tried = 0
        self._is_lost = False
        self._room = asyncio.Event()
        self._again: set[asyncio.Task[None]] = set()
        self._last_try = b""
        self._reading: asyncio.Task[None] | None = None
        self._dirty = asyncio.Event()
        # Whether a write of the cursor was stored: of the one under way, and of the one after it.
        self._stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._next_stored: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._writing: asyncio.Task[None] | None = None

    async def take_over(self) -> None:
        """Read the cursor, and write it: from now on the owner before cannot."""
        entry = await self._register.read(cursor_name(self._consumer, self._name))
        if entry is not None:
            self._cursor, self._revision = Cursor.parse(entry.value), entry.revision
            self._cursor.take_over()
        await self._write()

    def start(self, selection: Selection, queue: asyncio.Queue[Handed | BaseException]) -> None:
        """Begin to hand out events."""
        label = f"consumer {self._consumer} partition {self._name}"
        self._writing = start_task(self._write_when_dirty(queue), f"{label} cursor")
        self._reading = start_task(self._read_until_stopped(selection, queue), label)

    def stop(self) -> None:
        """Hand out no further events."""
        self.is_stopping = True
        self._room.set()

    @property
    def is_drained(self) -> bool:
        """Whether all that was handed out is finished, after `stop`."""
        return self._reading is not None and self._reading.done() and not self._cursor.in_hand

    async def give_back(self) -> None:
        """End, with all finished events written down, and let others have the partition.

        Raises:
            LeaseLost: another process has it already.
            BrokerUnavailable: the engine did not answer.
        """
        await self._end_tasks()
        if not self._is_lost:
            self._cursor.leave(self._tried)
            try:
                await self._write()
                self._answer(True)
            finally:
                self.lose()
            await self._leases.release(self.lease)

    async def lost(self) -> None:
        """End, as another process has the partition."""
        self.lose()
        await self._end_tasks()

    def lose(self) -> None:
        """From now on nothing can be written down; those who wait for that hear it."""
        self._is_lost = True
        self._answer(False)

    def _answer(self, is_stored: bool) -> None:
        """Tell all who wait for a write."""
        for stored in (self._stored, self._next_stored):
            if not stored.done():
                stored.set_result(is_stored)

    def take(self, stored: Stored) -> bool:
        """Note that the consumer gets an event now. Return False if it must not, as another process may have it."""
        self._tried = max(self._tried, stored.position)
        return not self._is_lost

    async def finish(self, stored: Stored) -> None:
        """Return when it is written down that an event is finished. Raises `LeaseLost`."""
        self._cursor.finish(stored.position)
        self._room.set()
        await self._write_soon()

    async def try_again(self, stored: Stored, delay: float, queue: asyncio.Queue[Handed | BaseException]) -> None:
        """Hand an event out again, after ``delay`` seconds. Raises `LeaseLost`."""
        self._cursor.fail(stored.position)
        await self._write_soon()
        task = start_task(self._hand_later(stored, delay, queue), f"consumer {self._consumer} tries again")
        self._again.add(task)
        task.add_done_callback(self._again.discard)

    async def _hand_later(self, stored: Stored, delay: float, queue: asyncio.Queue[Handed | BaseException]) -> None:
        await asyncio.sleep(delay)
        await queue.put(Handed(self, stored, self._cursor.attempt(stored.position), queue))

    async def _read_until_stopped(self, selection: Selection, queue: asyncio.Queue[Handed | BaseException]) -> None:
        after = self._cursor.floor
        while not self.is_stopping:
            try:
                reader = await self._store.reader(self._name, after, selection)
                try:
                    while not self.is_stopping:
                        found = await reader.read(_BATCH, _WAIT)
                        if found:
                            after = found[-1].position
                            await self._hand(found, queue)
                finally:
                    await reader.close()
            except BrokerUnavailable as error:
                _log.warning("consumer %s reads %s again soon: %s", self._consumer, self._name, error)
                await asyncio.sleep(_AGAIN)
            except LeaseLost:
                return  # with the next renewal the membership finds that out, too
            except Exception as error:  # who iterates gets it
                fail(queue, error)
                return

    async def _hand(self, found: Sequence[Stored], queue: asyncio.Queue[Handed | BaseException]) -> None:
        handed = [stored for stored in found if self._cursor.hand(stored.position)]
        if handed:
            await self._write_soon()  # before the consumer sees them: so who comes after a crash knows
        for stored in handed:
            await queue.put(Handed(self, stored, self._cursor.attempt(stored.position), queue))
        while self._is_full() and not self.is_stopping:
            self._room.clear()
            await self._room.wait()

    def _is_full(self) -> bool:
        return self._cursor.in_hand >= _WINDOW or self._cursor.finished_above_floor >= _MOST_FINISHED

    async def _write_soon(self) -> None:
        stored = self._next_stored
        self._dirty.set()
        if self._is_lost or not await asyncio.shield(stored):
            raise LeaseLost(
                f"consumer {self._consumer} does not have partition {self._name} any more; "
                "whoever has it now handles again what was not finished"
            )

    async def _write_when_dirty(self, queue: asyncio.Queue[Handed | BaseException]) -> None:
        while True:
            await self._dirty.wait()
            self._dirty.clear()
            # A cancellation leaves both open: `give_back` writes once more, and then answers.
            self._stored, self._next_stored = self._next_stored, asyncio.get_running_loop().create_future()
            try:
                await self._write_despite_failures()
            except LeaseLost as error:
                _log.warning("%s", error)
                return self.lose()
            except Exception as error:  # who iterates gets it
                self.lose()
                return fail(queue, error)
            if not self._stored.done():  # `lose` may have been called meanwhile
                self._stored.set_result(True)
            await asyncio.sleep(_BETWEEN_WRITES)

    async def _write_despite_failures(self) -> None:
        while True:
            try:
                return await self._write()
            except BrokerUnavailable as error:
                _log.warning("the cursor of consumer %s is written again soon: %s", self._consumer, error)
                await asyncio.sleep(_AGAIN)

    async def _write(self) -> None:
        """Raises `LeaseLost` if another process has written the cursor."""
        name = cursor_name(self._consumer, self._name)
        last, self._last_try = self._last_try, self._cursor.dump(self.lease.owner)
        revision = await self._register.write(name, self._last_try, self._revision)
        if revision is None:
            # An earlier write of ours may have come through though its answer did not.
            entry = await self._register.read(name)
            if entry is not None and entry.value in (last, self._last_try):
                revision = await self._register.write(name, self._last_try, entry.revision)
        if revision is None:
            raise LeaseLost(f"another process has partition {self._name} of consumer {self._consumer} now")
        self._revision = revision

    async def _end_tasks(self) -> None:
        self.stop()
        tasks = [task for task in (self._reading, self._writing, *self._again) if task is not None]
        while tasks:  # again, as clients of engines may swallow a cancellation
            for task in tasks:
                task.cancel()
            _, left = await asyncio.wait(tasks, timeout=_PATIENCE)
            tasks = list(left)


class Handed:
    """An event in the hands of a consumer: a `Delivered`.

    Attributes:
        event: the event.
        attempt: 1 for the first time.
    """

    __slots__ = ("_partition", "_queue", "_stored", "attempt", "event")

    def __init__(
        self, partition: HeldPartition, stored: Stored, attempt: int, queue: asyncio.Queue[Handed | BaseException]
    ) -> None:
        self.event: LoggedEvent = stored.event
        self.attempt = attempt
        self._partition = partition
        self._stored = stored
        self._queue = queue

    def reach_consumer(self) -> bool:
        """Note that the consumer gets it now. Return False if it must not."""
        return self._partition.take(self._stored)

    async def done(self) -> None:
        """See `Delivered`."""
        await self._partition.finish(self._stored)

    async def failed(self, delay: float = 0.0) -> None:
        """See `Delivered`."""
        await self._partition.try_again(self._stored, delay, self._queue)


def fail(queue: asyncio.Queue[Handed | BaseException], error: BaseException) -> None:
    """Let a consumer end with an error, at once: an event that waits in its queue comes again another time."""
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(error)
