"""The identify queue of one process: what is its own. What it shares with others is in test_queues.py."""

from __future__ import annotations

import pytest

from gatewaysdk.errors import ConfigurationError
from gatewaysdk.identify import LocalIdentifyQueue, SessionStartLimit, SessionStarts

from .asking import Clock


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


async def test_a_fresh_answer_renews_the_count_and_not_the_buckets() -> None:
    queue = LocalIdentifyQueue(session_starts=SessionStarts(SessionStartLimit(remaining=20)))
    queue.renew(SessionStartLimit(remaining=500, max_concurrency=16))
    assert (queue.session_starts.remaining, queue.max_concurrency) == (500, 1)
    assert queue.forecast(64).left == 436
