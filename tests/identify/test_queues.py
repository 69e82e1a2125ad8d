"""What every identify queue does, on a clock of its own (events/gateway#sharding-max-concurrency)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewaysdk.errors import SessionStartsExhausted
from gatewaysdk.identify import FileIdentifyQueue, LocalIdentifyQueue, SessionStartLimit, SessionStarts

from .asking import Clock, Shards, settle

Queue = LocalIdentifyQueue | FileIdentifyQueue
Make = Callable[..., tuple[Clock, Queue, Shards]]


@pytest.fixture(params=["local", "file"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    def make(max_concurrency: int | None = None, starts: SessionStarts | None = None) -> tuple[Clock, Queue, Shards]:
        clock = Clock()
        queue: Queue
        if request.param == "local":
            queue = LocalIdentifyQueue(max_concurrency, starts, clock=clock, sleep=clock.sleep)
        else:
            queue = FileIdentifyQueue(tmp_path / "identify", max_concurrency, starts, clock=clock, sleep=clock.sleep)
        return clock, queue, Shards(queue)

    return make


async def test_one_that_is_alone_need_not_wait(make: Make) -> None:
    _, _, shards = make()
    await shards.ask(0)
    assert shards.granted == [0]


async def test_the_next_waits_for_ready_and_for_five_seconds(make: Make) -> None:
    clock, _, shards = make()
    await shards.ask(0, 1)
    await shards.identify(0)
    await clock.pass_on(2)
    await shards.release(0)
    await clock.pass_on(3.2)
    assert shards.granted == [0]
    await clock.pass_on(0.05)
    assert shards.granted == [0, 1]


async def test_the_five_seconds_count_from_the_arrival_which_is_known_from_a_quick_ready(make: Make) -> None:
    """The gateway counts from when IDENTIFY arrives. The next one may be quicker on its way."""
    clock, _, shards = make()
    await shards.ask(0, 1)
    await shards.identify(0)
    await clock.pass_on(0.125)
    await shards.release(0)
    await clock.pass_on(4.9)
    assert shards.granted == [0]
    await clock.pass_on(0.1)
    assert shards.granted == [0, 1]


async def test_a_permit_is_held_until_ready_however_long_that_takes(make: Make) -> None:
    clock, _, shards = make()
    await shards.ask(0, 1)
    await shards.identify(0)
    await clock.pass_on(60)
    assert shards.granted == [0]
    await shards.release(0)
    assert shards.granted == [0, 1]


async def test_the_five_seconds_count_from_identify_and_not_from_the_grant(make: Make) -> None:
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


async def test_a_bucket_is_served_in_the_order_of_asking(make: Make) -> None:
    clock, _, shards = make()
    await shards.ask(2, 0, 1)
    for shard_id in (2, 0, 1):
        await shards.identify(shard_id)
        await shards.release(shard_id)
        await clock.pass_on(5)
    assert shards.granted == [2, 0, 1]


async def test_buckets_do_not_wait_for_each_other(make: Make) -> None:
    clock, _, shards = make(max_concurrency=4)
    await shards.ask(*range(8))
    assert shards.granted == [0, 1, 2, 3]
    await shards.identify(2)
    await shards.release(2)
    await clock.pass_on(5)
    assert shards.granted == [0, 1, 2, 3, 6]


async def test_a_permit_that_was_not_used_costs_nothing(make: Make) -> None:
    _, queue, shards = make()
    await shards.ask(0, 1)
    await shards.release(0)
    assert shards.granted == [0, 1]
    await shards.release(1)
    assert queue.session_starts.remaining == 1000


async def test_a_permit_that_was_used_counts_for_the_day(make: Make) -> None:
    _, queue, shards = make()
    await shards.ask(0)
    await shards.identify(0)
    await shards.release(0)
    assert queue.session_starts.remaining == 999


async def test_releasing_twice_does_not_end_the_permit_of_another(make: Make) -> None:
    _, queue, shards = make()
    await shards.ask(0, 1, 2)
    await shards.release(0)
    await shards.release(0)
    assert shards.granted == [0, 1]
    assert queue.session_starts.remaining == 999  # shard 1 has one


async def test_one_that_no_longer_wants_it_leaves_its_place(make: Make) -> None:
    _, _, shards = make()
    await shards.ask(0, 1, 2)
    shards.tasks[1].cancel()
    await shards.release(0)
    assert shards.granted == [0, 2]


async def test_one_that_gives_up_during_the_five_seconds_leaves_nothing_taken(make: Make) -> None:
    clock, queue, shards = make()
    await shards.ask(0, 1, 2)
    await shards.identify(0)
    await shards.release(0)
    shards.tasks[1].cancel()
    await clock.pass_on(5)
    assert shards.granted == [0, 2]
    assert queue.session_starts.remaining == 998


async def test_one_that_is_cancelled_at_the_moment_of_its_turn_leaves_nothing_taken(make: Make) -> None:
    _, queue, shards = make()
    await shards.ask(0, 1, 2)
    shards.permits[0].release()
    shards.tasks[1].cancel()
    await settle()
    assert shards.granted == [0, 2]
    assert queue.session_starts.remaining == 999


async def test_when_the_day_is_used_up_everybody_is_told_until_it_is_over(make: Make) -> None:
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


async def test_starts_that_are_granted_and_not_yet_used_are_not_granted_again(make: Make) -> None:
    starts = SessionStarts(SessionStartLimit(remaining=11), reserve=10)
    _, _, shards = make(max_concurrency=2, starts=starts)
    await shards.ask(0, 1)
    assert shards.granted == [0]
    assert isinstance(shards.tasks[1].exception(), SessionStartsExhausted)
