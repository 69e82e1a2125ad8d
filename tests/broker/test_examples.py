"""The examples of consumers, on a real broker, with a shard that answers."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Intents, Shard
from gatewaysdk.broker import Engine, LoggedEvent
from gatewaysdk.broker.cluster_file import read_cluster_file
from gatewaysdk.broker.commands import serve_shard
from gatewaysdk.broker.opening import open_engine
from gatewaysdk.simulator import Simulator, sample

from .servers import NatsCluster

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture
def app(request: pytest.FixtureRequest, nats_node: NatsCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Make a `cluster.toml` where the example looks for it."""
    name: str = request.node.name.replace("test_", "example-")
    lines = [f'app = "{name}"', "[broker]", f'servers = ["{nats_node.urls[0]}"]', "max_bytes = 10000000"]
    (tmp_path / "cluster.toml").write_text("\n".join(lines))
    monkeypatch.chdir(tmp_path)
    return name


def load(name: str, said: Any) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"example_{name}", EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    vars(module)["print"] = said
    return module


async def append(engine: Engine, *events: tuple[str, Any]) -> None:
    batch = [
        LoggedEvent((0, 1), "abc", number, name, json.dumps(data).encode(), "json")
        for number, (name, data) in enumerate(events, 1)
    ]
    await engine.log.append((0, 1), 0, batch)


async def stop(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_consume_events(app: str) -> None:
    said: asyncio.Queue[str] = asyncio.Queue()
    engine = await open_engine(read_cluster_file(Path("cluster.toml")))
    async with asyncio.timeout(60), Simulator(guilds=1, members=5) as sim:
        shard = Shard(sim.token, url=sim.url, intents=Intents(sum(Intents)))
        await shard.connect()
        async with shard, serve_shard(engine.bus, (0, 1), lambda: shard):
            guild = sample("GUILD_CREATE", seed=0, full=True) | {"id": str(sim.guild_ids[0])}
            await append(
                engine, ("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True)), ("GUILD_CREATE", guild)
            )
            task = asyncio.create_task(load("consume_events", said.put_nowait).main())
            lines = {await said.get(), await said.get()}
            await stop(task)
    await engine.close()
    assert lines == {
        f"message {sample('MESSAGE_CREATE', seed=0, full=True)['id']} came to shard 0; attempt 1",
        f"guild {sim.guild_ids[0]}: 5 members",
    }


async def test_count_once(app: str) -> None:
    engine = await open_engine(read_cluster_file(Path("cluster.toml")))
    message = sample("MESSAGE_CREATE", seed=0, full=True) | {"guild_id": "9"}
    await append(engine, ("MESSAGE_CREATE", message), ("MESSAGE_CREATE", message))
    task = asyncio.create_task(load("count_once", print).main())
    async with asyncio.timeout(60):
        while not await _finished(engine):  # noqa: ASYNC110  # only the log knows
            await asyncio.sleep(0.05)
    await stop(task)
    await engine.close()
    with closing(sqlite3.connect("bot.db")) as database:
        assert database.execute("SELECT guild_id, count FROM messages").fetchall() == [(9, 2)]
        assert database.execute("SELECT count(*) FROM gatewaysdk_handled").fetchall() == [(2,)]


async def _finished(engine: Engine) -> bool:
    try:
        return await engine.log.lag("counter") == 0
    except ConfigurationError:  # it has not begun yet
        return False
