"""`canary` from a terminal: intents, findings, reports, alerts and exit codes."""

from __future__ import annotations

import asyncio
import json
import shlex
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gatewaysdk import Intents
from gatewaysdk.simulator import Simulator, sample
from gatewaysdk.tables.intents import PRIVILEGED_INTENTS

from .conftest import TOKEN, Done, finish

Run = Callable[..., Done]
Start = Callable[..., Awaitable[Process]]
MARK = "Confidential0815"
APPEND = """
import os, sys
with open(sys.argv[1], "a") as file:
    print(sys.stdin.read(), "DISCORD_TOKEN" in os.environ, file=file)
"""


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sessions may start one after the other without a pause, in commands that run in this process."""
    monkeypatch.setattr("gatewaysdk.identify.local.IDENTIFY_INTERVAL", 0.0)


async def say(process: Process, text: str) -> list[str]:
    """Return the lines of stderr up to the first that has a text."""
    assert process.stderr is not None
    lines: list[str] = []
    while not lines or text not in lines[-1]:
        line = await asyncio.wait_for(process.stderr.readline(), 30)
        assert line, f"the command has ended without {text!r}: {lines}"
        lines.append(line.decode())
    return lines


async def refuse_all_later(sim: Simulator, shards: int = 1) -> None:
    """End the command once it is live, with a close code after which nothing helps."""
    await sim.wait_for_session(shards, timeout=20)
    await sim.close(4004)


async def test_nothing_found(sim: Simulator, start: Start, tmp_path: Path) -> None:
    path = tmp_path / "seen.json"
    process = await start("canary", "--api-url", sim.api_url, "--json", str(path))
    (said,) = await say(process, "live")
    assert said == "gatewaysdk: 1 shard is live, with every intent; Ctrl-C ends it\n"
    process.send_signal(signal.SIGINT)
    done = await finish(process)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines()[1:] == ["intents: all", "nothing found"]
    report = json.loads(path.read_text())
    assert report["format"] == 1
    assert not any(report[kind] for kind in ("events", "keys", "values", "bits", "violations", "connection"))
    assert sim.identifies[0]["intents"] == sum(Intents)
    assert [one.client_close_code for one in sim.connections] == [1000]  # the bot is offline at once


async def test_what_is_found_is_told_at_once_at_a_signal_and_at_the_end(
    sim: Simulator, start: Start, tmp_path: Path
) -> None:
    path, alerts = tmp_path / "seen.json", tmp_path / "alerts"
    command = shlex.join([sys.executable, "-c", APPEND, str(alerts)])
    process = await start("canary", "--api-url", sim.api_url, "--json", str(path), "--on-alert", command,
                          "--ignore", "events/message_create#old,events/other")  # fmt: skip
    await say(process, "live")
    message = sample("MESSAGE_CREATE", seed=0, full=True) | {"content": MARK, "old": MARK, "foo": MARK, "tts": MARK}
    await sim.emit("MESSAGE_CREATE", message)
    await sim.emit("GUILD_PARADE", {"name": MARK}, respect_intents=False)
    said = await say(process, "events/guild_parade")
    assert said == [
        "gatewaysdk: new: events/message_create#foo (string)\n",
        "gatewaysdk: new: events/message_create#tts (string, bool_type)\n",
        "gatewaysdk: new: events/guild_parade\n",
    ]
    process.send_signal(signal.SIGUSR1)
    assert process.stdout is not None
    first = [(await asyncio.wait_for(process.stdout.readline(), 30)).decode().rstrip() for _ in range(9)]
    assert first[1:] == [
        "intents: all",
        "unknown events:",
        "        1 x events/guild_parade",
        "unknown keys:",
        "        1 x events/message_create#foo (string)",
        "violations:",
        "        1 x events/message_create#tts (string, bool_type)",
        "3 findings",
    ]
    await sim.emit("GUILD_PARADE", {}, respect_intents=False)
    sim.forget_sessions()
    await sim.close(4000)
    await sim.wait_for(lambda: sim.resumes, timeout=20)
    process.send_signal(signal.SIGTERM)
    done = await finish(process)
    assert done.code == 1
    assert "        2 x events/guild_parade" in done.out.splitlines()
    report = path.read_text()
    assert json.loads(report)["keys"] == [{"at": "events/message_create#foo", "count": 1, "example_type": "string"}]
    told = alerts.read_text().splitlines()
    assert told[0] == '{"kind": "keys", "at": "events/message_create#foo", "count": 1, "example_type": "string"} False'
    assert len(told) >= 3
    everything = "\n".join([*said, *first, *told, report, done.out, done.err])
    assert MARK not in everything
    assert TOKEN not in everything


@pytest.mark.parametrize("refused", [Intents.GUILD_PRESENCES, PRIVILEGED_INTENTS, Intents(0)])
async def test_refused_intents_are_left_out_and_named(run: Run, refused: Intents) -> None:
    async with Simulator(token=TOKEN, privileged=PRIVILEGED_INTENTS & ~refused) as sim:
        done, _ = await asyncio.gather(
            asyncio.to_thread(run, "canary", "--api-url", sim.api_url), refuse_all_later(sim)
        )
        assert sim.identifies[-1]["intents"] == sum(Intents) & ~refused
        assert len(sim.identifies) <= 8
    names = ", ".join(str(one.name) for one in refused)
    line = f"intents: all but {names}, which the gateway refuses" if refused else "intents: all"
    assert line in done.out.splitlines()
    assert done.code == 1  # the end of all shards is a finding
    assert "1 x end of all shards, because connecting again could not help (close code 4004)" in done.out


async def test_all_shards_of_a_bot_are_watched(run: Run) -> None:
    async with Simulator(token=TOKEN, shards=3, guilds=6, max_concurrency=16) as sim:
        options = ("--encoding", "etf", "--compress", "zstd-stream")
        done, _ = await asyncio.gather(
            asyncio.to_thread(run, "canary", "--api-url", sim.api_url, *options), refuse_all_later(sim, 3)
        )
        assert sorted(one["shard"] for one in sim.identifies) == [[0, 3], [1, 3], [2, 3]]
        assert sim.connections[0].query["encoding"] == "etf"
    assert ", 3 shards, " in done.out
    assert done.out.splitlines()[-1] == "1 finding"


async def test_a_signal_before_it_is_connected_ends_nothing(start: Start) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.set()
        await answer.wait()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        process = await start("canary", "--api-url", url)
        await asyncio.wait_for(asked.wait(), 30)
        process.send_signal(signal.SIGUSR1)
        await say(process, "it is not connected yet")
        process.send_signal(signal.SIGTERM)
        answer.set()
        done = await finish(process)
    assert (done.code, done.out) == (2, "")
    assert "cannot connect to" in done.err


# What cannot run


def test_no_token(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    done = run("canary")
    assert done.code == 2
    assert "the environment variable DISCORD_TOKEN is not set" in done.err


def test_a_place_where_nobody_listens(run: Run) -> None:
    done = run("canary", "--api-url", "http://127.0.0.1:9")
    assert (done.code, done.out) == (2, "")
    assert "cannot connect to http://127.0.0.1:9" in done.err


async def test_a_wrong_token(sim: Simulator, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "wrong-token-0123456789")
    done = await asyncio.to_thread(run, "canary", "--api-url", sim.api_url)
    assert (done.code, done.out) == (2, "")
    assert "does not know the token" in done.err
    assert "wrong-token" not in done.err


async def test_a_report_that_cannot_be_written_shows_at_once(sim: Simulator, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "no" / "seen.json"
    done = await asyncio.to_thread(run, "canary", "--api-url", sim.api_url, "--json", str(path))
    assert (done.code, done.out) == (2, "")
    assert "seen.json cannot be written: No such file or directory; check --json" in done.err
    assert sim.identifies == []


async def test_no_session_within_the_time(sim: Simulator, run: Run) -> None:
    sim.faults.refuse = 503
    done = await asyncio.to_thread(run, "canary", "--api-url", sim.api_url, "--duration", "0.5")
    assert (done.code, done.out) == (2, "")
    assert "no shard got a session" in done.err.splitlines()[-1]


@pytest.mark.parametrize("command", ["no-such-program-0815 x", "", "'"])
def test_a_command_that_does_not_exist(run: Run, command: str) -> None:
    done = run("canary", "--on-alert", command)
    assert done.code == 2
    assert "--on-alert" in done.err
