"""Events whose data cannot be decoded but whose envelope can: reported with their bytes, and nothing else is lost."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from gatewaysdk import Event, Intents, InvalidEvent, MessageDelete, PayloadError
from gatewaysdk.protocol import Disconnected
from gatewaysdk.simulator import Simulator

from .conftest import MakeShard

DEEP = b'{"id":"1","channel_id":"2","zzz":' + b"[" * 1100 + b"]" * 1100 + b"}"
LONG = b'{"id":"1","channel_id":"2","zzz":' + b"9" * 4301 + b"}"
LATIN = b'{"id":"1","channel_id":"2","zzz":"\xe9"}'
CUT_SHORT = b'{"id":"1","channel_id":"2"'
MANY = b'{"id":"1","channel_id":"2","zzz":[' + b"[]," * 100_001 + b"0]}"
JSON = {"nested too deep": DEEP, "a number too long": LONG, "no UTF-8": LATIN, "cut short": CUT_SHORT, "too many": MANY}

_ID = b"m\0\0\0\2idm\0\0\0\1" + b"1" + b"m\0\0\0\nchannel_idm\0\0\0\1" + b"2"
ETF = {
    "nested too deep": b"t\0\0\0\3" + _ID + b"m\0\0\0\3zzz" + b"h\1" * 300 + b"j",
    "a number too long": b"t\0\0\0\3" + _ID + b"m\0\0\0\3zzzo\0\0\x07\0\0" + b"\1" * 1792,
    "no UTF-8": b"t\0\0\0\3" + _ID + b"m\0\0\0\3zzzm\0\0\0\1\xe9",
    "cut short": b"t\0\0\0\3" + _ID,
    "too many": b"t\0\0\0\3" + _ID + b"m\0\0\0\3zzzl" + (200_001).to_bytes(4, "big") + b"j" * 200_002,
}


def json_event(s: int, d: bytes) -> bytes:
    return b'{"t":"MESSAGE_DELETE","s":%d,"op":0,"d":%b}' % (s, d)


def etf_event(s: int, d: bytes) -> bytes:
    return b"\x83t\0\0\0\4d\0\1d" + d + b"d\0\2opa\0d\0\1sa" + bytes([s]) + b"d\0\1td\0\x0eMESSAGE_DELETE"


CASES = [
    *(pytest.param("json", json_event(200, d), id=f"json-{name}") for name, d in JSON.items()),
    *(pytest.param("etf", etf_event(200, d), id=f"etf-{name}") for name, d in ETF.items()),
]


def good_event(encoding: str) -> bytes:
    if encoding == "json":
        return json_event(201, b'{"id":"5","channel_id":"2"}')
    return etf_event(201, b"t\0\0\0\2" + _ID)


@pytest.mark.parametrize("listening", ["typed", "raw", "both", "stream", "guild"])
@pytest.mark.parametrize(("encoding", "message"), CASES)
async def test_it_is_delivered_with_its_bytes_and_reported_and_the_connection_kept(
    sim: Simulator, make_shard: MakeShard, encoding: str, message: bytes, listening: str
) -> None:
    shard = make_shard(
        intents=Intents.GUILD_MESSAGES,
        encoding=encoding,
        compress=None,
        max_size=1_000_000,
        concurrency="guild" if listening == "guild" else None,
    )
    reported: list[tuple[Exception, Event | None]] = []
    got: list[Any] = []
    done = asyncio.Event()

    @shard.on_error
    async def on_error(error: Exception, event: Event | None) -> None:
        reported.append((error, event))

    async def typed(event: Event) -> None:
        got.append(event)
        if isinstance(event, MessageDelete):
            done.set()

    async def raw(data: Any) -> None:
        got.append(data)
        done.set()

    disconnects: list[object] = []
    shard.observe(lambda effect: disconnects.append(effect) if isinstance(effect, Disconnected) else None)
    if listening in ("typed", "both", "guild"):
        shard.on(MessageDelete, InvalidEvent)(typed)
    if listening in ("raw", "both"):
        shard.on_raw("MESSAGE_DELETE")(raw)
    reading = (
        asyncio.create_task(read(shard.events(MessageDelete, InvalidEvent), typed)) if listening == "stream" else None
    )
    running = asyncio.create_task(shard.run()) if reading is None else None
    await sim.wait_for_session()
    await sim.send_raw(message)
    await sim.send_raw(good_event(encoding))
    await asyncio.wait_for(done.wait(), 10)
    await shard.close()
    for task in (reading, running):
        if task is not None:
            await task

    ((error, event),) = reported
    assert isinstance(error, PayloadError)
    assert "its data cannot be decoded" in str(error)
    assert isinstance(event, InvalidEvent)
    assert (event.name, event.data, event.raw) == ("MESSAGE_DELETE", None, message)
    assert "zzz" not in repr(event)
    assert [type(one) for one in got if isinstance(one, InvalidEvent)] == [InvalidEvent] * (listening != "raw")
    assert not disconnects[:-1]  # the last is our own close
    assert sim.connections[0] is sim.connections[-1]
    assert shard.stats.invalid_events == 1


async def read(stream: Any, take: Any) -> None:
    async for event in stream:
        await take(event)


async def test_it_is_no_answer_to_a_wait_and_does_not_break_one(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES, compress=None)
    await shard.connect()
    waiting = asyncio.create_task(shard.wait_for(MessageDelete, timeout=10))
    await asyncio.sleep(0)
    await sim.send_raw(json_event(200, DEEP))
    await sim.send_raw(json_event(201, b'{"id":"5","channel_id":"2"}'))
    assert (await waiting).id == 5


async def test_without_an_error_hook_it_is_a_warning(
    sim: Simulator, make_shard: MakeShard, caplog: pytest.LogCaptureFixture
) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES, compress=None)
    stream = shard.events(InvalidEvent)
    await sim.wait_for_session()
    await sim.send_raw(json_event(200, DEEP))
    await asyncio.wait_for(anext(stream), 10)
    (warning,) = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert "MESSAGE_DELETE" in warning
    assert "its data cannot be decoded" in warning


async def test_half_a_surrogate_pair_is_read_as_browsers_show_it(sim: Simulator, make_shard: MakeShard) -> None:
    shard = make_shard(intents=Intents.GUILD_MESSAGES, compress=None)
    stream = shard.events(Event)
    await sim.wait_for_session()
    await sim.send_raw(json_event(200, b'{"id":"5","channel_id":"2","zzz":"\\ud800"}'))
    await sim.send_raw(b'{"t":"NEW","s":201,"op":0,"d":{"a":"\\udc00\\ud83d\\ude00\\\\ud800"}}')
    found = [event async for event in first(stream, ("MESSAGE_DELETE", "NEW"))]
    assert isinstance(found[0], MessageDelete)
    assert found[0].violations == ()
    assert getattr(found[1], "data") == {"a": "\ufffd\U0001f600\\ud800"}  # noqa: B009


async def first(stream: Any, names: tuple[str, ...]) -> Any:
    left = list(names)
    async for event in stream:
        name = getattr(event, "name", event.event_name)
        if name in left:
            left.remove(name)
            yield event
        if not left:
            return
