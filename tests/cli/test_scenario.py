"""``gatewaysdk simulate --scenario``: real processes, as a test in another language runs them."""

from __future__ import annotations

import asyncio
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path

from gatewaysdk import Shard

from .conftest import Done, finish
from .test_simulate import introduction

Start = Callable[..., Awaitable[Process]]


async def test_it_ends_by_itself_and_says_what_came_of_each_step(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "greets.yaml"
    path.write_text("steps:\n  - wait_for_session\n  - says: hi\n  - fault: {name: op-7, shard: 0}\n", encoding="utf-8")
    process = await start("simulate", "--scenario", str(path))
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=0) as shard:
        await shard.connect()
        done = await finish(process)
    assert (done.code, done.err) == (0, "")
    lines = [line.rsplit(" (", 1)[0] for line in done.out.splitlines()]
    assert lines == [
        "ok     greets.yaml:2 wait_for_session",
        "ok     greets.yaml:3 says text='hi'",
        "ok     greets.yaml:4 fault name='op-7' shard=0",
    ]


async def test_a_scenario_that_fails_exits_with_1(run: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "fails.yaml"
    path.write_text("steps:\n  - expect_message: {within: 0.01}\n", encoding="utf-8")
    done = await asyncio.to_thread(run, "simulate", "--scenario", str(path))
    assert done.code == 1
    assert "FAILED fails.yaml:2 expect_message within=0.01" in done.out
    assert "the bot sent nothing new to #general within 0.01 s" in done.out


def test_a_scenario_that_cannot_be_is_refused_before_anything_starts(run: Callable[..., Done], tmp_path: Path) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text("steps:\n  - sais: hi\n", encoding="utf-8")
    done = run("simulate", "--scenario", str(path))
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("gatewaysdk: wrong.yaml:2: there is no step 'sais'; there are wait_for_session,")
