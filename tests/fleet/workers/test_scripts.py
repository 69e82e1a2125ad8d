"""Programs as users write and start them: `python bot.py`, signals, and what a worker cannot import."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType

import pytest

from gatewaysdk import ShardManager, StateError
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.fleet.workers import run_target
from gatewaysdk.fleet.workers.names import name_of
from gatewaysdk.simulator import Simulator

from ..conftest import emit_in, guild_on
from .conftest import PATIENCE, POSIX, TARGET, is_running, until

pytestmark = POSIX

SOURCE = Path(__file__).resolve().parents[3] / "src"

BOT = """
import asyncio, logging, os
from gatewaysdk import Backoff, MessageDelete, RestartBackoff, ShardManager

logging.basicConfig(format="%(message)s")
manager = ShardManager(
    os.environ["PROGRAM_TOKEN"], api_url=os.environ["PROGRAM_API"], state_dir=os.environ["PROGRAM_STATE"],
    policy=Backoff(base=0.01, cap=0.02), restart=RestartBackoff(base=0.01, cap=0.02),
)

@manager.on(MessageDelete)
async def on_delete(event, shard):
    with open(os.environ["PROGRAM_LOG"], "a") as log:
        log.write(f"{os.getpid()}\\n")
"""
GUARDED = BOT + 'if __name__ == "__main__":\n    asyncio.run(manager.run(workers=2))\n'


@asynccontextmanager
async def started(folder: Path, code: str, *options: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a program in a process group of its own."""
    (folder / "bot.py").write_text(code, encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable, *(options or ("bot.py",)), cwd=folder, start_new_session=True,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
    )  # fmt: skip
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


async def output(process: asyncio.subprocess.Process) -> str:
    """Return what a program has written when it, and all that it started, is over."""
    assert process.stdout is not None
    async with asyncio.timeout(PATIENCE):
        text = (await process.stdout.read()).decode()
        await process.wait()
    return text


async def lines_until(process: asyncio.subprocess.Process, beginning: str) -> list[str]:
    """Return the lines that a program writes, up to one that begins so."""
    assert process.stdout is not None
    lines: list[str] = []
    async with asyncio.timeout(PATIENCE):
        while not (lines and lines[-1].startswith(beginning)):
            lines.append((await process.stdout.readline()).decode().rstrip())
    return lines


async def worker_pids(sim: Simulator, log: Path) -> set[int]:
    """Return the processes that handle events."""
    await sim.wait_for_session(4, PATIENCE)
    for shard_id in range(4):
        await emit_in(sim, guild_on(sim, shard_id, 4), "MESSAGE_DELETE", id="1", channel_id="1")
    lines: list[str] = []

    def all_there() -> bool:
        lines[:] = log.read_text().split() if log.exists() else []
        return len(lines) == 4

    await until(all_there)
    return set(map(int, lines))


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_a_script_cleanly_and_keeps_sessions(
    sim: Simulator, environment: dict[str, str], tmp_path: Path, how: signal.Signals
) -> None:
    async with started(tmp_path, GUARDED) as process:
        pids = await worker_pids(sim, Path(environment["PROGRAM_LOG"]))
        assert len(pids) == 2
        os.killpg(process.pid, how)  # a terminal, and systemd, send it to all processes
        assert await output(process) == ""
        assert process.returncode == 0
        assert not any(map(is_running, pids))
    assert len(sim.sessions) == 4
    assert len(list((tmp_path / "state").glob("session.*"))) == 4


