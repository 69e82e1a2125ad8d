"""Numbered events for shards in workers, and whether handlers got each, in order, and at most one twice at a kill."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from random import Random

from ..conftest import emit_in, guild_on
from .conftest import Fleet

__all__ = ["SHARDS", "Numbered"]

SHARDS = 4


class Numbered:
    """Emits events without pause, one shard after the other.

    Attributes:
        count: how many there were.
    """

    def __init__(self, fleet: Fleet, seed: int = 0) -> None:
        self.count = 0
        self._fleet = fleet
        self._random = Random(seed)
        self._emitting = True

    async def emit(self) -> None:
        """Go on until `finish`."""
        sim = self._fleet.sim
        guilds = [guild_on(sim, shard_id, SHARDS) for shard_id in range(SHARDS)]
        while self._emitting:
            for _ in range(self._random.randint(1, 8)):
                guild_id = guilds[self.count % SHARDS]
                await emit_in(sim, guild_id, "MESSAGE_DELETE", id=str(self.count), channel_id="1")
                self.count += 1
            await asyncio.sleep(self._random.uniform(0.001, 0.01))

    async def finish(self, emitting: asyncio.Task[None]) -> None:
        """Return when the last event of each shard has come."""
        self._emitting = False
        await emitting
        for last in range(max(0, self.count - SHARDS), self.count):
            await self._fleet.wait_handled(last)

    def judge(self, killed: list[int]) -> int:
        """Return how many events came again because of kills. AssertionError if the promise is broken."""
        handled = self._fleet.handled()
        assert {number for _, _, number in handled} == set(range(self.count)), "an event was lost"
        twice = 0
        for shard_id in range(SHARDS):
            mine = [(pid, number) for pid, shard, number in handled if shard == shard_id]
            for (before, one), (after, other) in pairwise(mine):
                # Only the event whose handler was running at a kill may come again, in the process after it.
                again = other == one and before in killed and after != before
                assert other == one + SHARDS or again, f"shard {shard_id}: {other} after {one}"
                twice += again
        return twice
