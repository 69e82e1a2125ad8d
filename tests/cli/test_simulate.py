from __future__ import annotations

import asyncio
import re
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from gatewaysdk import FatalCloseError, Intents, MessageCreate, Shard, TypingStart

from .conftest import Done, finish

Start = Callable[..., Awaitable[Process]]


async def introduction(process: Process) -> dict[str, str]:
    """What the command prints first: how to connect."""
    assert process.stdout is not None
    told = {}
    while (line := (await asyncio.wait_for(process.stdout.readline(), 20)).decode()) != "press Ctrl-C to stop\n":
        name, value = line.strip().split(maxsplit=1)
        told[name] = value
    return told


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_it_is_interrupted(start: Start, by: signal.Signals) -> None:
    process = await start("simulate", "--guilds", "3", "--events", "TypingStart", "--interval", "0.01", "--quiet")
    told = await introduction(process)
    assert re.fullmatch(r"ws://127\.0\.0\.1:\d+", told["gateway"])
    assert told["try"] == f"DISCORD_TOKEN={told['token']} gatewaysdk listen --url {told['gateway']}"
    async with Shard(told["token"], url=told["gateway"], intents=Intents.GUILD_MESSAGE_TYPING) as shard:
        ready = await shard.connect()
        assert ready is not None
        assert len((await shard.receive()).model_dump()["guilds"]) == 3
        assert {type(await shard.receive()) for _ in range(3)} == {TypingStart}
    process.send_signal(by)
    assert await finish(process) == Done(0, "", "")


async def test_its_guilds_have_as_many_members_as_it_is_told(start: Start) -> None:
    process = await start("simulate", "--members", "7", "--interval", "0")
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=Intents.GUILDS) as shard:
        await shard.connect()
        await shard.receive()  # READY
        assert (await shard.receive()).model_dump()["member_count"] == 7


async def test_a_client_that_is_connected_does_not_hold_it_up(start: Start) -> None:
    process = await start("simulate", "--interval", "0")
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=0) as shard:
        await shard.connect()
        process.send_signal(signal.SIGINT)
        assert (await finish(process)).code == 0


async def test_without_events_of_their_own_they_are_of_all_kinds(start: Start) -> None:
    process = await start("simulate", "--interval", "0.005")
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=Intents(0)) as shard:
        await shard.connect()
        assert len({type(await shard.receive()) for _ in range(30)}) > 3


async def test_under_load_it_tells_how_much_it_sent(start: Start) -> None:
    process = await start("simulate", "--rate", "300", "--events", "TypingStart", "--guilds", "0")
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=Intents.GUILD_MESSAGE_TYPING) as shard:
        await shard.connect()
        await shard.receive()  # READY
        assert {type(await shard.receive()) for _ in range(100)} == {TypingStart}
        assert process.stdout is not None
        while (line := (await process.stdout.readline()).decode()) and not re.search(
            r"load  [1-9]\d* events sent", line
        ):
            assert "TYPING_START" not in line
        assert line


@pytest.mark.parametrize("refused", ["PRIVILEGED", "GUILD_MEMBERS"])
async def test_intents_are_refused(start: Start, refused: str) -> None:
    process = await start("simulate", "--refuse-intents", refused, "--token", "mine")
    told = await introduction(process)
    assert told["token"] == "mine"
    async with Shard("mine", url=told["gateway"], intents=Intents.GUILD_MEMBERS) as shard:
        with pytest.raises(FatalCloseError, match="4014"):
            await shard.connect()
    if refused != "PRIVILEGED":
        async with Shard("mine", url=told["gateway"], intents=Intents.MESSAGE_CONTENT) as shard:
            assert await shard.connect() is not None


async def _lines_until(process: Process, wanted: str) -> list[str]:
    """What it prints, up to the first line that holds a text."""
    assert process.stdout is not None
    lines = [""]
    while wanted not in lines[-1]:
        lines.append((await asyncio.wait_for(process.stdout.readline(), 20)).decode())
        assert lines[-1], lines
    return lines


async def test_it_prints_who_comes_what_is_said_and_who_goes(start: Start) -> None:
    process = await start("simulate", "--interval", "0")
    told = await introduction(process)
    async with Shard(told["token"], url=told["gateway"], intents=Intents.GUILDS) as shard:
        await shard.connect()
        await shard.receive()
    async with Shard("another-token-that-is-wrong", url=told["gateway"]) as shard:
        with pytest.raises(FatalCloseError):
            await shard.connect()
    printed = "".join(await _lines_until(process, "closed with 4004"))
    for part in ("#0  connects: json", "#0  identifies: shard 0 of 1, intents GUILDS", "#0  gets READY",
                 "#0  is gone: it closed with", "#1  is refused: 4004: The token"):  # fmt: skip
        assert part in printed
    assert "another-token" not in printed
    assert told["token"] not in printed
    assert "HEARTBEAT" not in printed


