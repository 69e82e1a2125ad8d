"""HTTP, records, and leaving nothing behind."""

import asyncio
from typing import Any

import aiohttp
import pytest

from gatewaysdk.codec import ENCODINGS
from gatewaysdk.compression import COMPRESSIONS, get_inflater
from gatewaysdk.errors import ConfigurationError, StateError
from gatewaysdk.events import MessageCreate
from gatewaysdk.simulator import PAYLOAD_THRESHOLD, Simulator

from .client import TOKEN, connect


async def get(url: str, **headers: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as response:
        return response.status, await response.json()


@pytest.mark.parametrize("prefix", ["", "/api", "/api/v10"])
async def test_get_gateway_names_the_url(prefix: str) -> None:
    async with Simulator(token=TOKEN) as sim:
        assert await get(f"{sim.api_url}{prefix}/gateway") == (200, {"url": sim.url})


@pytest.mark.parametrize("prefix", ["", "/api", "/api/v10"])
async def test_get_gateway_bot_counts_session_starts(prefix: str) -> None:
    async with Simulator(token=TOKEN, shards=3, max_concurrency=16, session_starts=10) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        status, data = await get(f"{sim.api_url}{prefix}/gateway/bot", Authorization=f"Bot {TOKEN}")
        assert (status, data["url"], data["shards"]) == (200, sim.url, 3)
        limit = data["session_start_limit"]
        assert (limit["total"], limit["remaining"], limit["max_concurrency"]) == (10, 9, 16)
        assert limit["reset_after"] > 0


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bot wrong"}, {"Authorization": TOKEN}])
async def test_get_gateway_bot_wants_the_token(headers: dict[str, str]) -> None:
    async with Simulator(token=TOKEN) as sim:
        status, _ = await get(f"{sim.api_url}/gateway/bot", **headers)
        assert status == 401


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("compress", COMPRESSIONS)
async def test_pain_24_every_encoding_and_compression_brings_the_same_event(encoding: str, compress: str) -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim, encoding=encoding, compress=compress) as client:
        await (await client.greeted()).identified()
        for seed in range(5):
            await sim.emit("MESSAGE_CREATE", seed=seed)
            event = MessageCreate.model_validate(await client.receive_event("MESSAGE_CREATE"))
            assert not event.violations
        assert all(isinstance(raw, bytes) for raw in client.raw) == (compress != "none" or encoding != "json")


async def test_payload_compression_is_for_large_messages() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        client.inflater = get_inflater(None, payload=True)
        await (await client.greeted()).identified(compress=True)
        await sim.emit("TEST", {"text": "x" * PAYLOAD_THRESHOLD})
        await sim.emit("TEST", {"text": "x"})
        assert len((await client.receive_event("TEST"))["text"]) == PAYLOAD_THRESHOLD
        assert (await client.receive_event("TEST"))["text"] == "x"
        assert [type(raw) for raw in client.raw] == [str, str, bytes, str]


async def test_the_resume_url_may_be_another() -> None:
    async with Simulator(token=TOKEN, resume_gateway_url="ws://127.0.0.1:1") as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified()
        assert ready["resume_gateway_url"] == "ws://127.0.0.1:1"


async def test_what_clients_send_is_kept_without_tokens() -> None:
    async with Simulator(token=TOKEN, guilds=0) as sim, connect(sim) as client:
        ready = await (await client.greeted()).identified(intents=5)
        await client.send(1, 1)
        (beat,) = await sim.wait_for_received(1)
        assert beat == (1, 1, ready["session_id"], 0)
        assert [one.op for one in sim.received] == [2, 1]
        assert sim.connections[0].received == sim.received
        assert sim.identifies == [{"token": "[token]", "intents": 5, "properties": {}}]
        shown = repr((sim, vars(sim), sim.received, sim.identifies, sim.connections, sim.sessions, sim.token))
        assert TOKEN not in shown


async def test_waiting_in_vain_times_out() -> None:
    async with Simulator(token=TOKEN) as sim:
        with pytest.raises(TimeoutError):
            await sim.wait_for(lambda: False, timeout=0.001)
        with pytest.raises(TimeoutError):
            await sim.wait_for_session(timeout=0.001)


async def test_leaving_the_block_closes_every_connection_and_leaves_no_task() -> None:
    before = asyncio.all_tasks()
    async with aiohttp.ClientSession() as http:
        async with Simulator(token=TOKEN) as sim:
            sockets = [await http.ws_connect(f"{sim.url}/?v=10") for _ in range(3)]
            await sim.wait_for(lambda: len(sim.connections) == 3)
        for socket in sockets:
            assert (await socket.receive()).type is aiohttp.WSMsgType.TEXT
            message = await socket.receive()
            assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1001)
        with pytest.raises(aiohttp.ClientConnectorError):
            await http.get(f"{sim.api_url}/gateway")
    assert not any(connection.open for connection in sim.connections)
    assert asyncio.all_tasks() == before


async def test_leaving_while_hello_is_delayed_leaves_no_task() -> None:
    before = asyncio.all_tasks()

    async def sleep(seconds: float) -> None:
        await asyncio.get_running_loop().create_future()

    async with aiohttp.ClientSession() as http, Simulator(token=TOKEN, sleep=sleep) as sim:
        sim.faults.hello_delay = 1.0
        async with http.ws_connect(f"{sim.url}/?v=10") as socket:
            await sim.wait_for(lambda: sim.connections)
            await sim.stop()
            assert (await socket.receive()).type is aiohttp.WSMsgType.CLOSE
    assert asyncio.all_tasks() == before


async def test_two_simulators_do_not_share_a_port() -> None:
    async with Simulator(token=TOKEN) as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)):
            await Simulator(token=TOKEN, port=port).start()
        with pytest.raises(StateError):
            await first.start()


@pytest.mark.parametrize("setting", ["guilds", "members", "shards", "max_concurrency", "heartbeat_interval"])
def test_settings_that_cannot_work(setting: str) -> None:
    settings: dict[str, Any] = {"token": TOKEN, setting: -1}
    with pytest.raises(ConfigurationError, match=setting):
        Simulator(**settings)
    with pytest.raises(ConfigurationError, match="token"):
        Simulator(token="")
