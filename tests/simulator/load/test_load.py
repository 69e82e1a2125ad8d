"""Load: prepared events over real sockets, to our shard and to a bare client."""

import zlib
from typing import Any

import pytest

from gatewaysdk import Intents, Shard
from gatewaysdk.codec import get_codec
from gatewaysdk.compression import get_inflater
from gatewaysdk.errors import ConfigurationError
from gatewaysdk.events import TypingStart
from gatewaysdk.frame import Frame
from gatewaysdk.simulator import Simulator, sample
from gatewaysdk.simulator.load import EVERYDAY_EVENTS, PreparedEvent, ZlibBlocks

from ..client import TOKEN, connect

RATE = 5_000
ENCODINGS = ["json", "etf"]
COMPRESSIONS = [None, "zlib-stream", "zstd-stream"]
everywhere = pytest.mark.parametrize(
    ("encoding", "compress"), [(encoding, compress) for encoding in ENCODINGS for compress in COMPRESSIONS]
)


@everywhere
async def test_numbers_have_no_gaps_and_heartbeats_are_answered(encoding: str, compress: str | None) -> None:
    async with Simulator(token=TOKEN, rate=RATE) as sim, connect(sim, encoding=encoding, compress=compress) as client:
        await (await client.greeted()).identified()
        seen: list[Frame] = []
        acknowledged = 0
        await client.send(1, 1)
        while len(seen) < 700 or not acknowledged:  # several batches, and all prepared events more than once
            frame = await client.receive()
            if frame.op == 11:
                acknowledged += 1
            else:
                seen.append(frame)
        assert [frame.s for frame in seen] == list(range(2, 2 + len(seen)))
        assert {frame.t for frame in seen} == {"GUILD_CREATE", *EVERYDAY_EVENTS}
        assert seen[-1].d["guild_id"] == seen[0].d["id"]
        assert sim.load_sent >= len(seen) - 1


@everywhere
async def test_our_shard_takes_all(encoding: Any, compress: Any) -> None:
    async with (
        Simulator(token=TOKEN, rate=RATE) as sim,
        Shard(
            TOKEN, url=sim.url, intents=Intents.GUILD_MESSAGE_TYPING, encoding=encoding, compress=compress or "none"
        ) as shard,
    ):
        await shard.connect()
        await shard.receive()  # READY
        assert {type(await shard.receive()) for _ in range(300)} == {TypingStart}
        session = shard.session
        assert session is not None
        # READY was 1; the last event counts once the next one is asked for. A gap would make the number greater.
        assert session.sequence == 300


@everywhere
async def test_a_session_that_was_cut_goes_on_where_it_was(encoding: str, compress: str | None) -> None:
    async with Simulator(token=TOKEN, guilds=0, rate=RATE, replay_limit=1_000_000) as sim:
        async with connect(sim, encoding=encoding, compress=compress) as client:
            ready = await (await client.greeted()).identified()
            before = [await client.receive() for _ in range(100)]
            await sim.drop()
        async with connect(sim, encoding=encoding, compress=compress) as client:
            await (await client.greeted()).resume(ready["session_id"], before[-1].s)
            after: list[Frame] = []
            while not after or after[-1].t != "RESUMED":
                after.append(await client.receive())
            after += [await client.receive() for _ in range(300)]
        assert [frame.s for frame in before + after] == list(range(2, 2 + len(before) + len(after)))


async def test_a_connection_that_comes_late_gets_its_own_numbers() -> None:
    async with Simulator(token=TOKEN, guilds=0, rate=RATE) as sim, connect(sim, compress="zlib-stream") as first:
        await (await first.greeted()).identified()
        for _ in range(600):
            await first.receive()
        async with connect(sim, compress="zlib-stream") as second:
            await (await second.greeted()).identified()
            assert [(await second.receive()).s for _ in range(600)] == list(range(2, 602))
            assert [(await first.receive()).s for _ in range(600)] == list(range(602, 1202))


async def test_other_events_come_between_and_keep_the_numbers() -> None:
    async with Simulator(token=TOKEN, guilds=0, rate=RATE) as sim, connect(sim, compress="zlib-stream") as client:
        await (await client.greeted()).identified()
        frames = [await client.receive()]
        for _ in range(3):
            await sim.emit("MESSAGE_DELETE", {"id": "1"})
        while [frame.t for frame in frames].count("MESSAGE_DELETE") < 3:
            frames.append(await client.receive())
        frames += [await client.receive() for _ in range(10)]
        assert [frame.s for frame in frames] == list(range(2, 2 + len(frames)))


async def test_a_disturbed_connection_is_disturbed_under_load_too() -> None:
    async with Simulator(token=TOKEN, guilds=0, rate=RATE) as sim, connect(sim) as client:
        await (await client.greeted()).identified()
        sim.connections[0].disturbances.repeat = 1
        numbers = [(await client.receive()).s for _ in range(300)]
        while len(set(numbers)) == len(numbers):
            numbers.append((await client.receive()).s)
        assert len(numbers) - len(set(numbers)) == 1


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_number_may_have_any_width(encoding: str) -> None:
    codec, deflater, inflater = get_codec(encoding), ZlibBlocks(), get_inflater("zlib-stream")
    d = sample("TYPING_START", seed=0, full=True)
    event = PreparedEvent("TYPING_START", d, codec, deflater)
    context = zlib.decompressobj()  # of the standard library; the other may be zlib-ng
    begin = deflater.deflate("x")
    assert isinstance(begin, bytes)
    assert inflater.feed(begin) == [context.decompress(begin)] == [b"x"]
    for s in (1, 255, 256, 11_111_111, (1 << 31) - 1, 1 << 31, 1 << 33):
        payload = event.websocket_frame(s, codec, deflater)[4:]
        (message,) = inflater.feed(payload)
        assert context.decompress(payload) == message
        plain = codec.peek(codec.encode_frame(Frame(0, d, s, "TYPING_START")))
        assert (codec.peek(message).s, codec.peek(message).d) == (s, plain.d)
        between = deflater.deflate("x" * 99)
        assert isinstance(between, bytes)
        assert inflater.feed(between) == [context.decompress(between)] == [b"x" * 99]


async def test_content_is_hidden_without_its_intent() -> None:
    async with Simulator(token=TOKEN, rate=RATE, load_events=["MESSAGE_CREATE"]) as sim, connect(sim) as client:
        await (await client.greeted()).identified(intents=int(Intents.GUILD_MESSAGES))
        assert (await client.receive_event("MESSAGE_CREATE"))["content"] == ""


def test_what_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="rate is -1"):
        Simulator(token=TOKEN, rate=-1)
    with pytest.raises(ConfigurationError, match="no event 'READY'"):
        Simulator(token=TOKEN, rate=1, load_events=["READY"])
