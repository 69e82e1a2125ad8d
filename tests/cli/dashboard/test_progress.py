"""How long a start takes, by the identify limits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gatewaysdk import FleetPlanned, ShardStatus
from gatewaysdk.cli.dashboard.progress import StartProgress

from .conftest import health, queued, status

Planned = Callable[..., FleetPlanned]


def fleet(live: int, waiting: int) -> list[ShardStatus]:
    return [status(n) for n in range(live)] + [queued(n) for n in range(live, live + waiting)]


@pytest.mark.parametrize(
    ("live", "waiting", "max_concurrency", "text"),
    [
        (0, 16, 1, "0 of 16 shards live, about 75 s to go"),
        (12, 988, 16, "12 of 1000 shards live, about 5 min to go"),
        (12, 988, 1, "12 of 1000 shards live, about 82 min to go"),
        (15, 1, 1, "15 of 16 shards live, less than 5 s to go"),
        (0, 16, 16, "0 of 16 shards live, less than 5 s to go"),
        (16, 0, 1, "16 of 16 shards live, less than 5 s to go"),
    ],
)
def test_the_rest_is_what_the_limits_take(
    planned: Planned, live: int, waiting: int, max_concurrency: int, text: str
) -> None:
    total = live + waiting
    progress = StartProgress(planned(total, max_concurrency=max_concurrency), 100.0)
    look = progress.look(health(fleet(live, waiting), ready_after=None), 101.0)
    assert (look.text, look.fraction) == (text, live / total)


def test_shards_that_resume_take_no_time(planned: Planned) -> None:
    progress = StartProgress(planned(16, identifies=3), 0.0)
    assert progress.look(health(fleet(0, 16), ready_after=None), 1.0).text == "0 of 16 shards live, about 10 s to go"


@pytest.mark.parametrize("left", [10, 0])
def test_a_day_without_sessions_is_told(planned: Planned, left: int) -> None:
    progress = StartProgress(planned(16), 0.0)
    used_up = health(fleet(6, 10), ready_after=None, identifies_left=left, identifies_reset_after=7200.0)
    assert progress.look(used_up, 999.0).text == f"6 of 16 shards live; {left} sessions are left, there are more in 2 h"
    all_live = health(fleet(16, 0), ready_after=None, identifies_left=left)
    assert progress.look(all_live, 1.0).text == "16 of 16 shards live, less than 5 s to go"


def test_a_start_that_takes_longer_than_it_must_says_so(planned: Planned) -> None:
    progress = StartProgress(planned(4), 100.0)  # 15 s
    stuck = health(fleet(3, 1), ready_after=None)
    assert progress.look(stuck, 135.0).text == "3 of 4 shards live, less than 5 s to go"
    assert progress.look(stuck, 175.0).text == "3 of 4 shards live, 60 s over what identify limits take: see the log"
