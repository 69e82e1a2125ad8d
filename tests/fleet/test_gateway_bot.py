"""GET /gateway/bot: its answer names the host that gets the token next, so every part of it is checked."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from hypothesis import example, given
from hypothesis import strategies as st

from gatewaysdk import ConfigurationError, ConnectError, fetch_gateway_bot
from gatewaysdk.fleet.gateway_bot import API_URL, GatewayBot, _Answer
from gatewaysdk.token import Token

TOKEN = Token("AB1234567890.abcdef.the-rest-of-it_1")
SOUND: dict[str, Any] = {
    "url": "wss://gateway.discord.gg",
    "shards": 9,
    "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 14400000, "max_concurrency": 1},
}


def read(data: Any, api_url: str = API_URL) -> GatewayBot:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return _Answer(f"{api_url}/gateway/bot", TOKEN).read(body)


def changed(path: str, value: Any) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(json.dumps(SOUND))
    *folder, key = path.split(".")
    (data[folder[0]] if folder else data)[key] = value
    return data


def test_a_sound_answer_is_taken_whole() -> None:
    bot = read(SOUND)
    assert (bot.url, bot.shards) == ("wss://gateway.discord.gg", 9)
    limit = bot.session_start_limit
    assert (limit.total, limit.remaining, limit.reset_after, limit.max_concurrency) == (1000, 999, 14400.0, 1)


@pytest.mark.parametrize("path", ["shards", "session_start_limit.total", "session_start_limit.max_concurrency"])
@pytest.mark.parametrize("value", [None, 0, -1, True, 1.0, "1", [], 2**53, 1e400, float("nan"), 10**400])
def test_numbers_are_positive_integers(path: str, value: Any) -> None:
    with pytest.raises(ConnectError, match=rf"{path.split('.')[-1]} is .*, where an integer from 1 on belongs; check"):
        read(changed(path, value))


@pytest.mark.parametrize("path", ["session_start_limit.remaining", "session_start_limit.reset_after"])
@pytest.mark.parametrize("value", [None, -1, False, 0.5, "0", {}, 1e400])
def test_what_may_be_used_up_is_no_less_than_zero(path: str, value: Any) -> None:
    assert read(changed(path, 0)).shards == 9
    with pytest.raises(ConnectError, match=rf"{path.split('.')[-1]} is .*, where an integer from 0 on belongs"):
        read(changed(path, value))


@pytest.mark.parametrize(
    "url",
    [None, 5, "", "gateway.discord.gg", "ws://gateway.discord.gg", "https://gateway.discord.gg", "wss://evil.test",
     "wss://discord.gg.evil.test", "wss://gateway.discord.gg@evil.test", "wss://evil.test\\@gateway.discord.gg",
     "wss://evildiscord.gg", "wss://evil.test#.discord.gg", "wss://evil.test%2F.discord.gg"],
)  # fmt: skip
def test_from_discord_only_an_encrypted_gateway_of_discords_is_taken(url: Any) -> None:
    with pytest.raises(ConnectError, match=r"url is .*, which is not a "):
        read(changed("url", url))


def test_another_api_names_its_own_gateway_as_secure_as_itself() -> None:
    for api, url, fits in [
        ("http://127.0.0.1:8080/api", "ws://127.0.0.1:8081", True),
        ("https://proxy.test", "wss://gateway.test", True),
        ("https://proxy.test", "ws://gateway.test", False),
    ]:
        if fits:
            assert read(changed("url", url), api).url == url
        else:
            with pytest.raises(ConnectError, match="not a wss:// URL"):
                read(changed("url", url), api)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b"<html>", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[" * 100_000, "nested too deep"),
        (b"[]", "the answer is of type list, not an object"),
        (b"{}", "session_start_limit is missing"),
        (b'{"session_start_limit": 5}', "session_start_limit is 5"),
        (b"9" * 10_000, "not JSON"),
    ],
)
def test_what_is_no_answer_is_told_so(body: bytes, told: str) -> None:
    with pytest.raises(ConnectError, match=told):
        read(body)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.just(TOKEN.reveal())),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(
    st.one_of(
        st.binary(),
        st.builds(
            changed,
            st.sampled_from([*SOUND, *(f"session_start_limit.{key}" for key in SOUND["session_start_limit"])]),
            JSON,
        ),
        JSON,
    )
)
@example(b'{"url": Infinity}')
@example(b'{"session_start_limit": {"total": 1e400}}')
def test_nothing_but_an_error_of_ours_gets_out_and_what_passes_is_sound(answer: Any) -> None:
    try:
        bot, told = read(answer), ""
    except ConnectError as error:
        bot, told = read(SOUND), str(error)
    assert TOKEN.reveal() not in told
    assert len(told) < 700
    assert bot.url.startswith("wss://")
    assert bot.shards > 0
    assert 0 <= bot.session_start_limit.reset_after < 2**53


# Over sockets


@asynccontextmanager
async def serving(handler: Callable[[web.Request], Any]) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{any:.*}", handler)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed_and_nothing_is_sent_to_where_it_leads(status: int) -> None:
    asked: list[str] = []

    async def target(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response(SOUND)

    async with serving(target) as there:

        async def redirect(request: web.Request) -> web.Response:
            return web.Response(status=status, headers={"Location": f"{there}/gateway/bot?token=secret"})

        async with serving(redirect) as here:
            with pytest.raises(
                ConnectError, match=rf"HTTP {status}, a redirect to '{there}/gateway/bot', .*not follow"
            ):
                await fetch_gateway_bot(TOKEN, api_url=here)
    assert asked == []


async def test_no_more_than_a_megabyte_is_read() -> None:
    sent = 0

    async def endless(request: web.Request) -> web.StreamResponse:
        nonlocal sent
        response = web.StreamResponse()
        await response.prepare(request)
        with suppress(ConnectionError):
            while True:
                await response.write(b" " * 65536)
                sent += 65536
        return response

    async with serving(endless) as api:
        with pytest.raises(ConnectError, match="more than 1000000 bytes"):
            await fetch_gateway_bot(TOKEN, api_url=api)
    assert sent < 30_000_000, "the socket's buffers hold some"


@pytest.mark.parametrize(("retry_after", "told"), [("5", "try again after 5 s"), (None, "try again after some s")])
async def test_a_rate_limit_says_when_to_try_again(retry_after: str | None, told: str) -> None:
    async def limited(request: web.Request) -> web.Response:
        return web.Response(status=429, headers={} if retry_after is None else {"Retry-After": retry_after})

    async with serving(limited) as api:
        with pytest.raises(ConnectError, match=told):
            await fetch_gateway_bot(TOKEN, api_url=api)


async def test_what_is_no_http_is_told_so() -> None:
    async with serving(_garbage) as api:
        with pytest.raises(ConnectError, match=r"not HTTP|disconnected"):
            await fetch_gateway_bot(TOKEN, api_url=api)


async def _garbage(request: web.Request) -> web.Response:
    assert request.transport is not None
    request.transport.write(b"HTTP/9 garbage\r\n\r\n")
    request.transport.close()
    return web.Response()


async def test_a_session_that_raises_for_status_changes_nothing() -> None:
    async def refuse(request: web.Request) -> web.Response:
        return web.Response(status=401)

    async with serving(refuse) as api, aiohttp.ClientSession(raise_for_status=True) as session:
        with pytest.raises(ConfigurationError, match="does not know the token"):
            await fetch_gateway_bot(TOKEN, api_url=api, session=session)
    with pytest.raises(ConfigurationError, match="session is closed"):
        await fetch_gateway_bot(TOKEN, api_url=api, session=session)


@pytest.mark.parametrize("url", [None, 5, "", "discord.com", "ftp://discord.com", "wss://discord.com", "https://"])
async def test_an_api_url_that_is_none_is_refused(url: Any) -> None:
    with pytest.raises(ConfigurationError, match="api_url is"):
        await fetch_gateway_bot(TOKEN, api_url=url)


@pytest.mark.parametrize("timeout", [0, -1, float("nan"), float("inf"), "5"])
async def test_a_timeout_that_is_none_is_refused(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="timeout is"):
        await fetch_gateway_bot(TOKEN, timeout=timeout)
