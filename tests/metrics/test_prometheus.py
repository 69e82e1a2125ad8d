"""A real Prometheus scrapes a manager that is connected to the simulator, and answers every query of the dashboard.

It is Debian's package `prometheus`, which CI installs; where it is missing, these tests are skipped and say so.
"""

from __future__ import annotations

import asyncio
import math
import shutil
import socket
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Metric

from gatewaysdk import MessageDelete
from gatewaysdk.metrics import MetricsServer
from gatewaysdk.metrics.dashboard import JOBS, dashboard
from gatewaysdk.simulator import Simulator

from ..fleet.conftest import MakeManager, emit_in, guild_on, make_manager, running

__all__ = ["make_manager"]  # a fixture

PROMETHEUS, PROMTOOL = shutil.which("prometheus"), shutil.which("promtool")
MISSING = "Debian's package prometheus is not installed; `apt-get install prometheus` does that"
JOB = "a bot"
VARIABLES = {"$job": JOB, "$__rate_interval": "5s"}
MOST_SCRAPES = 150
CONFIGURATION = """
scrape_configs:
  - job_name: {job}
    scrape_interval: 200ms
    scrape_timeout: 200ms
    static_configs:
      - targets: ["127.0.0.1:{port}"]
"""


@pytest.fixture(autouse=True)
def prometheus_is_there() -> None:
    if PROMETHEUS is None or PROMTOOL is None:
        pytest.skip(MISSING)


class Scrapes:
    """Figures of nobody's, by which it is known that Prometheus asks."""

    def __init__(self) -> None:
        self._next = asyncio.Event()

    def collect(self) -> Iterable[Metric]:
        self._next.set()
        return []

    async def wait(self, count: int) -> None:
        for _ in range(count):
            self._next.clear()
            await asyncio.wait_for(self._next.wait(), 30)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(guilds=8, shards=4, max_concurrency=16, heartbeat_interval=300) as simulator:
        yield simulator


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@asynccontextmanager
async def prometheus(folder: Path, scraped: int) -> AsyncIterator[str]:
    """Run Prometheus meanwhile, and give its URL."""
    (folder / "prometheus.yml").write_text(CONFIGURATION.format(job=JOB, port=scraped), encoding="utf-8")
    port = free_port()
    with (folder / "log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(
            str(PROMETHEUS), f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}", stdout=log, stderr=log,
        )  # fmt: skip
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            process.kill()
            await process.wait()


async def ask(session: aiohttp.ClientSession, url: str, **parameters: str) -> Any:
    async with session.get(url, params=parameters) as response:
        answer = await response.json()
    assert answer["status"] == "success", answer
    return answer["data"]


async def unanswered(session: aiohttp.ClientSession, url: str, queries: list[str]) -> dict[str, Any]:
    """Return the queries to which Prometheus knows no number, with its answers."""
    left = {}
    for query in queries:
        try:
            data = await ask(session, f"{url}/api/v1/query", query=query)
        except aiohttp.ClientConnectionError as error:  # it has not started yet
            return {query: error}
        values = [float(series["value"][1]) for series in data["result"]]
        if not values or any(math.isnan(value) for value in values):
            left[query] = data["result"]
    return left


def filled_in(query: str) -> str:
    for name, value in VARIABLES.items():
        query = query.replace(name, value)
    assert "$" not in query
    return query


async def test_every_query_of_the_dashboard_has_an_answer(
    sim: Simulator, make_manager: MakeManager, tmp_path: Path
) -> None:
    queries = [filled_in(target["expr"]) for panel in dashboard()["panels"] for target in panel["targets"]]
    manager, scrapes, registry = make_manager(), Scrapes(), CollectorRegistry()
    registry.register(scrapes)

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        pass

    async with (
        MetricsServer(manager, port=0, also=registry) as server,
        prometheus(tmp_path, server.port) as url,
        aiohttp.ClientSession() as session,
    ):
        await scrapes.wait(2)  # it has seen what there is before the start: what it sees rise, it counts
        async with running(manager):
            left: dict[str, Any] = {}
            for _ in range(MOST_SCRAPES):
                await emit_in(sim, guild_on(sim, 1, 4), "MESSAGE_DELETE", id="1", channel_id="1")
                await scrapes.wait(1)
                left = await unanswered(session, url, queries)
                if not left:
                    break
            assert not left, (tmp_path / "log").read_text("utf-8")[-2000:]
            live = 'sum(gatewaysdk_shard_state{state="live"})'
            (series,) = (await ask(session, f"{url}/api/v1/query", query=live))["result"]
            assert series["value"][1] == "4"
            figure = JOBS.removeprefix("label_values(").removesuffix(", job)")
            assert await ask(session, f"{url}/api/v1/label/job/values", **{"match[]": figure}) == [JOB]


async def test_its_linter_finds_nothing_wrong_with_the_figures(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    async with (
        MetricsServer(manager, port=0) as server,
        running(manager),
        aiohttp.ClientSession() as session,
        session.get(f"{server.url}/metrics") as response,
    ):
        text = await response.read()
    linter = await asyncio.create_subprocess_exec(
        str(PROMTOOL), "check", "metrics", stdin=PIPE, stdout=PIPE, stderr=PIPE
    )
    assert await linter.communicate(text) == (b"", b"")
    assert linter.returncode == 0
