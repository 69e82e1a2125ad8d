"""The network at its worst, over real sockets: after each fault no event is lost, and none comes twice."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import pytest
import trustme

from gatewaysdk import EventStream, MessageDelete, Session, Shard, Timeouts
from gatewaysdk.codec import ENCODINGS
from gatewaysdk.compression import Compression
from gatewaysdk.protocol import Disconnected, SessionResumed
from gatewaysdk.simulator import FaultProxy, Simulator
from gatewaysdk.transport import AiohttpConnector

from .conftest import QUICK

COMPRESSIONS: dict[str, dict[str, Any]] = {
    "none": {"compress": None},
    "zlib-stream": {"compress": "zlib-stream"},
    "zstd-stream": {"compress": "zstd-stream"},
    "payload": {"compress": None, "payload_compression": True},
}

FORMATS = [
    pytest.param({"encoding": encoding, **options}, id=f"{encoding}-{name}")
    for encoding in ENCODINGS
    for name, options in COMPRESSIONS.items()
    if encoding == "json" or name != "payload"
]

SOON = Timeouts(connect=1, hello=1, ready=1, resumed=1, close=0.05)


class Bench:
    """A shard behind a proxy, and the numbers of the events that it got."""

    def __init__(self, sim: Simulator, proxy: FaultProxy, shard: Shard) -> None:
        self.sim, self.proxy, self.shard = sim, proxy, shard
        self.got: list[int] = []
        self.emitted = 0
        self.disconnects = 0
        self._changed = asyncio.Event()
        shard.on_raw("MESSAGE_DELETE")(self._take)
        shard.observe(self._observe)

    async def _take(self, data: dict[str, str]) -> None:
        self.got.append(int(data["id"]))
        self._changed.set()

    def _observe(self, effect: object) -> None:
        self.disconnects += isinstance(effect, Disconnected)
        if isinstance(effect, Disconnected | SessionResumed):
            self._changed.set()

    async def emit(self, count: int = 20) -> None:
        for _ in range(count):
            payload = {"id": str(self.emitted), "channel_id": "1" * 200}
            await self.sim.emit("MESSAGE_DELETE", payload, respect_intents=False)
            self.emitted += 1

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(20):
            while not condition():
                self._changed.clear()
                await self._changed.wait()

    async def recovered(self, resumes: int = 1) -> None:
        """All has arrived, in order, once."""
        await self.until(lambda: self.shard.stats.resumes >= resumes)
        await self.emit(5)
        await self.until(lambda: len(self.got) >= self.emitted)
        assert self.got == list(range(self.emitted))
        assert len(self.sim.identifies) == 1, "the session was lost"


@asynccontextmanager
async def bench(
    sim: Simulator, proxy: FaultProxy, url: str, options: dict[str, Any], **others: Any
) -> AsyncIterator[Bench]:
    before = asyncio.all_tasks()
    async with Shard(sim.token, url=url, policy=QUICK, timeouts=SOON, **options, **others) as shard:
        one = Bench(sim, proxy, shard)
        task = asyncio.create_task(shard.run())
        await sim.wait_for_session()
        await one.emit()
        await one.until(lambda: len(one.got) == one.emitted)
        yield one
        await shard.close()
        await task
    left = {task for task in asyncio.all_tasks() - before if task.get_name().startswith("gatewaysdk")}
    assert not left
    gc.collect()  # what is left open would warn here


@pytest.fixture(params=FORMATS)
async def plain(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    """Plain TCP, in every encoding and compression."""
    async with FaultProxy() as proxy, Simulator(resume_gateway_url=proxy.url, heartbeat_interval=150) as sim:
        proxy.target = sim.url
        async with bench(sim, proxy, proxy.url, request.param) as one:
            yield one
        await sim.wait_for(lambda: not any(connection.open for connection in sim.connections))


async def test_pain_06_a_cut_in_the_midst_of_traffic(plain: Bench) -> None:
    emitting = asyncio.create_task(plain.emit(200))
    await plain.until(lambda: len(plain.got) > 50)
    plain.proxy.cut()
    await emitting
    await plain.recovered()


async def test_pain_12_a_cut_in_the_midst_of_a_message(plain: Bench) -> None:
    for number, after in enumerate((1, 7, 100), 1):
        plain.proxy.cut(after)
        await plain.emit()
        await plain.recovered(resumes=number)


async def test_pain_06_a_half_open_connection(plain: Bench) -> None:
    plain.proxy.stall()
    await plain.emit()
    await plain.until(lambda: plain.disconnects > 0)
    plain.proxy.go_on()
    await plain.recovered()


@pytest.mark.parametrize("side", ["client", "gateway"])
async def test_a_half_closed_connection(plain: Bench, side: Any) -> None:
    emitting = asyncio.create_task(plain.emit(100))
    plain.proxy.half_close(side)
    await emitting
    await plain.recovered()


async def test_pain_12_messages_in_tiny_pieces_slow_and_late(plain: Bench) -> None:
    plain.proxy.split(50)
    await plain.emit()
    await plain.until(lambda: len(plain.got) == plain.emitted)
    plain.proxy.split(None)
    plain.proxy.delay(0.02)
    plain.proxy.throttle(1_000_000)
    await plain.emit()
    await plain.recovered(resumes=0)
    assert plain.disconnects == 0, "slow is not broken"


async def test_pain_03_a_gateway_that_cannot_be_reached_for_a_while(plain: Bench) -> None:
    plain.proxy.refuse = True
    plain.proxy.cut()
    await plain.emit()
    await plain.until(lambda: plain.disconnects >= 5)
    plain.proxy.refuse = False
    await plain.recovered()


@pytest.mark.parametrize("options", FORMATS)
async def test_flipped_bits_under_tls(options: dict[str, Any]) -> None:
    authority = trustme.CA()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    async with AsyncExitStack() as stack:
        inner = await stack.enter_async_context(FaultProxy(ssl=server))
        outer = await stack.enter_async_context(FaultProxy(inner.url, seed=7))
        sim = await stack.enter_async_context(Simulator(resume_gateway_url=outer.url))
        inner.target = sim.url
        connector = AiohttpConnector(options={"ssl": client})
        one = await stack.enter_async_context(bench(sim, outer, outer.url, options, connector=connector))
        for number in range(1, 6):
            outer.corrupt("gateway" if number == 5 else "client")
            if number == 5:
                await sim.request_heartbeat()
            await one.emit()
            await one.recovered(resumes=number)
        assert one.shard.stats.connections == 6


@pytest.mark.parametrize("compress", [None, "zlib-stream"])
async def test_flipped_bits_without_tls_end_nothing(compress: Compression | None) -> None:
    # Some of them cannot be told from what was meant, so events may be wrong; the shard goes on in any case.
    async with FaultProxy(seed=3) as proxy, Simulator(resume_gateway_url=proxy.url, heartbeat_interval=150) as sim:
        proxy.target = sim.url
        async with Shard(sim.token, url=proxy.url, policy=QUICK, timeouts=SOON, compress=compress) as shard:
            stream = shard.events(MessageDelete)
            await sim.wait_for_session()
            for number in range(8):
                proxy.corrupt()
                await emit_until_it_arrives(sim, stream, str(number))


async def emit_until_it_arrives(sim: Simulator, stream: EventStream[MessageDelete], message_id: str) -> None:
    async with asyncio.timeout(30):
        while True:
            await sim.wait_for_session(timeout=30)
            await sim.emit("MESSAGE_DELETE", {"id": message_id, "channel_id": "1"})
            with suppress(TimeoutError):
                while str(getattr(await asyncio.wait_for(anext(stream), 0.1), "id", None)) != message_id:
                    pass
                return


async def test_the_same_shard_survives_every_fault_in_turn() -> None:
    async with FaultProxy(seed=1) as proxy, Simulator(resume_gateway_url=proxy.url, heartbeat_interval=150) as sim:
        proxy.target = sim.url
        async with bench(sim, proxy, proxy.url, {"compress": "zstd-stream"}) as one:
            faults: list[Callable[[], None]] = [
                proxy.cut,
                lambda: proxy.cut(3),
                proxy.half_close,
                lambda: proxy.half_close("gateway"),
            ]
            for number in range(1, 21):
                faults[number % len(faults)]()
                await one.emit()
                await one.recovered(resumes=number)
        assert one.shard.stats.identifies == 1
        assert isinstance(one.shard.session, Session)
