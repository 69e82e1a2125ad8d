"""Work of one kind in order, and of different kinds at once."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

__all__ = ["Lanes"]

Item = TypeVar("Item")


class Lanes(Generic[Item]):
    """A lane for each key that there is work for: a task that does one piece after the other, and is gone then."""

    def __init__(self, work: Callable[[Item], Awaitable[None]]) -> None:
        self._work = work
        self._lanes: dict[Hashable, deque[Item]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: Hashable, item: Item) -> None:
        """Have the item worked on after all others with its key."""
        lane = self._lanes.get(key)
        if lane is not None:
            lane.append(item)
            return
        lane = self._lanes[key] = deque((item,))
        task = asyncio.create_task(self._run(key, lane), name="gatewaysdk handlers of one key")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run(self, key: Hashable, lane: deque[Item]) -> None:
        try:
            while lane:
                await self._work(lane.popleft())
        finally:
            del self._lanes[key]

    async def finish(self) -> None:
        """Return when nothing is left to do."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def cancel(self) -> None:
        """Stop all work."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
