"""How `listen` ends: by Ctrl-C, by its reader, or by an error that says in one line what to do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from gatewaysdk import Intents
from gatewaysdk.simulator import Simulator

from ..programs import start_program
from .conftest import TOKEN, Done, Listen, finish

Run = Callable[..., Done]
Start = Callable[..., Awaitable[Process]]


def assert_one_line(done: Done, *said: str) -> None:
    assert done.code == 1
    assert done.out == ""
    assert done.err.startswith("gatewaysdk: ")
    assert done.err.count("\n") == 1
    for part in said:
        assert part in done.err


async def test_a_wrong_token(listen: Listen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTHER_TOKEN", "wrong-token-0123456789")
    done = await listen("--token-env", "OTHER_TOKEN")
    assert_one_line(done, "refused the token from OTHER_TOKEN", "4004", "Bot page")
    assert "wrong-token" not in done.err


async def test_a_wrong_token_leaves_no_traceback_in_a_process_of_its_own(
    sim: Simulator, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "wrong-token-0123456789")
    done = await finish(await start("listen", "--url", sim.url))
    assert_one_line(done, "refused the token from DISCORD_TOKEN")
    assert "wrong-token" not in done.err


async def test_a_token_that_the_gateway_repeats_is_not_shown(sim: Simulator, listen: Listen) -> None:
    async def close() -> None:
        await sim.wait_for_session(timeout=20)
        await sim.close(4010, f"bad shard of {TOKEN}")

    done, _ = await asyncio.gather(listen(), close())
    assert "bad shard of [token]" in done.err.splitlines()[-1]


async def test_a_privileged_intent_that_is_refused(run: Run) -> None:
    async with Simulator(token=TOKEN, privileged=Intents(0)) as strict:
        done = await asyncio.to_thread(run, "listen", "--url", strict.url, "--events", "GUILD_MEMBER_ADD", "READY")
    assert_one_line(done, "4014", "asked for: GUILD_MEMBERS.", "Bot page")


async def test_a_bot_that_has_grown_too_large_for_one_shard(run: Run) -> None:
    async with Simulator(token=TOKEN, guilds=2600) as large:
        done = await asyncio.to_thread(run, "listen", "--url", large.url)
    assert_one_line(done, "4011", "split the bot")


def test_an_address_where_nobody_listens(run: Run) -> None:
    assert_one_line(run("listen", "--url", "ws://127.0.0.1:9"), "cannot connect to ws://127.0.0.1:9/", "check --url")


def test_a_host_that_does_not_exist(run: Run) -> None:
    assert_one_line(run("listen", "--url", "wss://no-such-host.invalid"), "no-such-host.invalid", "check --url")


async def test_a_server_that_is_no_gateway(sim: Simulator, listen: Listen) -> None:
    sim.faults.refuse = 503
    assert_one_line(await listen(), "503", "check --url")


async def test_a_server_that_never_says_hello(sim: Simulator, listen: Listen) -> None:
    sim.faults.silent = True
    assert_one_line(await listen("--timeout", "0.1"), "sent no HELLO within 0.1 s", "--timeout")


async def test_a_server_that_never_says_ready(sim: Simulator, listen: Listen) -> None:
    sim.faults.no_ready = True
    assert_one_line(await listen("--timeout", "0.1"), "sent no READY within 0.1 s")


async def test_a_socket_that_never_opens(run: Run) -> None:
    stop = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stop.wait()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        done = await asyncio.to_thread(run, "listen", "--url", url, "--timeout", "0.1")
        stop.set()
    assert_one_line(done, f"no connection to {url} within 0.1 s", "check --url")


async def test_a_gateway_that_hangs_up_at_once(sim: Simulator, listen: Listen) -> None:
    async def close() -> None:
        await sim.wait_for(lambda: sim.connections, timeout=20)
        await sim.close(4000, "out of order")

    sim.faults.no_ready = True
    done, _ = await asyncio.gather(listen(), close())
    assert_one_line(done, "4000", "out of order")


@pytest.mark.parametrize("url", ["ws://127.0.0.1:9", "wss://127.0.0.1:9"])
def test_a_proxy_that_is_not_there(run: Run, url: str) -> None:
    done = run("listen", "--url", url, "--proxy", "http://user:hunter2@127.0.0.1:9")
    assert_one_line(done, "through the proxy", "check --proxy")
    assert "hunter2" not in done.err


@pytest.fixture
async def proxy() -> AsyncIterator[str]:
    """A proxy that wants another password."""

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_a_proxy_that_refuses(run: Run, proxy: str, scheme: str) -> None:
    done = await asyncio.to_thread(
        run, "listen", "--url", f"{scheme}://gateway.invalid", "--proxy", f"http://user:hunter2@{proxy}"
    )
    assert_one_line(done, "through the proxy", "407", "check --proxy")
    assert "hunter2" not in done.err


async def test_a_token_is_read_from_a_file(listen: Listen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    file = tmp_path / "token.txt"
    file.write_text(f"{TOKEN}\n")
    assert (await listen("--token-file", str(file), "--count", "1")).code == 0
    file.write_text("wrong-token-0123456789")
    assert_one_line(await listen("--token-file", str(file)), f"refused the token from {file}")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "cannot be read: No such file"),
        (b"", "is empty"),
        (b"\n \n", "is empty"),
        (b"first-token-0123456789\nsecond-token-0123456789\n", "does not hold exactly one token"),
        (b"\xff\xfe\x00", "is not UTF-8 text"),
    ],
)
def test_a_bad_token_file(run: Run, tmp_path: Path, content: bytes | None, said: str) -> None:
    file = tmp_path / "token.txt"
    if content is not None:
        file.write_bytes(content)
    done = run("listen", "--token-file", str(file))
    assert_one_line(done, f"the token file {file} {said}")
    assert "token-0123456789" not in done.err


def test_a_directory_is_no_token_file(run: Run, tmp_path: Path) -> None:
    assert_one_line(run("listen", "--token-file", str(tmp_path)), "cannot be read: Is a directory")


@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_token_at_all(run: Run, monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    monkeypatch.delenv("DISCORD_TOKEN")
    if value is not None:
        monkeypatch.setenv("DISCORD_TOKEN", value)
    assert_one_line(run("listen"), "DISCORD_TOKEN is not set or empty", "--token-file")


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_an_interrupt_ends_the_session_and_is_a_success(sim: Simulator, start: Start, by: signal.Signals) -> None:
    process = await start("listen", "--url", sim.url)
    assert process.stdout is not None
    first = await asyncio.wait_for(process.stdout.readline(), 20)
    assert b"READY" in first
    process.send_signal(by)
    done = await finish(process)
    assert done.code == 0
    assert done.err.count("\n") == 1
    assert TOKEN not in first.decode() + done.out + done.err
    await sim.wait_for(lambda: [one.client_close_code for one in sim.connections] == [1000])


async def test_an_interrupt_while_connecting_is_no_error(sim: Simulator, start: Start) -> None:
    sim.faults.silent = True
    process = await start("listen", "--url", sim.url)
    await sim.wait_for(lambda: sim.connections, timeout=20)
    process.send_signal(signal.SIGINT)
    assert await finish(process) == Done(0, "", "")


async def test_a_reader_that_goes_away_ends_it_quietly(sim: Simulator) -> None:
    read_end, write_end = os.pipe()
    process = await start_program(sys.executable, "-m", "gatewaysdk", "listen", "--url", sim.url, stdout=write_end)
    os.close(write_end)
    with os.fdopen(read_end, "rb") as reader:
        assert b"READY" in await asyncio.to_thread(reader.readline)
    await sim.emit("TYPING_START")
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 0
    assert err.count(b"\n") == 1
    await sim.wait_for(lambda: sim.sessions == [])
