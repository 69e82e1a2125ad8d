"""What is in the log, against what the gateway sent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from itertools import pairwise

from gatewaysdk.broker.engine import Engine
from gatewaysdk.broker.store import Selection

from .world import World

__all__ = ["Count", "count_log"]


@dataclass
class Count:
    """The figures of a run. All but the first four have to be 0.

    Attributes:
        events: sent in sessions.
        stored: in the log.
        identifies, resumes: that the gateway got.
        unheard: sessions of which nothing is stored, as their host died before READY was; they are left out.
        missing: events of other sessions that are not in the log.
        twice: events that are in the log more than once.
        disorder: events that stand behind a later one of their session.
        strange: events of no session.
        refused: identifies that came too early, or too many.
        problems: the first few, in words.
    """

    events: int = 0
    stored: int = 0
    identifies: int = 0
    resumes: int = 0
    unheard: int = 0
    missing: int = 0
    twice: int = 0
    disorder: int = 0
    strange: int = 0
    refused: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether each event is there once and in order, and no identify was too much."""
        return self.stored > 0 and not (self.missing or self.twice or self.disorder or self.strange or self.refused)

    def __str__(self) -> str:
        return (
            f"{self.events} events sent, {self.stored} stored, {self.missing} missing, {self.twice} twice, "
            f"{self.disorder} out of order, {self.strange} strange; {self.identifies} identifies, "
            f"{self.refused} refused, {self.resumes} resumes, {self.unheard} sessions that no host heard of"
        )


async def count_log(engine: Engine, world: World) -> Count:
    """Read the whole log and compare."""
    stored: dict[str, list[int]] = defaultdict(list)
    for partition in await engine.store.partitions(Selection()):
        reader = await engine.store.reader(partition, 0, Selection())
        left = await engine.store.count(partition, 0, Selection())
        while left > 0:
            batch = await reader.read(1000, 10.0)
            if not batch:
                raise RuntimeError(f"{left} events of partition {partition} cannot be read")
            left -= len(batch)
            for one in batch:
                stored[one.event.session_id].append(one.event.sequence)
        await reader.close()
    count = Count(identifies=len(world.sim.identifies), resumes=len(world.sim.resumes), refused=world.refused)
    count.stored = sum(map(len, stored.values()))
    for session_id, session in world.sessions.items():
        numbers = stored.pop(session_id, [])
        if not numbers and session not in world.sim.sessions:
            count.unheard += 1
            continue
        count.events += session.sequence
        missing = set(range(1, session.sequence + 1)) - set(numbers)
        count.missing += len(missing)
        count.twice += len(numbers) - len(set(numbers))
        count.disorder += sum(later < earlier for earlier, later in pairwise(numbers))
        if missing:
            count.problems.append(f"{session!r} lacks {sorted(missing)[:5]}")
    count.strange = sum(map(len, stored.values()))
    count.problems += [f"nothing knows the session {session_id}" for session_id in stored]
    return count
