"""A recorder stores what a live bot receives and sends, in any encoding and compression, without its secrets."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk import ConfigurationError, Intents, Shard, ShardManager, StateError, UpdatePresence
from gatewaysdk.codec import CodecFrame, get_codec
from gatewaysdk.errors import RecordingError
from gatewaysdk.events import MessageCreate
from gatewaysdk.record import Direction, Recorder, Recording
from gatewaysdk.shard.traffic import Traffic
from gatewaysdk.simulator import Simulator, sample

from .conftest import TOKEN

PLANTED = "planted-secret-0f1e2d3c4b5a"
EVERYTHING = Intents(sum(Intents))


async def live_until_message(sim: Simulator, shard: Shard) -> str:
    """Receive events with planted secrets, then a message. Returns the id of the session."""
    interaction = {**sample("INTERACTION_CREATE", full=False, seed=0), "token": PLANTED}
    voice = {"token": PLANTED, "guild_id": "1", "endpoint": "voice.example"}
    async with shard:
        await shard.connect()
        session_id = sim.sessions[0].session_id
        stream = shard.stream(MessageCreate)
        await sim.emit("INTERACTION_CREATE", interaction, respect_intents=False)
        await sim.emit("VOICE_SERVER_UPDATE", voice, respect_intents=False)
        await sim.emit("MESSAGE_CREATE", respect_intents=False)
        await anext(stream)
    return session_id


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("compress", ["none", "zlib-stream", "zstd-stream", "payload"])
async def test_frames_are_stored_as_they_came_without_secrets(tmp_path: Path, encoding: Any, compress: Any) -> None:
    if (encoding, compress) == ("etf", "payload"):
        with pytest.raises(ConfigurationError):  # there is no such connection to record
            Shard(TOKEN, encoding="etf", payload_compression=True, compress=None)
        return
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        per_payload = compress == "payload"
        shard = Shard(TOKEN, url=sim.url, intents=EVERYTHING, encoding=encoding,
                      compress=None if per_payload else compress, payload_compression=per_payload)  # fmt: skip
        came: list[bytes] = []

        @shard.observe_traffic
        def keep(one: Traffic) -> None:
            if isinstance(one.frame, CodecFrame):  # those received are
                came.append(one.frame.envelope[3])

        with Recorder(path, shard, now=lambda: 12.5) as recorder:
            session_id = await live_until_message(sim, shard)
    raw = gzip.decompress(path.read_bytes())
    assert not [secret for secret in (TOKEN, session_id, PLANTED) if secret.encode() in raw]
    recording = Recording(path)
    assert recording.header.encoding == encoding
    assert (recording.header.intents, recording.header.started) == (int(EVERYTHING), 12.5)
    records = list(recording)
    assert (recording.note, recorder.left_out, recorder.count) == (None, 0, len(records))
    codec = get_codec(encoding)
    received = [codec.peek(one.message) for one in records if one.direction is Direction.RECEIVED]
    live = [codec.peek(message) for message in came]
    assert [(one.op, one.s, one.t) for one in received] == [(one.op, one.s, one.t) for one in live]
    same = {one.t for one, message in zip(received, came, strict=True) if one.envelope[3] == message}
    assert same >= {None, "GUILD_CREATE", "MESSAGE_CREATE"}
    assert not same & {"READY", "INTERACTION_CREATE", "VOICE_SERVER_UPDATE"}
    sent = [codec.peek(one.message) for one in records if one.direction is Direction.SENT]
    assert sent[0].d["token"] == "[removed]"


async def test_a_resume_is_recorded_without_token_and_session(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        shard = Shard(TOKEN, url=sim.url, intents=Intents.GUILDS)
        with Recorder(path, shard):
            async with shard:
                await shard.connect()
                session_id = sim.sessions[0].session_id
                await sim.drop()
                await sim.wait_for(lambda: sim.resumes)
                await sim.wait_for_session()
                await shard.send(UpdatePresence(since=None, activities=[], status="idle", afk=False))
    raw = gzip.decompress(path.read_bytes())
    assert TOKEN.encode() not in raw
    assert session_id.encode() not in raw
    codec = get_codec("json")
    resumes = [frame for one in Recording(path) if (frame := codec.peek(one.message)).op == 6]
    assert [(one.d["token"], one.d["session_id"]) for one in resumes] == [("[removed]", "[removed]")]


async def test_a_manager_has_all_its_shards_recorded(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN, guilds=4, shards=2, max_concurrency=2) as sim:
        manager = ShardManager(TOKEN, api_url=sim.api_url, intents=Intents.GUILDS)
        with Recorder(path, manager):
            running = asyncio.create_task(manager.run(stop_signals=()))
            await manager.wait_ready()
            await sim.emit("CHANNEL_DELETE")
            manager.stop()
            await running
    recording = Recording(path)
    codec = get_codec("json")
    ready = {one.shard_id for one in recording if codec.peek(one.message).t == "READY"}
    assert ready == {0, 1}
    assert recording.header.num_shards == 2
    assert TOKEN.encode() not in gzip.decompress(path.read_bytes())


async def test_a_recorder_of_a_manager_can_be_stopped_early(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN, shards=1) as sim:
        manager = ShardManager(TOKEN, api_url=sim.api_url, intents=Intents.GUILDS)
        with Recorder(path, manager) as recorder:
            running = asyncio.create_task(manager.run(stop_signals=()))
            await manager.wait_ready()
            recorder.stop()
            count = recorder.count
            await manager.shards[0].reconnect()
            await sim.wait_for(lambda: sim.resumes)
            await manager.wait_ready()
            manager.stop()
            await running
    assert recorder.count == count == len(list(Recording(path)))


async def test_content_is_hidden_if_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        shard = Shard(TOKEN, url=sim.url, intents=EVERYTHING)
        with Recorder(path, shard, redact=("content",)):
            async with shard:
                await shard.connect()
                stream = shard.stream(MessageCreate)
                guild = sim.world.guild("Private club")
                await guild.member("alice").says("hello there", guild.channel("secret plans"))
                await anext(stream)
    raw = gzip.decompress(path.read_bytes())
    assert not re.search(rb"Private club|alice|hello there|secret plans", raw)
    assert Recording(path).header.redacted == ("content",)


async def test_no_file_is_left_if_nothing_came(tmp_path: Path) -> None:
    with Recorder(tmp_path / "bug.gwr", Shard(TOKEN)):
        pass
    assert not (tmp_path / "bug.gwr").exists()


async def test_a_recorder_leaves_no_observer_behind(tmp_path: Path) -> None:
    shard = Shard(TOKEN)
    with Recorder(tmp_path / "bug.gwr", shard):
        assert shard._runtime.traffic.observers
    assert not shard._runtime.traffic.observers


async def test_messages_are_in_the_file_while_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        shard = Shard(TOKEN, url=sim.url, intents=Intents.GUILDS)
        with Recorder(path, shard) as recorder:
            async with shard:
                await shard.connect()
                recorder._flush()  # what the timer calls after a second
                recording = Recording(path)
                assert len(list(recording)) == recorder.count
                assert "was not closed" in str(recording.note)


def fill_the_disk(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = recorder._writer
    assert writer is not None
    writer.flush()
    writer._waiting = 1 << 20  # so that the next record is flushed

    def full(data: bytes, *, flush: bool = True) -> None:
        raise writer._cannot(OSError(28, "No space left on device"))

    monkeypatch.setattr(writer, "_put", full)


async def test_a_full_disk_ends_the_recording_and_not_the_bot(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        shard = Shard(TOKEN, url=sim.url, intents=EVERYTHING)
        recorder = Recorder(path, shard)

        async def record() -> None:
            with recorder:
                async with shard:
                    await shard.connect()
                    stream = shard.stream(MessageCreate)
                    fill_the_disk(recorder, monkeypatch)
                    for _ in range(2):
                        await sim.emit("MESSAGE_CREATE", respect_intents=False)
                        await anext(stream)
                    assert recorder.error is not None
                    assert not shard._runtime.traffic.observers

        with pytest.raises(RecordingError, match="No space left on device"):
            await record()
    assert "the recording ends: the recording" in caplog.text
    recording = Recording(path)
    assert len(list(recording)) >= 3
    assert recording.note is not None


async def test_what_cannot_be_freed_of_secrets_is_left_out_with_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    async with Simulator(token=TOKEN) as sim:
        shard = Shard(TOKEN, url=sim.url, intents=EVERYTHING, compress=None)
        with Recorder(path, shard) as recorder:
            async with shard:
                await shard.connect()
                stream = shard.stream(MessageCreate)
                # An integer that JSON can hold and the encoder cannot write, beside a secret.
                await sim.send_raw(f'{{"t":"ODD","s":9,"op":0,"d":{{"token":"{PLANTED}","n":{10**30}}}}}')
                await sim.emit("MESSAGE_CREATE", respect_intents=False)
                await anext(stream)
    assert recorder.left_out == 1
    reasons = [one.message for one in Recording(path) if one.direction is Direction.LEFT_OUT]
    assert reasons == [b"ODD: EncodeError while secrets were removed"]
    assert PLANTED.encode() not in gzip.decompress(path.read_bytes())


async def test_a_recorder_that_cannot_begin_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, shard, manager = tmp_path / "bug.gwr", Shard(TOKEN), ShardManager(TOKEN)
    monkeypatch.setattr(manager, "_in_workers", True)
    with pytest.raises(StateError, match="events come to the workers"), Recorder(path, manager):
        pass
    assert not path.exists()
    path.touch()
    with pytest.raises(RecordingError, match="exists already"), Recorder(path, shard):
        pass
    assert not shard._runtime.traffic.observers
