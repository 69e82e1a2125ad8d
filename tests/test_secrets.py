"""The token is nowhere to be seen: conftest.py searches the output of all tests, and here is what that rests on."""

from __future__ import annotations

import copy
import logging
import pickle
import re
import subprocess
import sys
import traceback
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from gatewaysdk import GatewayError, Shard, fetch_gateway_bot
from gatewaysdk.simulator import Simulator
from gatewaysdk.token import Token

from .conftest import find_token

SECRET = "a.secret.that-nobody-sees"
ROOT = Path(__file__).resolve().parent.parent


def test_the_search_finds_what_it_should(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"))
    (tmp_path / "test_leaks.py").write_text(
        "import logging, sys\nfrom gatewaysdk.token import Token\nTOKEN = Token('leaked-by-a-test')\n"
        "def test_print(): print(TOKEN.reveal())\n"
        "def test_error(): print(TOKEN.reveal(), file=sys.stderr)\n"
        "def test_log(): logging.getLogger('any').debug(TOKEN.reveal())\n"
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
    assert "3 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    assert "Captured log call holds a token" in done.stdout


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r}".format, lambda token: f"{[token]} {token}"])
def test_no_way_to_write_it_down_shows_it(show: Callable[[object], str]) -> None:
    assert SECRET not in show(Token(SECRET))
    assert find_token(SECRET) == SECRET


def test_it_is_neither_pickled_nor_copied_into_one() -> None:
    with pytest.raises(TypeError, match="a Token is not pickled"):
        pickle.dumps({"token": Token(SECRET)})
    with pytest.raises(TypeError, match="a Token is not pickled"):
        copy.deepcopy(Token(SECRET))


def shown(error: BaseException) -> str:
    """A traceback as error trackers show it, with the local variables of our frames and those below.

    The frame of the test itself is the caller's, whose variables are its own affair.
    """
    parts: list[BaseException | None] = [error]
    text = ""
    while parts:
        one = parts.pop()
        if one is not None:
            inner = one.__traceback__ and one.__traceback__.tb_next
            text += "".join(
                traceback.TracebackException(type(one), one, inner, capture_locals=True).format(chain=False)
            )
            parts += [one.__cause__, None if one.__suppress_context__ else one.__context__]
    return text


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
    Shard(SECRET, url=sim.url, compress="lzma")


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
        bot_of_a_wrong_token,
        bot_of_nobody,
        bot_of_no_api,
    ],
)
async def test_pain_18_tracebacks_with_local_variables_do_not_show_it(
    fail: Callable[[Simulator], Awaitable[None]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with Simulator(token="another-one-than-that") as sim:
        with pytest.raises(GatewayError) as caught:
            await fail(sim)
        text = shown(caught.value)
    assert re.search(r"^    \w+ = ", text, re.MULTILINE), "no local variable is shown"
    assert find_token(text) is None
    assert find_token(caplog.text) is None