async def test_lines_that_are_typed_are_said_and_answered(start: Start) -> None:
    process = await start("simulate", "--interval", "0", stdin=asyncio.subprocess.PIPE)
    told = await introduction(process)
    assert "/help" in told["type"]
    assert process.stdin is not None
    process.stdin.write(b"too early\n")
    await _lines_until(process, "no bot is connected")
    intents = Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT
    async with Shard(told["token"], url=told["gateway"], intents=intents) as shard:
        await shard.connect()
        events = shard.events(MessageCreate)
        process.stdin.write("hallo Wörld\n/as bob\nhi\n".encode())
        first, second = await anext(events), await anext(events)
        assert (first.content, first.author.username) == ("hallo Wörld", "alice")
        assert (second.content, second.author.username) == ("hi", "bob")
        process.stdin.write(b"/nothing\n/close 4000\n")
        await _lines_until(process, "no command 'nothing'")
        await _lines_until(process, "the gateway closed with 4000")
    process.stdin.close()
    process.send_signal(signal.SIGINT)
    done = await finish(process)
    assert (done.code, done.err) == (0, "")


async def test_say_is_heard_from_another_terminal(start: Start, run: Callable[..., Done]) -> None:
    process = await start("simulate", "--interval", "0", "--quiet")
    told = await introduction(process)
    alone = await asyncio.to_thread(run, "say", "!ping")
    assert (alone.code, alone.out, alone.err.count("\n")) == (1, "", 1)
    assert "no bot is connected" in alone.err
    intents = Intents.GUILD_MESSAGES | Intents.MESSAGE_CONTENT
    async with Shard(told["token"], url=told["gateway"], intents=intents) as shard:
        await shard.connect()
        events = shard.events(MessageCreate)
        assert (await asyncio.to_thread(run, "say", "!ping", "--as", "bob", "--channel", "general")).code == 0
        event = await anext(events)
        assert (event.content, event.author.username) == ("!ping", "bob")
        wrong = await asyncio.to_thread(run, "say", "!ping", "--url", told["page"] + "x")
        assert (wrong.code, "the key is missing or wrong" in wrong.err) == (1, True)
    process.send_signal(signal.SIGTERM)
    assert (await finish(process)).code == 0
    gone = await asyncio.to_thread(run, "say", "!ping")
    assert (gone.code, "no simulator runs" in gone.err) == (1, True)
    gone = await asyncio.to_thread(run, "say", "!ping", "--url", told["page"])
    assert (gone.code, "no simulator runs at http://127.0.0.1" in gone.err) == (1, True)


def test_say_takes_the_address_of_the_page(run: Callable[..., Done]) -> None:
    done = run("say", "hi", "--url", "http://127.0.0.1:1/control/")
    assert (done.code, "with its key" in done.err) == (2, True)


async def test_a_port_that_is_taken_is_said_in_one_line(start: Start, run: Callable[..., Done]) -> None:
    process = await start("simulate")
    port = (await introduction(process))["gateway"].rpartition(":")[2]
    done = await asyncio.to_thread(run, "simulate", "--port", port)
    assert done.code == 1
    assert done.out == ""
    assert re.fullmatch(rf"gatewaysdk: cannot listen on 127\.0\.0\.1:{port}: .*; choose .*--port\n", done.err)


def test_a_host_that_does_not_exist_is_said_in_one_line(run: Callable[..., Done]) -> None:
    done = run("simulate", "--host", "no-such-host.invalid")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "no-such-host.invalid" in done.err


async def test_others_are_let_in_when_they_are_named_and_refused_in_a_line(start: Start) -> None:
    process = await start("simulate", "--allow-hosts", "gateway.test,other.test", "--allow-origins", "http://app.test")
    url = (await introduction(process))["HTTP"] + "/gateway/bot"
    async with aiohttp.ClientSession() as http:
        for headers, status in (
            ({"Host": "other.test"}, 401),
            ({"Origin": "http://app.test"}, 401),
            ({"Host": "evil.test"}, 403),
        ):
            async with http.get(url, headers=headers) as response:
                assert response.status == status
    process.send_signal(signal.SIGTERM)
    done = await finish(process)
    assert (done.code, done.err.count("\n")) == (0, 1)
    assert "'evil.test'" in done.err
    assert "--allow-hosts" in done.err


def test_names_that_could_let_nobody_in(run: Callable[..., Done]) -> None:
    done = run("simulate", "--allow-origins", "app.test")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "'app.test'" in done.err
