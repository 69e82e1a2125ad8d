"""Through an HTTP proxy and TLS, as aiohttp's options have it, with a real proxy on loopback."""

from __future__ import annotations

import asyncio
import base64
import logging
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import aiohttp
import pytest
import trustme
from yarl import URL

from gatewaysdk import ConfigurationError, ConnectError, MessageDelete, Ready, Resumed, Shard
from gatewaysdk.simulator import FaultProxy, Simulator
from gatewaysdk.transport import AiohttpConnector

from ..conftest import shown
from .conftest import QUICK
from .test_sessions import emit, ids, until


class HttpProxy:
    """The least that an HTTP proxy does: CONNECT for ``wss://``, and requests with a whole URL for ``ws://``."""

    def __init__(self, credentials: str | None = None) -> None:
        self.asked_for: list[str] = []
        self._credentials = credentials
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split(" ", 2)
            self.asked_for.append(f"{method} {target.partition('?')[0]}")
            if self._credentials is not None and base64.b64encode(self._credentials.encode()).decode() not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
                await writer.drain()
                return
            url = urlsplit(target if "://" in target else f"//{target}")
            far_reader, far_writer = await asyncio.open_connection(url.hostname, url.port)
            if method == "CONNECT":
                writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                far_writer.write(head.encode())
            try:
                await asyncio.gather(_pass_on(reader, far_writer), _pass_on(far_reader, writer))
            finally:
                far_writer.transport.abort()
        except (OSError, EOFError):
            pass  # the tunnel ends with either side
        finally:
            writer.transport.abort()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    with suppress(OSError):
        writer.write_eof()


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[tuple[Simulator, str]]:
    """A simulator behind TLS, and its URL."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    async with FaultProxy(ssl=context) as tls, Simulator(resume_gateway_url=tls.url) as sim:
        tls.target = sim.url
        assert tls.url.startswith("wss://")
        yield sim, tls.url


async def stays_connected(sim: Simulator, shard: Shard) -> None:
    """Events arrive, and those missed are replayed on a second connection."""
    await shard.connect()
    assert isinstance(await shard.receive(), Ready)
    await emit(sim, 1)
    assert ids(await until(shard, MessageDelete)) == [1]
    await sim.drop()
    await emit(sim, 2)
    assert ids(await until(shard, Resumed)) == [2]


def options(sim: Simulator, url: str, **others: Any) -> dict[str, Any]:
    return {"token": sim.token, "url": url, "intents": 0, "policy": QUICK, **others}


async def test_pain_26_through_an_http_proxy(sim: Simulator) -> None:
    async with HttpProxy() as proxy:
        async with Shard(**options(sim, sim.url, proxy=proxy.url)) as shard:
            await stays_connected(sim, shard)
        # aiohttp asks for a tunnel for wss:// only; for ws:// it hands the whole URL to the proxy.
        assert proxy.asked_for == [f"GET {sim.url}/"] * 2


async def test_tls_with_an_authority_of_ones_own(secure: tuple[Simulator, str], trusting: ssl.SSLContext) -> None:
    sim, url = secure
    async with Shard(**options(sim, url, connector=AiohttpConnector(options={"ssl": trusting}))) as shard:
        await stays_connected(sim, shard)


async def test_pain_26_tls_through_an_http_proxy_with_credentials(
    secure: tuple[Simulator, str], trusting: ssl.SSLContext
) -> None:
    sim, url = secure
    async with HttpProxy("user:secret") as proxy:
        with_credentials = proxy.url.replace("http://", "http://user:secret@")
        connector = AiohttpConnector(proxy=with_credentials, options={"ssl": trusting})
        async with Shard(**options(sim, url, connector=connector)) as shard:
            await stays_connected(sim, shard)
        assert proxy.asked_for == [f"CONNECT {url.removeprefix('wss://')}"] * 2


async def test_a_proxy_that_refuses_is_a_clear_error(secure: tuple[Simulator, str], trusting: ssl.SSLContext) -> None:
    sim, url = secure
    async with HttpProxy("user:secret") as proxy:
        connector = AiohttpConnector(proxy=proxy.url, options={"ssl": trusting})
        with pytest.raises(ConnectError, match="407; give it user and password") as caught:
            await Shard(**options(sim, url, connector=connector)).connect()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["ws", "wss"])
async def test_no_password_is_in_an_error_of_a_proxy_or_a_gateway_or_what_it_holds_on_to(
    secure: tuple[Simulator, str], trusting: ssl.SSLContext, scheme: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    sim, url = secure
    url = (url if scheme == "wss" else sim.url).replace("://", "://someone:pass-of-url@")
    async with HttpProxy("user:another") as proxy:
        through = proxy.url.replace("http://", "http://user:pass-of-proxy@")
        connector = AiohttpConnector(proxy=through, options={"ssl": trusting})
        shard = Shard(**options(sim, f"{url}/?key=key-of-query", connector=connector, reconnect=False))
        with pytest.raises(ConnectError, match="HTTP 407") as caught:
            await shard.connect()
        assert str(caught.value).startswith(f"cannot connect to {scheme}://127.0.0.1:")
    async with Shard(**options(sim, f"{scheme}://someone:pass-of-url@127.0.0.1:9", proxy=through)) as shard:
        with pytest.raises(ConnectError, match="the proxy cannot be reached") as unreachable:
            await shard.connect()
    for text in (shown(caught.value), shown(unreachable.value), caplog.text):
        for secret in (
            "pass-of-proxy",
            "pass-of-url",
            "key-of-query",
            base64.b64encode(b"user:pass-of-proxy").decode(),
        ):
            assert secret not in text


PROXIES: list[tuple[Any, str]] = [
    ("socks5://127.0.0.1:1080", r"no SOCKS by itself; install aiohttp-socks and pass connector="),
    ("SOCKS4://127.0.0.1:1080", r"no SOCKS by itself"),
    ("localhost:8080", r"'localhost:8080', without a scheme; write http:// before it"),
    ("user:secret@localhost:8080", r"'localhost:8080', without a scheme"),
    ("", r"which is empty; leave it out"),
    ("ftp://localhost", r"whose scheme is not http or https"),
    ("http://", r"no usable host and port"),
    ("http://user:secret@", r"no usable host and port"),
    ("http://local host", r"no usable host and port"),
    ("http://localhost:0", r"no usable host and port"),
    ("http://localhost:99999", r"no usable host and port"),
    ("http://localhost:x", r"no usable host and port"),
    ("http://[::1", r"no usable host and port"),
    ("http://us%3Aer:secret@localhost", r"'http://localhost', whose user has a colon"),
    ("http://user:secret%E2%82%AC@localhost", r"'http://localhost', .*not Latin-1"),
    (5, r"proxy is of type int; it takes a URL, as http"),
    (b"http://localhost", r"proxy is of type bytes"),
    (["http://localhost"], r"proxy is of type list"),
]


@pytest.mark.parametrize(("proxy", "told"), PROXIES)
def test_a_proxy_that_cannot_work_is_refused_at_once(proxy: Any, told: str) -> None:
    for make in (
        lambda: Shard("t", intents=0, proxy=proxy),
        lambda: AiohttpConnector(proxy=proxy),
    ):
        with pytest.raises(ConfigurationError, match=told) as caught:
            make()
        assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "proxy", ["http://localhost", "HTTP://LOCALHOST:1", "https://u:p@proxy.test:3128/", "http://[::1]:1", "http://u@h"]
)
def test_a_proxy_that_can_work_is_taken(proxy: str) -> None:
    AiohttpConnector(proxy=proxy)
    AiohttpConnector(options={"proxy": URL(proxy)})


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"options": {"proxy": "socks5://h"}}, "no SOCKS"),
        ({"options": {"header": {}}}, "options has 'header'; it takes .*headers"),
        ({"options": {"timeout": 5}}, "options has 'timeout'"),
        ({"options": ["ssl"]}, "options is of type list"),
        (
            {"session": aiohttp.ClientSession},
            "session is ClientSession; it takes an aiohttp.ClientSession that is open",
        ),
        ({"session": "http://localhost"}, "session is str"),
    ],
)
def test_a_connectors_setting_that_cannot_work_is_refused_at_once(settings: dict[str, Any], told: str) -> None:
    with pytest.raises(ConfigurationError, match=told):
        AiohttpConnector(**settings)


async def test_a_client_session_that_was_closed_ends_the_shard_and_says_so(sim: Simulator) -> None:
    async with aiohttp.ClientSession() as session:
        pass
    with pytest.raises(ConfigurationError, match="keep it open for as long as the shard runs"):
        await Shard(**options(sim, sim.url, connector=AiohttpConnector(session))).connect()


async def test_a_proxy_that_is_not_there_is_a_clear_error(sim: Simulator) -> None:
    async with HttpProxy() as gone:
        pass
    with pytest.raises(ConnectError, match=f"127.0.0.1.*{gone.port}"):
        await Shard(**options(sim, sim.url, proxy=gone.url)).connect()


async def test_a_certificate_that_is_not_trusted_is_a_clear_error(secure: tuple[Simulator, str]) -> None:
    sim, url = secure
    with pytest.raises(ConnectError, match="certificate verify failed"):
        await Shard(**options(sim, url)).connect()
    assert not sim.connections


async def test_a_certificate_for_another_host_is_a_clear_error(
    sim: Simulator, trusting: ssl.SSLContext, authority: trustme.CA
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("elsewhere.test").configure_cert(context)
    async with FaultProxy(sim.url, ssl=context) as tls:
        connector = AiohttpConnector(options={"ssl": trusting})
        with pytest.raises(ConnectError, match=r"not valid for '127\.0\.0\.1'"):
            await Shard(**options(sim, tls.url, connector=connector)).connect()
