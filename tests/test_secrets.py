"""The token appears nowhere: conftest.py searches the output of all tests, and these tests check that search."""

from __future__ import annotations

import asyncio
import copy
import logging
import pickle
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gatewaysdk import (
    GatewayError,
    IdentifyConnectionProperties,
    MemorySessionStore,
    PresenceActivity,
    Session,
    Shard,
    UpdatePresence,
    fetch_gateway_bot,
)
from gatewaysdk.compression import Message
from gatewaysdk.simulator import Simulator
from gatewaysdk.token import Token
from gatewaysdk.transport import Closed, Received

from .conftest import find_token, shown

SECRET = "a.secret.that-nobody-sees"
ROOT = Path(__file__).resolve().parent.parent


def test_the_search_finds_what_it_should(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "test_leaks.py").write_text(
        "import logging, sys, pytest\nfrom gatewaysdk.token import Token\nTOKEN = Token('leaked-by-a-test')\n"
        "def test_print(): print(TOKEN.reveal())\n"
        "def test_error(): print(TOKEN.reveal(), file=sys.stderr)\n"
        "def test_log(): logging.getLogger('any').debug(TOKEN.reveal())\n"
        "def fails(text): raise ValueError('without it')\n"
        "OUTSIDE = {}\n"
        "exec(compile('def fail(text): raise ValueError', 'no-test.py', 'exec'), OUTSIDE)\n"
        "def test_local():\n"
        "    with pytest.raises(ValueError): OUTSIDE['fail'](TOKEN.reveal())\n"
        "def test_logged_local():\n"
        "    try: OUTSIDE['fail'](TOKEN.reveal())\n"
        "    except ValueError: logging.getLogger('any').exception('without it')\n"
        "def test_local_of_a_test():\n"
        "    with pytest.raises(ValueError): fails(TOKEN.reveal())\n"
        "def test_sound(): print(TOKEN)\n",
        encoding="utf-8",
    )
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        "-c",
        str(ROOT / "pyproject.toml"),
        str(tmp_path),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert "5 failed, 2 passed" in done.stdout, done.stdout + done.stderr
    assert "Captured log call holds a token" in done.stdout
    assert "the local variables of ValueError, raised, hold a token" in done.stdout
    assert "the local variables of ValueError, logged by any, hold a token" in done.stdout


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, lambda token: f"{[token]} {token}"])
def test_no_way_to_write_it_down_shows_it(show: Callable[[object], str]) -> None:
    assert SECRET not in show(Token(SECRET))
    assert find_token(SECRET) == SECRET


def test_it_is_neither_pickled_nor_copied_into_one() -> None:
    with pytest.raises(TypeError, match="a Token is not pickled"):
        pickle.dumps({"token": Token(SECRET)})
    with pytest.raises(TypeError, match="a Token is not pickled"):
        copy.deepcopy(Token(SECRET))


async def wrong_token(sim: Simulator) -> None:
    async with Shard(SECRET, url=sim.url, intents=0) as shard:
        await shard.connect()


async def repeated_by_the_gateway(sim: Simulator) -> None:
    async with Shard(sim.token, url=sim.url, intents=0) as shard:
        await shard.connect()
        await sim.close(4010, f"bad shard of {sim.token.reveal()}")
        while True:
            await shard.receive()


async def nobody_there(sim: Simulator) -> None:
    async with Shard(SECRET, url="ws://127.0.0.1:9", intents=0) as shard:
        await shard.connect()


async def wrong_setting(sim: Simulator) -> None:
    Shard(SECRET, url=sim.url, compress="lzma")  # type: ignore[arg-type]


async def wrong_token_text(sim: Simulator) -> None:
    Shard(f"{SECRET} and more", url=sim.url)


async def presence_that_cannot_be_encoded(sim: Simulator) -> None:
    activity = PresenceActivity(name="\ud800", type=0)
    Shard(SECRET, url=sim.url, presence=UpdatePresence(since=None, activities=[activity], status="online", afk=False))


async def properties_that_cannot_be_encoded(sim: Simulator) -> None:
    Shard(SECRET, url=sim.url, properties=IdentifyConnectionProperties(os="\ud800", browser="b", device="d"))


async def presence_that_is_too_large(sim: Simulator) -> None:
    activity = PresenceActivity(name="n" * 5000, type=0)
    Shard(SECRET, url=sim.url, presence=UpdatePresence(since=None, activities=[activity], status="online", afk=False))