async def test_workers_end_with_their_parent_and_keep_sessions(
    sim: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    async with started(tmp_path, GUARDED) as process:
        pids = await worker_pids(sim, Path(environment["PROGRAM_LOG"]))
        process.kill()
        await process.wait()
        await until(lambda: not any(map(is_running, pids)))
        await sim.wait_for(lambda: not any(one.open for one in sim.connections), PATIENCE)
    assert len(sim.sessions) == 4
    async with started(tmp_path, GUARDED) as process:
        await sim.wait_for(lambda: len(sim.resumes) == 4, PATIENCE)
        assert len(sim.identifies) == 4
        process.terminate()
        assert await output(process) == ""


async def test_lines_of_the_log_name_worker_and_shard(
    sim: Simulator, environment: dict[str, str], tmp_path: Path
) -> None:
    for number, where in enumerate(("logging.basicConfig(format='%(message)s', level='INFO')", "pass")):
        code = GUARDED.replace('logging.basicConfig(format="%(message)s")', where)
        code = code.replace("    asyncio", "    logging.basicConfig(format='%(message)s', level='INFO')\n    asyncio")
        code = code.replace('os.environ["PROGRAM_STATE"]', f"'state {number}'")
        async with started(tmp_path, code) as process:
            lines = await lines_until(process, "all 4 shards are live")
            process.terminate()
            lines += (await output(process)).splitlines()
        assert any(line.startswith("worker 1, shard 3 of 4: ") for line in lines), lines
        assert any(line.startswith("worker 0: all 2 shards are live") for line in lines), lines
        assert len(lines) == len(set(lines)), "no line comes twice"


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (BOT + "asyncio.run(manager.run(workers=2))\n", 'below `if __name__ == "__main__":`'),
        (
            'from gatewaysdk import *\nimport asyncio\nif __name__ == "__main__":\n'
            "    def main():\n"
            "        manager = ShardManager('some-token-of-ours', intents=0)\n"
            "        asyncio.run(manager.run(workers=2))\n"
            "    main()\n",
            "no variable of the main module is it; make it a variable",
        ),
    ],
    ids=["no guard", "no variable"],
)
async def test_a_script_that_cannot_work_says_why(
    sim: Simulator, environment: dict[str, str], tmp_path: Path, code: str, message: str
) -> None:
    async with started(tmp_path, code) as process:
        assert message in await output(process)
        assert process.returncode == 1
    assert not sim.identifies


async def test_a_program_that_is_no_file_says_so(sim: Simulator, environment: dict[str, str], tmp_path: Path) -> None:
    async with started(tmp_path, "", "-c", GUARDED) as process:
        assert "write it to a file" in await output(process)


RUN = """
import asyncio, logging
from gatewaysdk.fleet.workers import run_target

if __name__ == "__main__":
    logging.basicConfig(format="%(message)s", level="INFO")
    asyncio.run(run_target("bot:manager", workers=2, reload=True))
"""


async def test_sighup_reloads_a_target(sim: Simulator, environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "main.py").write_text(RUN, encoding="utf-8")
    async with started(tmp_path, BOT, "main.py") as process:
        log = Path(environment["PROGRAM_LOG"])
        before = await worker_pids(sim, log)
        os.unlink(log)
        os.killpg(process.pid, signal.SIGHUP)  # workers take none
        await sim.wait_for(lambda: len(sim.resumes) == 4, PATIENCE)
        assert not before & await worker_pids(sim, log)
        process.terminate()
        assert "all workers are replaced" in await output(process)
    assert len(sim.identifies) == 4


async def test_run_target_without_workers(sim: Simulator, environment: dict[str, str]) -> None:
    seen: list[ShardManager] = []
    task = asyncio.create_task(run_target(TARGET, workers=0, on_manager=seen.append))
    await sim.wait_for_session(4, PATIENCE)
    (manager,) = seen
    assert len(manager.shards) == 4
    assert await manager.gather(lambda manager, more: more, 5) == [5]
    await manager.broadcast(lambda manager: None)
    with pytest.raises(StateError, match=r"start with run\(workers=1\)"):
        await manager.reload()
    await manager.close()
    await task
    with pytest.raises(StateError, match="the shards do not run"):
        await manager.gather(print)
    with pytest.raises(ConfigurationError, match="it takes workers=1 or more"):
        await run_target(TARGET, workers=None, reload=True)


def test_a_manager_is_found_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    manager = object()
    program = ModuleType("__main__")  # what runs the tests may be no file
    program.__file__ = "bot.py"
    program.some_manager = manager  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "__main__", program)
    assert name_of(manager) == "__main__:some_manager"
