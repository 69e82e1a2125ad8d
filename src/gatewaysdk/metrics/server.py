"""The HTTP server that Prometheus scrapes and that probes ask."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Self

from aiohttp import web
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from ..errors import ConfigurationError, GatewayError, StateError
from ..fleet.health import FleetHealth
from ..fleet.manager import ShardManager
from ..shard.shard import Shard
from ..tasks.label import UNSHARDED
from .collector import FleetCollector
from .probes import ACK_BOUND, Verdict, livez, readyz, startz
from .source import ShardSource, read_health

__all__ = ["MetricsServer"]

_CLOSE_SECONDS = 1.0

_log = UNSHARDED.log


class MetricsServer:
    """Serves the figures and probes of a manager, or of one shard, over HTTP for as long as its ``async with`` lasts.

    ``/metrics`` is for Prometheus. ``/livez``, ``/readyz`` and ``/startz`` answer 200 or 503, and say in words why.
    Nothing is counted or kept for it between two scrapes but events by name, which it turns on.

    Args:
        source: a `ShardManager` or a `Shard`.
        host: the address to listen on. The default is reached from this machine alone; what is served holds no secret,
            but it is not for everybody: how many shards there are, which events come, whether the bot is down.
        port: the port to listen on; 0 takes a free one.
        ack_bound: seconds; ``/livez`` answers 503 when the last heartbeat that a live shard had answered is older.
        events_by_shard: whether events by name are told for each shard too, which makes about 80 series for each.
        also: more figures to serve, such as ``prometheus_client.REGISTRY`` with those of the program.

    Attributes:
        port: the port; with 0 the free one, once it has started.

    Raises:
        ConfigurationError: a setting that cannot work; when it starts, an address that cannot be listened on.
    """

    def __init__(
        self,
        source: ShardSource,
        *,
        host: str = "127.0.0.1",
        port: int = 9400,
        ack_bound: float = ACK_BOUND,
        events_by_shard: bool = False,
        also: CollectorRegistry | None = None,
    ) -> None:
        if not isinstance(source, ShardManager | Shard):
            raise ConfigurationError(f"source is of type {type(source).__name__}; it takes a ShardManager or a Shard")
        if not ack_bound > 0:
            raise ConfigurationError(f"ack_bound is {ack_bound!r}; it takes seconds, more than 0")
        self._source = source
        self._host = host
        self.port = port
        self._ack_bound = ack_bound
        self._started = False
        self._runner: web.AppRunner | None = None
        self._collectors: list[Collector] = [FleetCollector(source, events_by_shard=events_by_shard)]
        if also is not None:
            self._collectors.append(also)
        source.count_events()

    async def start(self) -> None:
        """Begin to listen. ``async with`` does this."""
        if self._runner is not None:
            raise StateError("the metrics server runs already; stop() it first")
        app = web.Application()
        app.router.add_get("/metrics", self._metrics)
        app.router.add_get("/livez", self._probe(lambda health: livez(health, self._ack_bound)))
        app.router.add_get("/readyz", self._probe(readyz))
        app.router.add_get("/startz", self._probe(self._startz))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_CLOSE_SECONDS, logger=_log.logger)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self.port).start()
        except (OSError, OverflowError) as error:
            await self.stop()
            raise ConfigurationError(
                f"metrics cannot be served on {self._host}, port {self.port}: {error}; choose another host or port"
            ) from error
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Listen no more. ``async with`` does this."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """Where it listens, without a path."""
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self.port}"

    async def _metrics(self, request: web.Request) -> web.Response:
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        try:
            families = [family for one in self._collectors for family in one.collect()]
        except GatewayError as error:
            return _failed(error)
        # In a thread: for 1,000 shards this is as much work as to collect, and events need not wait for both.
        body = await asyncio.to_thread(encode, _Collected(families))
        return web.Response(body=body, headers={"Content-Type": content_type})

    def _probe(self, judge: Callable[[FleetHealth], Verdict]) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def answer(request: web.Request) -> web.Response:
            try:
                found = judge(read_health(self._source))
            except GatewayError as error:
                return _failed(error)
            return web.Response(status=200 if found.ok else 503, text=found.text)

        return answer

    def _startz(self, health: FleetHealth) -> Verdict:
        if self._started:
            return Verdict(True, "it has started\n")
        answer = startz(health)
        self._started = answer.ok
        return answer


class _Collected:
    """Figures that were read already."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def _failed(error: GatewayError) -> web.Response:
    """Say what went wrong where somebody looks for it: the file with the session starts may be damaged, or held."""
    _log.error("figures cannot be read: %s", error)
    return web.Response(status=500, text=f"{error}\n")
