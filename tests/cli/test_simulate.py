from __future__ import annotations

import asyncio
import re
import signal
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable

import aiohttp
import pytest

from gatewaysdk import FatalCloseError, Intents, Shard, TypingStart

from .conftest import Done, finish

Start = Callable[..., Awaitable[Process]]


async def introduction(process: Process) -> dict[str, str]:
    """What the command prints first: how to connect."""
    assert process.stdout is not None
    lines = [(await asyncio.wait_for(process.stdout.readline(), 20)).decode() for _ in range(5)]
    assert lines[-1] == "press Ctrl-C to stop\n"
    return dict(line.strip().split(maxsplit=1) for line in lines[:-1])


@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_it_is_interrupted(start: Start, by: signal.Signals) -> None:
    process = await start("simulate", "--guilds", "3", "--events", "TypingStart", "--interval", "0.01")
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
