"""A Ctrl-C before the command could begin, and a stdout that is closed or full: no traceback."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from ..programs import start_program

POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and /dev as POSIX has them")
SCRIPT = "import sys; from gatewaysdk_command import main; sys.exit(main())"  # as pip writes it
STOPS = "import signal\nprint('importing', flush=True)\nsignal.pause()\n"
PATIENCE = 60.0


@POSIX
async def test_ctrl_c_while_it_is_imported_leaves_nothing_on_the_screen(tmp_path: Path) -> None:
    (tmp_path / "pydantic.py").write_text(STOPS)  # which the package imports early
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    process = await start_program(sys.executable, "-c", SCRIPT, "doctor", env=environment)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"importing\n"
        process.send_signal(signal.SIGINT)
        out, err = await process.communicate()
    assert (process.returncode, out, err) == (-signal.SIGINT, b"", b"")


@POSIX
async def test_ctrl_c_while_a_command_is_imported_is_quiet(tmp_path: Path) -> None:
    (tmp_path / "aiohttp.py").write_text(STOPS)
    environment = {**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    process = await start_program(sys.executable, "-c", SCRIPT, "simulate", env=environment)
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        assert await process.stdout.readline() == b"importing\n"
        process.send_signal(signal.SIGINT)
        _, err = await process.communicate()
    assert (process.returncode, err) == (130, b"")


COMMANDS = {
    "doctor": "doctor",
    "demo": "demo",
    "simulate": "simulate",
    "listen": "listen --url ws://127.0.0.1:9",
    "canary": "canary --url ws://127.0.0.1:9",
    "run": "run no_such_module:manager",
    "help": "--help",
}


@POSIX
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
@pytest.mark.parametrize("stdout", [">&-", "> /dev/full"], ids=["closed", "full"])
async def test_a_stdout_that_takes_nothing_is_at_most_one_line(command: str, stdout: str) -> None:
    # Those that go on all the same, as nothing of theirs is lost, are told to end.
    seconds = 5 if stdout == ">&-" else PATIENCE
    line = f'exec timeout --signal INT --kill-after 20 {seconds} "$0" -m gatewaysdk {command} {stdout}'
    process = await start_program("/bin/sh", "-c", line, sys.executable)
    async with asyncio.timeout(PATIENCE):
        _, err = await process.communicate()
    text = err.decode()
    assert "Traceback" not in text
    assert "Exception ignored" not in text
    assert process.returncode in (0, 1, 2, 124), text
    if stdout == "> /dev/full" and command in ("doctor", "demo", "simulate"):
        assert text == "gatewaysdk: cannot write the output: No space left on device\n"
        assert process.returncode == 1
