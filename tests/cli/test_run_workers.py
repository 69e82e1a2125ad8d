"""`gatewaysdk run --workers`, as users run it."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable

from gatewaysdk.simulator import Simulator

from .conftest import TOKEN, finish
from .test_run import Start, Terminal, fleet_sim, line_with, run_on, terminal, write  # noqa: F401  # fixtures


async def test_worker_processes_are_shown_and_end_with_it(
    fleet_sim: Simulator,  # noqa: F811
    write: Callable[..., None],  # noqa: F811
    start: Start,
) -> None:
    write(fleet_sim)
    process = await start("run", "bot:manager", "--workers", "2")
    await line_with(process, " of 2 shards live")
    process.send_signal(signal.SIGTERM)
    done = await finish(process)
    assert done.code == 0
    assert TOKEN not in done.out + done.err


async def test_in_a_terminal_each_shard_says_its_worker(
    fleet_sim: Simulator,  # noqa: F811
    write: Callable[..., None],  # noqa: F811
    terminal: Terminal,  # noqa: F811
) -> None:
    write(fleet_sim)
    process = await run_on(terminal, "bot:manager", "--workers", "2")
    await terminal.wait_for("WORKER")
    await terminal.wait_for(" of 2 shards live")
    terminal.type(b"\x03")
    assert await asyncio.wait_for(process.wait(), 20) == 0
    await terminal.wait_for("\x1b[?1049l")
