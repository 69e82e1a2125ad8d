"""Commands run as users run them, against a simulator in the test's own loop."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from gatewaysdk.cli import main
from gatewaysdk.simulator import Simulator

from ..programs import start_program

TOKEN = "simulated-b2e7c1f09d5a4386"


class Done(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The token is where users put it, and nothing of the machine decides about colours or which simulator runs."""
    for name in ("XDG_STATE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "state"))
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(token=TOKEN) as simulator:
        yield simulator


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Return a function that runs a command in this process."""

    def run(*arguments: str) -> Done:
        code = main(list(arguments))
        return Done(code, *capsys.readouterr())

    return run


Listen = Callable[..., Awaitable[Done]]


@pytest.fixture
def listen(sim: Simulator, run: Callable[..., Done]) -> Listen:
    """Return a function that runs `listen` against the simulator, beside the test; no output may hold the token."""

    async def listen(*arguments: str) -> Done:
        done = await asyncio.to_thread(run, "listen", "--url", sim.url, *arguments)
        assert TOKEN not in done.out + done.err
        return done

    return listen


@pytest.fixture
async def start() -> AsyncIterator[Callable[..., Awaitable[Process]]]:
    """Return a function that starts ``python -m gatewaysdk``; what still runs at the end is killed."""
    started: list[Process] = []

    async def start(*arguments: str, stdin: int = DEVNULL) -> Process:
        process = await start_program(sys.executable, "-m", "gatewaysdk", *arguments, stdin=stdin)
        started.append(process)
        return process

    yield start
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def finish(process: Process) -> Done:
    """Wait for the end of a started command."""
    out, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())
