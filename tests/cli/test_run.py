"""`gatewaysdk run`, as users run it."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gatewaysdk.enums.intents import Intents
from gatewaysdk.simulator import Simulator

from ..programs import start_program
from .conftest import TOKEN, Done, finish

Start = Callable[..., Awaitable[Process]]

BOT = """
import os
from gatewaysdk import Intents, ShardManager

manager = ShardManager(os.environ["DISCORD_TOKEN"], api_url={url!r}, state_dir="state", intents=Intents({intents}))
"""


@pytest.fixture
async def fleet_sim() -> AsyncIterator[Simulator]:
    async with Simulator(token=TOKEN, shards=2, max_concurrency=16, privileged=Intents(0)) as simulator:
        yield simulator


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that writes the program of a bot into the current directory."""
    monkeypatch.chdir(tmp_path)

    def write(sim: Simulator, *, intents: int = 0, more: str = "") -> None:
        (tmp_path / "bot.py").write_text(BOT.format(url=sim.api_url, intents=intents) + more)

    return write


async def line_with(process: Process, words: str) -> str:
    """Return the first line on stdout that has the words."""
    assert process.stdout is not None
    async with asyncio.timeout(20):
        while words not in (line := (await process.stdout.readline()).decode()):
            assert line, f"it ended without {words!r}: {(await process.communicate())[1].decode()}"
    return line


@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_it_cleanly_and_keeps_the_sessions(
    fleet_sim: Simulator, write: Callable[..., None], start: Start, one: signal.Signals
) -> None:
    write(fleet_sim)
    for identifies in (2, 2):  # the second time it resumes
        process = await start("run", "bot:manager")
        assert " 0 events/s, 0 waiting, " in await line_with(process, "2 of 2 shards live")
        process.send_signal(one)
        done = await finish(process)
        assert done.code == 0
        assert "INFO gatewaysdk: " in done.err
        assert TOKEN not in done.out + done.err
        assert len(fleet_sim.identifies) == identifies


async def test_what_the_gateway_refuses_is_told_in_a_sentence(
    fleet_sim: Simulator, write: Callable[..., None], start: Start
) -> None:
    write(fleet_sim, intents=int(Intents.GUILD_MEMBERS))
    done = await finish(await start("run", "bot:manager", "--log-level", "error"))
    assert done.code == 1
    last = done.err.splitlines()[-1]
    assert last.startswith("gatewaysdk: ")
    assert "4014" in last
    assert "Traceback" not in done.err


async def test_a_token_that_nobody_knows_is_told_in_a_sentence(
    fleet_sim: Simulator, write: Callable[..., None], start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "another-token")
    write(fleet_sim)
    done = await finish(await start("run", "bot:manager"))
    assert done.code == 1
    assert "does not know the token; take a new one from the developer portal" in done.err.splitlines()[-1]
    assert "another-token" not in done.out + done.err


async def test_a_program_keeps_the_log_that_it_sets_up(
    fleet_sim: Simulator, write: Callable[..., None], start: Start
) -> None:
    write(fleet_sim, more="import logging\nlogging.basicConfig(format='MINE %(message)s', level='WARNING')\n")
    process = await start("run", "bot:manager", "--log-level", "info")
    await line_with(process, "2 of 2 shards live")
    process.send_signal(signal.SIGTERM)
    done = await finish(process)
    assert done.code == 0
    assert all(line.startswith("MINE ") for line in done.err.splitlines())
    assert "MINE all 2 shards are live" in done.err


async def test_an_error_of_the_program_is_shown_as_python_shows_it(
    fleet_sim: Simulator, write: Callable[..., None], start: Start
) -> None:
    write(fleet_sim, more="1 / 0\n")
    done = await finish(await start("run", "bot:manager"))
    assert done.code == 1
    assert "ZeroDivisionError" in done.err


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["nothing_like_it:manager"], "there is no module 'nothing_like_it'"),
        (["bot"], "it takes module:name, such as bot:manager"),
        (["bot:manager", "--workers", "0"], "--workers"),
        (["bot:manager", "--reload"], "say how many with --workers"),
        (["bot:manager", "--log-level", "loud"], "--log-level"),
        ([], "MODULE:NAME"),
    ],
)
def test_what_cannot_be_run(run: Callable[..., Done], arguments: list[str], problem: str) -> None:
    done = run("run", *arguments)
    assert done.code == 2
    assert problem in done.err
    assert done.err.count("\n") == 1


class Terminal:
    """A pseudo-terminal of 80 columns with a command on it."""

    def __init__(self) -> None:
        self._ours, self.theirs = pty.openpty()
        fcntl.ioctl(self.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        os.set_blocking(self._ours, False)
        self._more = asyncio.Event()
        self.output = ""
        asyncio.get_running_loop().add_reader(self._ours, self._read)

    def _read(self) -> None:
        try:
            self.output += os.read(self._ours, 65536).decode(errors="replace")
        except OSError:  # the command has ended
            asyncio.get_running_loop().remove_reader(self._ours)
        self._more.set()

    async def wait_for(self, words: str) -> None:
        async with asyncio.timeout(20):
            while words not in self.output:
                self._more.clear()
                await self._more.wait()

    def type(self, keys: bytes) -> None:
        os.write(self._ours, keys)

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ours)
        os.close(self._ours)
        os.close(self.theirs)


@pytest.fixture
async def terminal(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Terminal]:
    monkeypatch.setenv("TERM", "xterm-256color")
    made = Terminal()
    yield made
    made.close()


async def run_on(terminal: Terminal, *arguments: str) -> Process:
    end = terminal.theirs
    command = [sys.executable, "-m", "gatewaysdk", "run", *arguments]
    return await start_program(*command, stdin=end, stdout=end, stderr=end)


@pytest.mark.parametrize("how", [b"\x03", b"q", signal.SIGTERM])
async def test_in_a_terminal_it_draws_a_table_and_gives_the_terminal_back(
    fleet_sim: Simulator, write: Callable[..., None], terminal: Terminal, how: bytes | signal.Signals
) -> None:
    write(fleet_sim)
    before = termios.tcgetattr(terminal.theirs)
    process = await run_on(terminal, "bot:manager")
    await terminal.wait_for("\x1b[?1049h")  # the other screen
    await terminal.wait_for("RESTART")
    await terminal.wait_for("2 of 2 shards live")
    if isinstance(how, bytes):
        terminal.type(how)
    else:
        process.send_signal(how)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    await terminal.wait_for("\x1b[?1049l")
    assert termios.tcgetattr(terminal.theirs) == before
    assert TOKEN not in terminal.output


async def test_in_a_terminal_an_error_is_told_after_the_table(
    fleet_sim: Simulator, write: Callable[..., None], terminal: Terminal
) -> None:
    write(fleet_sim)
    process = await run_on(terminal, "bot:manager")
    await terminal.wait_for("2 of 2 shards live")
    await fleet_sim.close(4004)
    assert await asyncio.wait_for(process.wait(), 20) == 1
    await terminal.wait_for("\x1b[?1049l")
    await terminal.wait_for("4004")
    assert "gatewaysdk: " in terminal.output.rpartition("\x1b[?1049l")[2]


async def test_plain_lines_can_be_had_in_a_terminal_too(
    fleet_sim: Simulator, write: Callable[..., None], terminal: Terminal
) -> None:
    write(fleet_sim)
    process = await run_on(terminal, "bot:manager", "--plain")
    await terminal.wait_for("2 of 2 shards live, 0")
    process.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(process.wait(), 20) == 0
    assert "\x1b" not in terminal.output
