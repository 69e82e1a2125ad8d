"""Any order of asking, identifying, releasing, giving up and dying keeps the rules of the line, and nobody starves."""

from __future__ import annotations

import asyncio
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.identify import FileIdentifyQueue, IdentifyPermit, SessionStarts
from gatewaysdk.identify.line import Line, Place

from .asking import Clock, settle

BUCKETS = 2
PROCESSES = 3


class WatchedLine(Line):
    """Remembers the places that a process has taken."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.places: list[Place] = []

    def join(self, shard_id: int, max_concurrency: int) -> Place:
        place = super().join(shard_id, max_concurrency)
        self.places.append(place)
        return place


class Process:
    def __init__(self, world: World) -> None:
        self.world = world
        self.queue = FileIdentifyQueue(
            world.directory, BUCKETS, SessionStarts(), clock=world.clock, sleep=world.clock.sleep
        )
        self.line = self.queue._line = WatchedLine(world.directory)
        self.asking: dict[asyncio.Task[None], int] = {}
        self.held: list[tuple[int, IdentifyPermit]] = []

    async def ask(self, shard_id: int) -> None:
        self.asking[asyncio.create_task(self._ask(shard_id))] = shard_id
        await settle()

    async def _ask(self, shard_id: int) -> None:
        permit = await self.queue.acquire(shard_id)
        self.world.granted(shard_id)
        self.held.append((shard_id, permit))

    async def identify(self) -> None:
        for shard_id, permit in self.held:
            if shard_id not in self.world.identified:
                self.world.identify(shard_id)
                permit.used()

    async def release(self) -> None:
        for shard_id, permit in self.held:
            self.world.released(shard_id)
            permit.release()
        self.held.clear()
        await settle()

    async def give_up(self) -> None:
        for task in self.asking:
            task.cancel()
        self.asking.clear()
        await settle()

    async def die(self) -> None:
        """End like a process that is killed: its files are closed, and it cleans nothing up."""
        nothing = os.open(os.devnull, os.O_RDWR)
        for place in self.line.places:
            if place.path.exists() and _is_open(place):
                os.dup2(nothing, place.file)
            place.path = Path(tempfile.gettempdir(), "no such place")
        os.close(nothing)
        for shard_id, _ in self.held:
            self.world.released(shard_id)
        dead, self.held = self.held, []
        await self.give_up()
        for _, permit in dead:
            permit.release()  # closes what stands for the files
        self.world.processes[self.world.processes.index(self)] = Process(self.world)
        await settle()


def _is_open(place: Place) -> bool:
    try:
        return os.fstat(place.file).st_ino == place.path.stat().st_ino
    except OSError:
        return False


class World:
    """Checks what happens against the rules."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = Clock()
        self.holders: dict[int, int] = {}
        self.last: dict[int, float] = {}
        self.identified: set[int] = set()
        self.count = 0
        self.processes = [Process(self) for _ in range(PROCESSES)]

    def granted(self, shard_id: int) -> None:
        bucket = shard_id % BUCKETS
        assert bucket not in self.holders, "two permits of a bucket"
        assert self.clock.now >= self.last.get(bucket, 0.0) + 5 - 1e-6, "5 s have not passed"
        self.holders[bucket] = shard_id
        self.count += 1

    def identify(self, shard_id: int) -> None:
        self.identified.add(shard_id)
        self.last[shard_id % BUCKETS] = self.clock.now

    def released(self, shard_id: int) -> None:
        assert self.holders.pop(shard_id % BUCKETS) == shard_id
        self.identified.discard(shard_id)


ACTS = st.lists(
    st.tuples(
        st.integers(0, PROCESSES - 1),
        st.one_of(
            st.tuples(st.just("ask"), st.integers(0, 7)),
            st.sampled_from(["identify", "release", "give_up", "die"]),
            st.tuples(st.just("pass"), st.sampled_from([0.05, 1.0, 4.9, 5.0])),
        ),
    ),
    max_size=25,
)


@pytest.mark.fuzz
@given(ACTS)
def test_any_order_keeps_the_rules(acts: list[tuple[int, str | tuple[str, float]]]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        asyncio.run(_play(World(Path(directory)), acts))


async def _play(world: World, acts: list[tuple[int, str | tuple[str, float]]]) -> None:
    for number, act in acts:
        process = world.processes[number]
        match act:
            case ("ask", shard_id):
                await process.ask(int(shard_id))
            case ("pass", seconds):
                await world.clock.pass_on_in_steps(float(seconds))
            case str():
                await getattr(process, act)()
    waiting = [task for process in world.processes for task in process.asking]
    for _ in range(len(waiting) + 1):  # each round serves one of each bucket at least
        for process in world.processes:
            await process.identify()
            await process.release()
        await world.clock.pass_on_in_steps(5.0 + 1.0)
    for process in world.processes:
        await process.release()
    for task in waiting:
        assert task.done(), "somebody starves"
        task.result()
    assert len(list(world.directory.glob("place-*"))) <= world.count + 2 * BUCKETS
