"""The identify queue of one process, on a clock of its own (events/gateway#sharding-max-concurrency)."""

from __future__ import annotations

import asyncio

import pytest

from gatewaysdk.errors import ConfigurationError, SessionStartsExhausted
from gatewaysdk.identify import IdentifyPermit, LocalIdentifyQueue, SessionStartLimit, SessionStarts


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
        await settle()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


class Shards:
    """Shards that ask a queue, and note who was granted what, in order."""

    def __init__(self, queue: LocalIdentifyQueue) -> None:
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


def make(
    max_concurrency: int | None = None, starts: SessionStarts | None = None
) -> tuple[Clock, LocalIdentifyQueue, Shards]:
    clock = Clock()
    queue = LocalIdentifyQueue(max_concurrency, starts, clock=clock, sleep=clock.sleep)
    return clock, queue, Shards(queue)


async def test_one_that_is_alone_need_not_wait() -> None:
    _, _, shards = make()
    await shards.ask(0)
    assert shards.granted == [0]


async def test_the_next_waits_for_ready_and_for_five_seconds() -> None:
    clock, _, shards = make()
    await shards.ask(0, 1)
    await shards.identify(0)
    await clock.pass_on(2)
    await shards.release(0)
    await clock.pass_on(2.9)
    assert shards.granted == [0]
    await clock.pass_on(0.1)
    assert shards.granted == [0, 1]


async def test_a_permit_is_held_until_ready_however_long_that_takes() -> None:
    clock, _, shards = make()
    await shards.ask(0, 1)
    await shards.identify(0)
    await clock.pass_on(60)
    assert shards.granted == [0]
    await shards.release(0)
    assert shards.granted == [0, 1]


async def test_the_five_seconds_count_from_identify_and_not_from_the_grant() -> None:
    """A slow connection: the next shard's may be quick."""
    clock, _, shards = make()
    await shards.ask(0, 1)
    await clock.pass_on(4)
    await shards.identify(0)
    await shards.release(0)
    await clock.pass_on(4.9)
    assert shards.granted == [0]
    await clock.pass_on(0.1)
    assert shards.granted == [0, 1]


async def test_a_bucket_is_served_in_the_order_of_asking() -> None:
    clock, _, shards = make()
    await shards.ask(2, 0, 1)
    for shard_id in (2, 0, 1):
        await shards.identify(shard_id)
        await shards.release(shard_id)
        await clock.pass_on(5)
    assert shards.granted == [2, 0, 1]


async def test_buckets_do_not_wait_for_each_other() -> None:
    clock, _, shards = make(max_concurrency=4)
    await shards.ask(*range(8))
    assert shards.granted == [0, 1, 2, 3]
    await shards.identify(2)
    await shards.release(2)
    await clock.pass_on(5)
    assert shards.granted == [0, 1, 2, 3, 6]


async def test_a_permit_that_was_not_used_costs_nothing() -> None:
    _, queue, shards = make()
    await shards.ask(0, 1)
    await shards.release(0)
    assert shards.granted == [0, 1]
    await shards.release(1)
    assert queue.session_starts.remaining == 1000


async def test_a_permit_that_was_used_counts_for_the_day() -> None:
    _, queue, shards = make()
    await shards.ask(0)
    await shards.identify(0)
    await shards.release(0)
    assert queue.session_starts.remaining == 999


async def test_releasing_twice_does_not_end_the_permit_of_another() -> None:
    _, queue, shards = make()
    await shards.ask(0, 1, 2)
    await shards.release(0)
    await shards.release(0)
    assert shards.granted == [0, 1]
    assert queue.session_starts.remaining == 999  # shard 1 has one


async def test_one_that_no_longer_wants_it_leaves_its_place() -> None:
    _, _, shards = make()
    await shards.ask(0, 1, 2)
    shards.tasks[1].cancel()
    await shards.release(0)
    assert shards.granted == [0, 2]


async def test_one_that_gives_up_during_the_five_seconds_leaves_nothing_taken() -> None:
    clock, queue, shards = make()
    await shards.ask(0, 1, 2)
    await shards.identify(0)
    await shards.release(0)
    shards.tasks[1].cancel()
    await clock.pass_on(5)
    assert shards.granted == [0, 2]
    assert queue.session_starts.remaining == 998


async def test_one_that_is_cancelled_at_the_moment_of_its_turn_leaves_nothing_taken() -> None:
    _, queue, shards = make()
    await shards.ask(0, 1, 2)
    shards.permits[0].release()
    shards.tasks[1].cancel()
    await settle()
    assert shards.granted == [0, 2]
    assert queue.session_starts.remaining == 999


async def test_when_the_day_is_used_up_everybody_is_told_until_it_is_over() -> None:
    starts = SessionStarts(SessionStartLimit(remaining=11, reset_after=3600.0), reserve=10)
    clock, _, shards = make(starts=starts)
    await shards.ask(0, 1, 2)
    await shards.identify(0)
    await shards.release(0)
    await clock.pass_on(5)
    for shard_id in (1, 2):
        error = shards.tasks[shard_id].exception()
        assert isinstance(error, SessionStartsExhausted)
        assert (error.remaining, error.reset_after) == (10, 3595.0)
    await clock.pass_on(3595)
    await shards.ask(3)
    assert shards.granted == [0, 3]


async def test_starts_that_are_granted_and_not_yet_used_are_not_granted_again() -> None:
    starts = SessionStarts(SessionStartLimit(remaining=11), reserve=10)
    _, _, shards = make(max_concurrency=2, starts=starts)
    await shards.ask(0, 1)
    assert shards.granted == [0]
    assert isinstance(shards.tasks[1].exception(), SessionStartsExhausted)


async def test_a_sleep_that_ends_early_is_slept_on() -> None:
    clock = Clock()
    sleeps = []

    async def sleep(seconds: float) -> None:
        sleeps.append(seconds)
        clock.now += seconds / 2 if len(sleeps) < 3 else seconds

    queue = LocalIdentifyQueue(clock=clock, sleep=sleep)
    permit = await queue.acquire(0)
    permit.used()
    permit.release()
    await queue.acquire(1)
    assert sleeps == [5.0, 2.5, 1.25]


def test_max_concurrency_is_what_discord_said_unless_told_otherwise() -> None:
    starts = SessionStarts(SessionStartLimit(max_concurrency=16))
    assert LocalIdentifyQueue(session_starts=starts).max_concurrency == 16
    assert LocalIdentifyQueue(2, starts).max_concurrency == 2
    assert LocalIdentifyQueue().max_concurrency == 1


@pytest.mark.parametrize("wrong", [0, -1, 1.5, True, "1"])
def test_a_max_concurrency_that_cannot_be_is_refused(wrong: int) -> None:
    with pytest.raises(ConfigurationError, match=rf"max_concurrency is {wrong!r}; it must be an integer above 0"):
        LocalIdentifyQueue(wrong)


def test_the_limit_itself_is_no_count_of_starts() -> None:
    with pytest.raises(ConfigurationError, match="session_starts is of type SessionStartLimit; it takes SessionStarts"):
        LocalIdentifyQueue(session_starts=SessionStartLimit())  # type: ignore[arg-type]
