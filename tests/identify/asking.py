"""A clock that stands still until it is told otherwise, and shards that ask a queue."""

from __future__ import annotations

import asyncio

from gatewaysdk.identify import IdentifyPermit, IdentifyQueue

__all__ = ["Clock", "Shards", "settle"]


class Clock:
    """Time that passes when `pass_on` says so."""

    def __init__(self) -> None:
        self.now = 100.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, future))
        await future

    async def pass_on(self, seconds: float) -> None:
        """Let time pass, and everybody do what is due."""
        self.now += seconds
        for due, future in self._sleepers:
            if due <= self.now and not future.done():
                future.set_result(None)
        self._sleepers = [sleeper for sleeper in self._sleepers if not sleeper[1].done()]
        await settle()

    async def pass_on_in_steps(self, seconds: float) -> None:
        """Let time pass so that those who sleep for a moment, again and again, wake when they would."""
        end = self.now + seconds
        while self._sleepers and (due := min(due for due, _ in self._sleepers)) < end:
            await self.pass_on(max(0.0, due - self.now))
        await self.pass_on(end - self.now)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Shards:
    """Shards that ask a queue, and note who was granted what, in order."""

    def __init__(self, queue: IdentifyQueue) -> None:
        self.queue = queue
        self.granted: list[int] = []
        self.permits: dict[int, IdentifyPermit] = {}
        self.tasks: dict[int, asyncio.Task[None]] = {}

    async def ask(self, *shard_ids: int) -> None:
        for shard_id in shard_ids:
            self.tasks[shard_id] = asyncio.create_task(self._ask(shard_id))
        await settle()

    async def _ask(self, shard_id: int) -> None:
        self.permits[shard_id] = await self.queue.acquire(shard_id)
        self.granted.append(shard_id)

    async def identify(self, shard_id: int) -> None:
        self.permits[shard_id].used()
        await settle()

    async def release(self, shard_id: int) -> None:
        self.permits[shard_id].release()
        await settle()
