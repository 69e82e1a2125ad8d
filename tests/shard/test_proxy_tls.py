"""Through an HTTP proxy and TLS, as aiohttp's options have it, with a real proxy on loopback."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, Self
from urllib.parse import urlsplit

import pytest
import trustme

from gatewaysdk import ConnectError, MessageDelete, Ready, Resumed, Shard
from gatewaysdk.simulator import FaultProxy, Simulator
from gatewaysdk.transport import AiohttpConnector

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
        with pytest.raises(ConnectError, match="407") as caught:
            await Shard(**options(sim, url, connector=connector)).connect()
        assert "secret" not in str(caught.value)


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
