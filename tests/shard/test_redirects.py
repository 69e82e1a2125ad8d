"""A handshake that is answered with a redirect: it is followed nowhere, and nothing is sent to where it leads."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
import trustme
from aiohttp import web

from gatewaysdk import ConnectError, Shard
from gatewaysdk.simulator import Simulator
from gatewaysdk.transport import AiohttpConnector

from .conftest import QUICK


@asynccontextmanager
async def redirecting(to: str, status: int, tls: ssl.SSLContext | None) -> AsyncIterator[str]:
    async def redirect(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={"Location": to})

    app = web.Application()
    app.router.add_get("/", redirect)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls).start()
    try:
        yield f"{'ws' if tls is None else 'wss'}://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@asynccontextmanager
async def target() -> AsyncIterator[tuple[int, list[str]]]:
    """A port, and who came there."""
    came: list[str] = []

    def note(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(str(writer.get_extra_info("peername")))
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as server:
        yield server.sockets[0].getsockname()[1], came


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("to", ["http", "https", "ws", "wss"])
@pytest.mark.parametrize("secure", [True, False])
@pytest.mark.parametrize("own_session", [True, False])
async def test_no_redirect_is_followed(
    authority: trustme.CA, status: int, to: str, secure: bool, own_session: bool
) -> None:
    serving, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(serving)
    authority.configure_trust(trusting)
    async with target() as (port, came), aiohttp.ClientSession() as session:
        there = f"{to}://127.0.0.1:{port}/"
        async with redirecting(f"{there}?key=secret", status, serving if secure else None) as url:
            connector = AiohttpConnector(session if own_session else None, options={"ssl": trusting})
            settings: dict[str, Any] = {"url": url, "intents": 0, "policy": QUICK, "connector": connector}
            told = rf"HTTP {status}, a redirect to '{there}', which is never followed"
            async with Shard("a-token-of-some-length", **settings) as shard:
                for _ in range(2):
                    with pytest.raises(ConnectError, match=told):
                        await shard.connect()
        assert came == []
        assert len(session.trace_configs) == (1 if own_session else 0)


async def test_other_requests_of_a_session_of_the_users_follow_redirects_as_before(sim: Simulator) -> None:
    here = f"{sim.api_url}/gateway"
    async with (
        aiohttp.ClientSession() as session,
        Shard(sim.token, url=sim.url, intents=0, connector=AiohttpConnector(session)) as shard,
        redirecting(here, 302, None) as url,
    ):
        await shard.connect()
        async with session.get(url.replace("ws:", "http:")) as response:
            assert str(response.url) == here
            assert response.status == 200
