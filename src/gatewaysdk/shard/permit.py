"""The permit to identify, from asking the queue to giving it back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable

from ..errors import GatewayError, TaskCancelled
from ..identify import IdentifyPermit, IdentifyQueue
from ..protocol import Effect, GatewayProtocol
from ..tasks.label import Label

__all__ = ["PermitHolder"]


class PermitHolder:
    """Asks an identify queue on behalf of one shard, and holds what it grants for as long as the core needs it.

    Invariant: each permit that the queue grants is released exactly once, also when it comes too late.

    Args:
        queue: whom to ask.
        shard: (shard_id, num_shards), or None, for the log.
        apply: carries out what the core wants after the answer.
        failed: called with a name and what has been raised, unless it is a `GatewayError`, which the core gets.
    """

    def __init__(
        self,
        queue: IdentifyQueue,
        shard: tuple[int, int] | None,
        apply: Callable[[list[Effect]], None],
        failed: Callable[[str, BaseException], None],
    ) -> None:
        self._queue = queue
        self._label = Label(shard)
        self._apply = apply
        self._failed = failed
        self._protocol: GatewayProtocol | None = None
        self._asking: asyncio.Task[IdentifyPermit] | None = None
        self._given_up: set[asyncio.Task[IdentifyPermit]] = set()
        self._permit: IdentifyPermit | None = None

    def ask(self, protocol: GatewayProtocol, shard_id: int) -> None:
        """Ask for a permit, and tell ``protocol`` the answer. What was asked for or held before is given up."""
        self.give_up()
        self._protocol = protocol
        self._label.log.info("waiting for its turn to identify")
        self._asking = asyncio.create_task(self._acquire(shard_id), name=self._label.task_name("identify"))
        self._asking.add_done_callback(self._answered)

    async def _acquire(self, shard_id: int) -> IdentifyPermit:
        return await self._queue.acquire(shard_id)

    def use(self) -> None:
        """IDENTIFY goes out."""
        if self._permit is not None:
            self._permit.used()

    def settle(self) -> None:
        """Give up what the core does not need any more. Call it after each input of the core."""
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
            self._given_up.add(task)  # it may have been granted already: `_answered` sees to that
            task.cancel()

    def cancel(self) -> Iterable[asyncio.Task[IdentifyPermit]]:
        """Give up, and return the tasks that are about to end."""
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
        except Exception as error:  # nobody else would hear of it
            self._failed(task.get_name(), error)

    def _tell(self, task: asyncio.Task[IdentifyPermit]) -> None:
        protocol, now = self._protocol, asyncio.get_running_loop().time()
        assert protocol is not None  # it was asked for on its behalf
        error = TaskCancelled(task.get_name()) if task.cancelled() else task.exception()
        if error is None:
            self._permit = task.result()
            self._apply(protocol.identify_granted(now))
        elif isinstance(error, GatewayError):
            self._apply(protocol.identify_refused(error, now))
        else:
            self._failed(task.get_name(), error)
            self._apply(protocol.close(now))
