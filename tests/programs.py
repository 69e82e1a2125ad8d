"""Programs that tests start, send signals to, and read."""

from __future__ import annotations

import asyncio
import signal
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["start_program"]


async def start_program(*arguments: Any, **options: Any) -> Process:
    """Start a program with its output piped, which heeds Ctrl-C as if it were started from a terminal."""
    with _signals_of_a_terminal():
        return await asyncio.create_subprocess_exec(*arguments, **{"stdout": PIPE, "stderr": PIPE, **options})


@contextmanager
def _signals_of_a_terminal() -> Iterator[None]:
    # What a shell starts in the background ignores SIGINT; programs inherit that, and Python respects it. Changed
    # only while the program is started: the tests themselves go on when Ctrl-C is meant for another.
    before = signal.getsignal(signal.SIGINT)
    if before is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
