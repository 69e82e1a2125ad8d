"""`gatewaysdk.run`: what a program shows, and with which status it ends."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import gatewaysdk
from gatewaysdk import ConfigurationError, FatalCloseError, GaveUp, Shard, ShardManager, StateError
from gatewaysdk.simulator import Simulator

from ..programs import start_program

PATIENCE = 30.0
REFUSED = FatalCloseError(4004, "no", remedy="copy the token")
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals as POSIX has them")

BEGIN = """
import asyncio, sys
import gatewaysdk
from gatewaysdk import MessageDelete, Ready, Shard, ShardManager
url, api_url, token = sys.argv[1:]

async def ready(event):
    print("ready", flush=True)
"""

SHARD = (
    BEGIN
    + """
shard = Shard(token, url=url, intents=0)
shard.on(Ready)(ready)
gatewaysdk.run(shard)
print("after")
"""
)

MANAGER = (
    BEGIN
    + """
manager = ShardManager(token, api_url=api_url, shards=1, intents=0)
manager.on(Ready)(ready)
gatewaysdk.run(manager)
print("after")
"""
)

COROUTINE = (
    BEGIN
    + """
async def main():
    async with Shard(token, url=url, intents=0) as shard:
        shard.on(Ready)(ready)
        try:
            await shard.run()
        finally:
            print("cleaned up")

gatewaysdk.run(main())
print("after")
"""
)

GROUP = (
    BEGIN
    + """
async def main():
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Shard(token, url=url, intents=0).run())

gatewaysdk.run(main())
"""
)


async def start(sim: Simulator, code: str, token: str = "any", *options: str) -> asyncio.subprocess.Process:
    return await start_program(sys.executable, *options, "-c", code, sim.url, sim.api_url, token)


@POSIX
@pytest.mark.parametrize("one", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("code", "last"), [(SHARD, "after"), (MANAGER, "after"), (COROUTINE, "cleaned up\nafter")])
async def test_a_signal_ends_it_with_status_0_and_the_session_kept(code: str, last: str, one: signal.Signals) -> None:
    async with Simulator(token="any") as sim:
        process = await start(sim, code)
        assert process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            assert await process.stdout.readline() == b"ready\n"
            process.send_signal(one)
            out, complaints = await process.communicate()
        assert (process.returncode, out.decode().rstrip()) == (0, last)
        assert "Traceback" not in complaints.decode()
        assert sim.connections[-1].client_close_code == 4000


@pytest.mark.parametrize("code", [SHARD, MANAGER, COROUTINE, GROUP])
async def test_a_wrong_token_is_one_sentence_and_status_1(code: str) -> None:
    async with Simulator(token="right") as sim:
        process = await start(sim, code, "wrong")
        async with asyncio.timeout(PATIENCE):
            out, complaints = await process.communicate()
    text = complaints.decode()
    assert process.returncode == 1
    assert "Traceback" not in text
    assert "after" not in out.decode()
    sentence = text.splitlines()[-1]
    assert "token" in sentence
    assert text.count("token") <= sentence.count("token") + 1, "it is said once"


@contextmanager
def logging_as_in_a_program(*handlers: logging.Handler) -> Iterator[logging.Logger]:
    """Take pytest's handlers from the root logger meanwhile. A fixture could not: they come when the test begins."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    root.handlers = list(handlers)
    try:
        yield root
    finally:
        root.handlers = before
        root.setLevel(level)


class Bot:
    """Ends at once, perhaps with an error."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.signals: list[signal.Signals] = []

    async def run(self, *, stop_signals: Any) -> None:
        self.signals = list(stop_signals)
        logging.getLogger("gatewaysdk").info("something happens")
        if self.error is not None:
            logging.getLogger("gatewaysdk").error("the shard stops: %s", self.error)
            raise self.error


def test_it_logs_if_nothing_else_does(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_in_a_program() as root:
        gatewaysdk.run(Bot())
        assert capsys.readouterr().err.rstrip().endswith("INFO    gatewaysdk: something happens")
        gatewaysdk.run(Bot())
        assert len(root.handlers) == 1


def test_it_leaves_logging_that_is_set_up_alone(capsys: pytest.CaptureFixture[str]) -> None:
    mine = logging.StreamHandler(io.StringIO())
    with logging_as_in_a_program(mine) as root:
        gatewaysdk.run(Bot())
        assert root.handlers == [mine]
    assert capsys.readouterr().err == ""


def test_no_level_sets_up_no_logging(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_in_a_program() as root:
        gatewaysdk.run(Bot(), log_level=None)
        assert not root.handlers
    assert capsys.readouterr().err == ""


def test_a_sentence_that_was_logged_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    with logging_as_in_a_program(), pytest.raises(SystemExit) as ended:
        gatewaysdk.run(Bot(REFUSED))
    assert ended.value.code == 1
    assert ended.value.__cause__ is REFUSED
    assert capsys.readouterr().err.count("4004") == 1


def test_a_sentence_that_was_logged_elsewhere_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    error = GaveUp(3, "no route")
    error.add_note("in shard 3 of 8")
    with logging_as_in_a_program(logging.StreamHandler(io.StringIO())), pytest.raises(SystemExit):
        gatewaysdk.run(Bot(error))
    assert capsys.readouterr().err == f"gatewaysdk: {error}; in shard 3 of 8\n"


def test_another_error_gets_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError):
        gatewaysdk.run(Bot(ZeroDivisionError()))
    mixed = ExceptionGroup("both", [ZeroDivisionError(), REFUSED])
    with pytest.raises(ExceptionGroup):
        gatewaysdk.run(Bot(mixed))


def test_a_cancellation_of_its_own_is_not_hidden() -> None:
    async def main() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        gatewaysdk.run(main())


def test_only_the_main_thread_handles_signals() -> None:
    bot = Bot()
    gatewaysdk.run(bot)
    assert bot.signals == [signal.SIGINT, signal.SIGTERM]
    asyncio.run(asyncio.to_thread(gatewaysdk.run, bot))
    assert bot.signals == []


@pytest.mark.parametrize("wrong", [None, Shard, ShardManager, "shard", asyncio.run])
def test_what_cannot_run_is_refused(wrong: Any) -> None:
    with pytest.raises(ConfigurationError, match=r"run\(\) takes a Shard, a ShardManager, or a coroutine"):
        gatewaysdk.run(wrong)


async def test_within_a_loop_it_says_what_to_write() -> None:
    shard = Shard("any", intents=0)
    with pytest.raises(StateError, match=r"await shard\.run\(\)"):
        gatewaysdk.run(shard)
    with pytest.raises(StateError, match=r"await shard\.run\(\)"):
        gatewaysdk.run(shard.run())


async def test_a_second_run_at_the_same_time_is_refused_and_the_first_goes_on() -> None:
    async with Simulator(token="any") as sim, Shard("any", url=sim.url, intents=0) as shard:
        await shard.connect()
        first = asyncio.create_task(shard.run())
        await asyncio.sleep(0)  # it begins
        with pytest.raises(StateError, match="under way already"):
            await shard.run()
        with pytest.raises(StateError, match="under way already"):
            await shard.run()
        assert not first.done()
        assert sim.connections[-1].open
        shard.stop()
        await first
        again = asyncio.create_task(shard.run())  # one after the other is fine
        await sim.wait_for(lambda: len(sim.connections) == 2)
        await shard.close()
        await again
