"""Messages larger than max_size: they are reported as such, and the shard stops when they keep coming."""

from __future__ import annotations

import asyncio
import logging
import random
from typing import Any

import orjson
import pytest

from gatewaysdk import MessageDelete, MessageTooLarge, Shard
from gatewaysdk.protocol import Connect, Disconnected
from gatewaysdk.simulator import Simulator
from gatewaysdk.transport import Closed, Received

from .conftest import QUICK, MakeShard

MAX_SIZE = 50_000
LARGE = {"id": "1", "channel_id": "2", "pad": random.Random(1).randbytes(MAX_SIZE // 8).hex() * 8}


async def end_of(shard: Shard) -> MessageTooLarge:
    with pytest.raises(MessageTooLarge) as caught:
        await asyncio.wait_for(shard.run(), 30)
    return caught.value


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"compress": None}, "a message has more than max_size, 50000 bytes, as it is sent"),
        ({"compress": "zlib-stream"}, "zlib-stream data inflates to more than max_size, 50000 bytes"),
        ({"compress": "zstd-stream"}, "zstd-stream data inflates to more than max_size, 50000 bytes"),
        ({"encoding": "etf", "compress": None}, "a message has more than max_size, 50000 bytes, as it is sent"),
    ],
    ids=["none", "zlib-stream", "zstd-stream", "etf"],
)
async def test_an_event_beyond_max_size_is_told_and_ends_the_shard_at_the_third_time(
    make_shard: MakeShard, sim: Simulator, caplog: pytest.LogCaptureFixture, options: dict[str, Any], what: str
) -> None:
    shard = make_shard(max_size=MAX_SIZE, **options)
    shard.on(MessageDelete)(_ignore)
    effects: list[object] = []
    shard.observe(effects.append)
    running = asyncio.create_task(end_of(shard))
    await sim.wait_for_session()
    await sim.emit("MESSAGE_DELETE", LARGE)
    error = await running
    assert str(error) == f"{what}; if the gateway means it, raise max_size="
    assert error.limit == MAX_SIZE
    assert len([effect for effect in effects if isinstance(effect, Connect)]) == 3
    assert len([effect for effect in effects if isinstance(effect, Disconnected)]) == 3
    warnings = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert [what in warning for warning in warnings] == [True] * 3
    assert f"the shard stops: {what}" in caplog.text
    # With a larger max_size nothing is lost.
    assert shard.session is not None
    again = make_shard(max_size=3 * MAX_SIZE, session=shard.session, **options)
    async with asyncio.timeout(10):
        async for event in again.events(MessageDelete):
            assert event.id == 1
            break


async def _ignore(event: MessageDelete) -> None:
    raise AssertionError(event)


async def test_an_event_of_just_max_size_passes(make_shard: MakeShard, sim: Simulator) -> None:
    envelope = {"t": "MESSAGE_DELETE", "s": 100, "op": 0, "d": {"id": "7", "channel_id": "2", "pad": ""}}
    envelope["d"]["pad"] = "x" * (MAX_SIZE - len(orjson.dumps(envelope)))  # type: ignore[index]
    message = orjson.dumps(envelope)
    assert len(message) == MAX_SIZE
    shard = make_shard(max_size=MAX_SIZE, compress=None)
    events = shard.events(MessageDelete)
    await sim.wait_for_session()
    await sim.send_raw(message)
    assert (await asyncio.wait_for(anext(events), 10)).id == 7


class Bomber:
    """A gateway that answers each IDENTIFY with a READY made by hand; it is connector and transport at once."""

    def __init__(self, ready: bytes) -> None:
        self.ready = ready
        self.identifies = 0
        self._incoming: asyncio.Queue[Received] = asyncio.Queue()

    async def connect(self, url: str) -> Bomber:
        self._incoming = asyncio.Queue()
        self._incoming.put_nowait('{"t":null,"s":null,"op":10,"d":{"heartbeat_interval":40000}}')
        return self

    async def receive(self) -> Received:
        return await self._incoming.get()

    async def send(self, data: bytes, *, binary: bool) -> None:
        if orjson.loads(bytes(data))["op"] == 2:
            self.identifies += 1
            self._incoming.put_nowait(self.ready)

    async def close(self, code: int = 0, reason: str = "") -> None:
        self._incoming.put_nowait(Closed(None))

    def abort(self) -> None:
        pass


async def test_a_ready_of_too_many_values_at_each_connect_ends_the_shard(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewaysdk.protocol.lifecycle.IDENTIFY_INTERVAL", 0.01)
    monkeypatch.setattr("gatewaysdk.identify.local.IDENTIFY_INTERVAL", 0.01)
    ready = b'{"t":"READY","s":1,"op":0,"d":{"zzz":[' + b"[]," * 100_000 + b"0]}}"
    gateway = Bomber(ready)
    shard = Shard(
        "any", intents=0, url="ws://bomber", connector=gateway, policy=QUICK, max_size=1_000_000, compress=None
    )
    error = await end_of(shard)
    assert "holds more than 100000 array elements and map entries" in str(error)
    assert "raise max_size=" in str(error)
    assert gateway.identifies == 3
