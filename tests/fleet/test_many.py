"""100 shards through what `make fleet-test` does with 1,000, and the judgement of its figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from .long.figures import Figures
from .long.run import live_long


async def test_a_hundred_shards_survive_what_befalls_all_of_them_at_once() -> None:
    figures = await live_long(shards=100, max_concurrency=64, interval=2.0, seconds=10.0, tell=print)
    # How late heartbeats are hangs on what else the machine does; `make fleet-test` judges that.
    assert [one for one in figures.problems() if "heartbeats were" not in one] == []
    assert figures.gateway["heartbeats"] > 500, "the test hardly tested anything"
    assert figures.resumes == 150
    assert figures.events == 400


FINE = Figures(
    shards=100,
    max_concurrency=64,
    ready_after=5.5,
    gateway={
        "heartbeats": 2000,
        "slow": 0,
        "late": 0,
        "latest": 0.1,
        "identifies": 200,
        "identifies_refused": 0,
        "closed_for_a_limit": 0,
        "connections": 350,
        "resumes": 250,
    },
    recovered={"gateway restarted": 6.5},
    sessions_lost=100,
    identifies=200,
)


def test_nothing_is_wrong_with_what_is_fine() -> None:
    assert FINE.problems() == []
    assert "the limits make it 5 s" in str(FINE)
    assert "FAILED" not in str(FINE)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"late": 2, "latest": 1.5}, "2 heartbeats were over half an interval late, the latest by 1.5 s"),
        ({"identifies_refused": 1}, "1 IDENTIFYs broke the limit"),
        ({"closed_for_a_limit": 3}, "3 connections sent too much"),
        ({"identifies": 201}, "the gateway counted 201 IDENTIFYs, where 200 were needed"),
    ],
)
def test_what_the_gateway_saw_is_judged(changes: dict[str, float], problem: str) -> None:
    figures = replace(FINE, gateway={**FINE.gateway, **changes})
    assert any(problem in one for one in figures.problems())
    assert f"FAILED: {figures.problems()[0]}" in str(figures)


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (replace(FINE, identifies=199), "the shards counted 199 IDENTIFYs"),
        (replace(FINE, ready_after=4.9), "the start took 4.9 s"),
        (replace(FINE, ready_after=60.0), "the start took 60.0 s"),
        (replace(FINE, events=100, missing=1), "of 100 events 1 are missing"),
        (replace(FINE, twice=1), "1 came twice"),
        (replace(FINE, slow_in_calm=1), "1 heartbeats were over 1 s late"),
        (replace(FINE, restarts=1), "1 shards ended with an error"),
    ],
)
def test_what_the_shards_did_is_judged(changed: Figures, problem: str) -> None:
    assert any(problem in one for one in changed.problems())


def test_the_figures_of_gateways_that_follow_each_other_are_added_up() -> None:
    figures = Figures(1, 1)
    figures.add({"heartbeats": 3, "latest": 0.5})
    figures.add({"heartbeats": 4, "latest": 0.2})
    assert figures.gateway == {"heartbeats": 7, "latest": 0.5}