async def intents_beyond_all_bits(sim: Simulator) -> None:
    Shard(SECRET, url=sim.url, intents=2**70)


async def session_that_cannot_be_encoded(sim: Simulator) -> None:
    Shard(SECRET, url=sim.url, session=Session("\ud800", sim.url, 1))


async def session_of_a_store_that_cannot_be_encoded(sim: Simulator) -> None:
    store = MemorySessionStore()
    store.sessions[None] = Session("a", sim.url, 2**70)
    async with Shard(SECRET, url=sim.url, intents=0, session_store=store) as shard:
        await shard.connect()


async def bot_that_is_given_up(sim: Simulator) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(hang, "127.0.0.1", 0) as server:
        task = asyncio.create_task(
            fetch_gateway_bot(SECRET, api_url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        )
        await asyncio.wait([task], timeout=0.05)
        task.cancel()
        try:
            await task
        except asyncio.CancelledError as error:
            raise GatewayError("cancelled") from error  # as asyncio.timeout() has it for a cause


async def bot_of_a_wrong_token(sim: Simulator) -> None:
    await fetch_gateway_bot(SECRET, api_url=sim.api_url)


async def bot_of_nobody(sim: Simulator) -> None:
    await fetch_gateway_bot(SECRET, api_url="http://127.0.0.1:9")


async def bot_of_no_api(sim: Simulator) -> None:
    await fetch_gateway_bot(SECRET, api_url=sim.api_url + "/nowhere")


@pytest.mark.parametrize(
    "fail",
    [
        wrong_token,
        repeated_by_the_gateway,
        nobody_there,
        wrong_setting,
        wrong_token_text,
        presence_that_cannot_be_encoded,
        properties_that_cannot_be_encoded,
        presence_that_is_too_large,
        intents_beyond_all_bits,
        session_that_cannot_be_encoded,
        session_of_a_store_that_cannot_be_encoded,
        bot_that_is_given_up,
        bot_of_a_wrong_token,
        bot_of_nobody,
        bot_of_no_api,
    ],
)
async def test_pain_18_tracebacks_with_local_variables_do_not_show_it(
    fail: Callable[[Simulator], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator(token="another-one-than-that", unknown_routes="allow") as sim:
        with pytest.raises(GatewayError) as caught:
            await fail(sim)
        text = shown(caught.value)
    assert re.search(r"^    \w+ = ", text, re.MULTILINE), "no local variable is shown"
    assert find_token(text) is None
    assert find_token(caplog.text) is None


class Repeating:
    """A connector and its transport in one: answers the token in places where no token belongs."""

    def __init__(self, *messages: bytes, reason: str = "") -> None:
        self._messages = list(messages)
        self._reason = reason
        self._introduced = asyncio.Event()
        self._greeted = False
        self.sent: list[bytes] = []

    async def connect(self, url: str) -> Repeating:
        return self

    async def receive(self) -> Received:
        if self._greeted:
            await self._introduced.wait()
        self._greeted = True
        message: Message | None = self._messages.pop(0) if self._messages else None
        return Closed(None, self._reason) if message is None else message

    async def send(self, data: bytes, *, binary: bool) -> None:
        self.sent.append(data)
        self._introduced.set()

    async def close(self, code: int = 0, reason: str = "") -> None:
        pass

    def abort(self) -> None:
        pass


@pytest.mark.parametrize(
    "message",
    [
        b'{"op": "%s"' % SECRET.encode(),
        b'{"op": 0, "s": 1, "t": "' + b"T" * 40 + b"%s" % SECRET.encode() + b'", "d": null}',
        b"%s" % SECRET.encode(),
        b'{"t": "%s", "s": 1, "op": 99, "d": null}' % SECRET.encode(),
    ],
)
@pytest.mark.parametrize("cut", [0, 5])
async def test_a_message_that_repeats_the_token_puts_it_nowhere(
    message: bytes, cut: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    if cut:
        message = message.replace(SECRET.encode(), SECRET.encode()[:-cut])
    hello = b'{"op": 10, "d": {"heartbeat_interval": 41250}}'
    connector = Repeating(hello, message, reason=f"it was {SECRET}")
    shard = Shard(SECRET, intents=0, compress=None, connector=connector, reconnect=False)
    with pytest.raises(GatewayError) as caught:
        await shard.connect()
    for text in (shown(caught.value), caplog.text):
        assert SECRET[:16] not in text
    assert any(SECRET.encode() in one for one in connector.sent), "IDENTIFY went out"
