"""The server over real sockets: a manager and a shard against the simulator."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import aiohttp
import pytest
from prometheus_client import CollectorRegistry, Counter

from gatewaysdk import ConfigurationError, MessageDelete, Shard, ShardManager, StateError
from gatewaysdk.metrics import MetricsServer
from gatewaysdk.protocol import HeartbeatAcknowledged
from gatewaysdk.simulator import Simulator

from ..fleet.conftest import MakeManager, emit_in, guild_on, make_manager, running, sim

__all__ = ["make_manager", "sim"]  # fixtures

LAST = 99


async def get(server: MetricsServer, path: str, **headers: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(server.url + path, headers=headers) as response:
        return response.status, await response.text()


async def test_a_manager_from_before_the_start_to_its_end(sim: Simulator, make_manager: MakeManager) -> None:
    manager, done, answered = make_manager(), asyncio.Event(), asyncio.Event()

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        if event.id == LAST:
            done.set()

    async with MetricsServer(manager, port=0) as server:
        assert await get(server, "/livez") == (200, "0 shards are live\n")
        assert (await get(server, "/readyz"))[0] == (await get(server, "/startz"))[0] == 503
        async with running(manager):
            assert await get(server, "/readyz") == (200, "all 4 shards are live\n")
            assert (await get(server, "/startz"))[0] == 200
            manager.observe(lambda step: answered.set() if isinstance(step, HeartbeatAcknowledged) else None)
            await sim.request_heartbeat(shard=1)
            await asyncio.wait_for(answered.wait(), 10)
            guild_id = guild_on(sim, 1, 4)
            await emit_in(sim, guild_id, "NEW_FROM_DISCORD")
            for number in (1, 2, LAST):
                await emit_in(sim, guild_id, "MESSAGE_DELETE", id=str(number), channel_id="1")
            await asyncio.wait_for(done.wait(), 10)
            status, text = await get(server, "/metrics")
            assert status == 200
            lines = text.splitlines()
            assert 'gatewaysdk_events_total{event="MESSAGE_DELETE"} 3.0' in lines
            assert 'gatewaysdk_events_total{event="(unknown)"} 1.0' in lines
            assert 'gatewaysdk_events_total{event="READY"} 4.0' in lines
            assert "(uncounted)" not in text
            assert 'gatewaysdk_shard_state{num_shards="4",shard="3",state="live",worker=""} 1.0' in lines
            assert "gatewaysdk_permit_wait_seconds_count 4.0" in lines
            assert "gatewaysdk_heartbeat_rtt_seconds_count 1.0" in lines
            assert "gatewaysdk_identify_budget 996.0" in lines
            assert sim.token.reveal() not in text
        assert (await get(server, "/readyz"))[0] == 503
        assert await get(server, "/startz") == (200, "it has started\n")


class StoreThatFails:
    """A session store that raises when it is asked for shard 1 at first: by the forecast, then by the shard."""

    failures = 2

    async def load(self, shard: tuple[int, int] | None) -> None:
        if shard == (1, 4) and self.failures:
            self.failures -= 1
            raise RuntimeError("the disk is away")

    async def save(self, shard: tuple[int, int] | None, session: object) -> None:
        pass


async def test_a_shard_that_takes_the_place_of_another_counts_too(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0, session_store=StoreThatFails())
    async with MetricsServer(manager, port=0) as server, running(manager):
        lines = (await get(server, "/metrics"))[1].splitlines()
        assert 'gatewaysdk_restarts_total{num_shards="4",shard="1"} 1.0' in lines
        assert 'gatewaysdk_events_total{event="READY"} 4.0' in lines
        assert "gatewaysdk_permit_wait_seconds_count 4.0" in lines


async def test_shards_that_run_already_count_from_now_on(sim: Simulator, make_manager: MakeManager) -> None:
    manager, done = make_manager(), asyncio.Event()

    @manager.on(MessageDelete)
    async def on_delete(event: MessageDelete) -> None:
        done.set()

    async with running(manager):
        assert manager.stats.events_by_name == {}
        async with MetricsServer(manager, port=0) as server:
            await emit_in(sim, guild_on(sim, 1, 4), "MESSAGE_DELETE", id="1", channel_id="1")
            await asyncio.wait_for(done.wait(), 10)
            text = (await get(server, "/metrics"))[1]
    assert 'gatewaysdk_events_total{event="MESSAGE_DELETE"} 1.0' in text
    uncounted = text.partition('{event="(uncounted)"} ')[2].partition("\n")[0]
    assert float(uncounted) >= 4  # READY of each shard, at least


async def test_sums_stand_through_a_reshard_and_readiness_too(sim: Simulator, make_manager: MakeManager) -> None:
    manager = make_manager(intents=0)
    ready: list[int] = []
    async with MetricsServer(manager, port=0) as server, running(manager):
        assert 'gatewaysdk_events_total{event="READY"} 4.0' in (await get(server, "/metrics"))[1]

        async def ask_while_both_run() -> None:
            while len(manager.health.shards) != 6:
                await sim.wait_for_session(len(sim.sessions) + 1, timeout=20)
            ready.append((await get(server, "/readyz"))[0])

        asking = asyncio.create_task(ask_while_both_run())
        await manager.reshard(2, quiet=0.1)
        await asking
        assert ready == [200]
        text = (await get(server, "/metrics"))[1]
        assert 'gatewaysdk_events_total{event="READY"} 6.0' in text
        assert text.count("gatewaysdk_shard_state{") == 2


async def test_one_shard_alone(sim: Simulator) -> None:
    shard = Shard(sim.token, url=sim.url, intents=0)
    async with MetricsServer(shard, port=0, events_by_shard=True) as server:
        assert (await get(server, "/startz"))[0] == 503
        async with shard:
            await shard.connect()
            assert await get(server, "/readyz") == (200, "all 1 shards are live\n")
            text = (await get(server, "/metrics"))[1]
            assert 'gatewaysdk_events_total{event="READY",num_shards="1",shard="0"} 1.0' in text
            assert 'gatewaysdk_identifies_total{num_shards="1",shard="0"} 1.0' in text
            assert "\ngatewaysdk_identify_budget " not in text


async def test_a_shard_that_goes_dark_is_told(sim: Simulator, monkeypatch: pytest.MonkeyPatch) -> None:
    shard, answered = Shard(sim.token, url=sim.url, intents=0), asyncio.Event()
    async with MetricsServer(shard, port=0, ack_bound=60) as server, shard:
        await shard.connect()
        shard.observe(lambda step: answered.set() if isinstance(step, HeartbeatAcknowledged) else None)
        await sim.request_heartbeat()
        await asyncio.wait_for(answered.wait(), 10)
        assert (await get(server, "/livez"))[0] == 200
        now = shard._runtime._now
        monkeypatch.setattr(shard._runtime, "_now", lambda: now() + 61)  # as if the timer never came
        status, text = await get(server, "/livez")
        assert status == 503
        assert text == "shard 0 of 1: the last heartbeat was answered 61 s ago; the bound is 60 s\n"
        monkeypatch.undo()


async def test_what_the_program_counts_is_served_too() -> None:
    registry = CollectorRegistry()
    Counter("orders", "of the program", registry=registry).inc()
    async with MetricsServer(ShardManager("any"), port=0, also=registry) as server:
        text = (await get(server, "/metrics"))[1]
        assert "orders_total 1.0" in text
        assert "gatewaysdk_permit_wait_seconds_count 0.0" in text
        accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
        assert (await get(server, "/metrics", **accept))[1].endswith("# EOF\n")
        assert (await get(server, "/elsewhere"))[0] == 404


class Unreadable(ShardManager):
    @property
    def health(self) -> None:  # type: ignore[override]
        raise ConfigurationError("the file is damaged; remove it")


@pytest.mark.parametrize("path", ["/metrics", "/livez", "/readyz", "/startz"])
async def test_an_error_is_told_to_who_asks(path: str) -> None:
    async with MetricsServer(Unreadable("any"), port=0) as server:
        assert await get(server, path) == (500, "the file is damaged; remove it\n")


async def test_it_is_reached_from_this_machine_alone_unless_told_otherwise() -> None:
    async with MetricsServer(ShardManager("any"), port=0) as server:
        assert server.url == f"http://127.0.0.1:{server.port}"
        assert server._runner is not None
        assert server._runner.addresses == [("127.0.0.1", server.port)]
    assert MetricsServer(ShardManager("any"), host="::1").url == "http://[::1]:9400"


async def test_a_port_that_is_taken() -> None:
    async with MetricsServer(ShardManager("any"), port=0) as server:
        with pytest.raises(ConfigurationError, match=f"cannot be served on 127.0.0.1, port {server.port}.*choose"):
            await MetricsServer(ShardManager("any"), port=server.port).start()
        with pytest.raises(StateError, match="runs already"):
            await server.start()
    await server.start()  # and again, on the port that it had
    await server.stop()
    await server.stop()
    with pytest.raises(ConfigurationError, match=r"port 70000.*choose"):
        await MetricsServer(ShardManager("any"), port=70_000).start()


def test_settings_that_cannot_work() -> None:
    with pytest.raises(ConfigurationError, match="source is of type str; it takes a ShardManager or a Shard"):
        MetricsServer("bot")  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match="ack_bound is 0; it takes seconds"):
        MetricsServer(ShardManager("any"), ack_bound=0)


def test_without_prometheus_client_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['prometheus_client'] = None; import gatewaysdk.metrics"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "needs the package prometheus-client; pip install 'gatewaysdk[metrics]'" in done.stderr
