"""Numbered events that go on while something happens to a fleet."""

from __future__ import annotations

import asyncio
import random
from itertools import pairwise

from gatewaysdk import MessageDelete, ShardManager
from gatewaysdk.simulator import Simulator

from .conftest import emit_in

__all__ = ["Stream"]


class Stream:
    """Numbered events in all guilds of a simulator, and what handlers got of them."""

    def __init__(self, sim: Simulator, manager: ShardManager, seed: int, cuts: int) -> None:
        self._sim = sim
        self._random = random.Random(seed)
        self._cuts = cuts
        self.cut = 0
        self._stop = False
        self._came = asyncio.Event()
        self.sent = dict.fromkeys(sim.guild_ids, 0)
        self.got: dict[int, list[int]] = {guild_id: [] for guild_id in sim.guild_ids}
        manager.on(MessageDelete)(self.on_delete)

    async def on_delete(self, event: MessageDelete) -> None:
        if self._random.random() < 0.1:
            await asyncio.sleep(0.002)
        assert event.guild_id is not None
        self.got[int(event.guild_id)].append(int(event.id))
        self._came.set()

    async def send_on(self) -> None:
        while not self._stop:
            guild_id = self._random.choice(self._sim.guild_ids)
            self.sent[guild_id] += 1
            await emit_in(self._sim, guild_id, "MESSAGE_DELETE", id=str(self.sent[guild_id]), channel_id="1")
            if self.cut < self._cuts and self._random.random() < 0.01:
                self.cut += 1
                await self._sim.drop(shard=self._random.randrange(8))
            await asyncio.sleep(0.002)

    async def finish(self) -> None:
        """Return when all that was sent has come."""
        self._stop = True
        async with asyncio.timeout(20):
            while sum(map(len, self.got.values())) < sum(self.sent.values()):
                self._came.clear()
                await self._came.wait()

    def faults(self) -> tuple[int, int, int]:
        """Return how many events are missing, came twice, and came after a later one of their guild."""
        missing = sum(count - len(set(self.got[guild_id])) for guild_id, count in self.sent.items())
        twice = sum(len(got) - len(set(got)) for got in self.got.values())
        moved = sum(one > other for got in self.got.values() for one, other in pairwise(got))
        return missing, twice, moved

    def check(self) -> None:
        assert self.got == {guild_id: list(range(1, count + 1)) for guild_id, count in self.sent.items()}
