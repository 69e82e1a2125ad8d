"""Gets a permit to identify from the queue, and gives it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ..errors import GatewayError, TaskCancelled
from ..identify import IdentifyPermit, IdentifyQueue
from ..protocol import Effect, GatewayProtocol
from ..stats import Durations
from ..tasks.label import Label

__all__ = ["PermitHolder"]


class PermitHolder:
    """Asks an identify queue for one shard, and holds the permit while the core needs it.

    Invariant: each permit that the queue grants is released exactly once, even if it comes too late.

    Args:
        queue: the queue to ask.
        label: names the task and log lines.
        apply: carries out the effects that the core returns for the queue's answer.
        failed: called with a task's name and its error if the queue raises anything but a `GatewayError`. The core gets
            a `GatewayError` itself.
        waits: counts how long the queue took for each permit that it granted.
    """

    def __init__(
        self,
        queue: IdentifyQueue,
        label: Label,
        apply: Callable[[list[Effect]], None],
        failed: Callable[[str, BaseException], None],
        waits: Durations,
    ) -> None:
        self._queue = queue
        self._label = label
        self._apply = apply
        self._failed = failed
        self._waits = waits
        self._asked_at = 0.0
        self._protocol: GatewayProtocol | None = None
        self._asking: asyncio.Task[IdentifyPermit] | None = None
        self._given_up: set[asyncio.Task[IdentifyPermit]] = set()
        self._permit: IdentifyPermit | None = None

    def ask(self, protocol: GatewayProtocol, shard_id: int) -> None:
        """Ask for a permit, and pass the answer to ``protocol``. An earlier request or permit is given up."""
        self.give_up()
        self._protocol = protocol
        self._asked_at = asyncio.get_running_loop().time()
        self._label.log.info("waiting for its turn to identify")
        self._asking = asyncio.create_task(self._acquire(shard_id), name=self._label.task_name("identify"))
        self._asking.add_done_callback(self._answered)

    async def _acquire(self, shard_id: int) -> IdentifyPermit:
        return await self._queue.acquire(shard_id)

    def use(self) -> None:
        """Tell the queue that IDENTIFY is being sent with its permit."""
        if self._permit is not None:
            self._permit.used()

    def settle(self) -> None:
        """Give up the permit if the core no longer needs it. Call this after each input of the core."""
        if self._protocol is not None and not self._protocol.identify_pending:
            self.give_up()

    def give_up(self) -> None:
        """Release the permit, or stop asking for one; do nothing if there is neither."""
        self._protocol = None
        permit, self._permit = self._permit, None
        if permit is not None:
            permit.release()
        task, self._asking = self._asking, None
        if task is not None:
            self._given_up.add(task)  # the queue may have granted the permit already: `_answered` releases it then
            task.cancel()

    def cancel(self) -> Iterable[asyncio.Task[IdentifyPermit]]:
        """Give up, and return the tasks that were cancelled; the caller awaits them."""
        self.give_up()
        return self._given_up

    def _answered(self, task: asyncio.Task[IdentifyPermit]) -> None:
        try:
            if task is self._asking:
                self._asking = None
                self._tell(task)
            else:
                self._given_up.discard(task)
                if not task.cancelled() and task.exception() is None:
                    task.result().release()
        except Exception as error:  # asyncio only logs what a callback raises; the shard must end with it
            self._failed(task.get_name(), error)

    def _tell(self, task: asyncio.Task[IdentifyPermit]) -> None:
        protocol, now = self._protocol, asyncio.get_running_loop().time()
        assert protocol is not None  # `ask` set it, and `give_up` forgets the task together with it
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if error is None:
            self._permit = task.result()
            self._waits.add(now - self._asked_at)
            self._apply(protocol.identify_granted(now))
        elif isinstance(error, GatewayError):
            self._apply(protocol.identify_refused(error, now))
        else:
            self._failed(task.get_name(), error)
            self._apply(protocol.close(now))
