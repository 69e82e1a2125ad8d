from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from .programs import start_program

TESTS = Path(__file__).parent
WAITS = "import signal; print('ready', flush=True); signal.pause()"


@pytest.fixture
def in_the_background() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("in_the_background")
async def test_a_program_heeds_ctrl_c_although_the_tests_ignore_it() -> None:
    program = await start_program(sys.executable, "-c", WAITS)
    assert program.stdout is not None
    assert await asyncio.wait_for(program.stdout.readline(), 20) == b"ready\n"
    program.send_signal(signal.SIGINT)
    _, complaints = await asyncio.wait_for(program.communicate(), 20)
    assert b"KeyboardInterrupt" in complaints
    assert program.returncode == -signal.SIGINT
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_each_file_that_sends_ctrl_c_starts_programs_like_that() -> None:
    files = {path: path.read_text() for path in TESTS.rglob("test_*.py") if path != Path(__file__)}
    sending = [path for path, code in files.items() if "send_signal(" in code]
    assert len(sending) >= 3
    for path in sending:
        others = [one for one in ("create_subprocess_exec", "Popen") if one in files[path]]
        assert not others, f"{path} starts programs that may ignore Ctrl-C; start_program starts them"
