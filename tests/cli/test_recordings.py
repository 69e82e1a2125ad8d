"""`record`, `replay` and `show`, over real sockets with the simulator as the live gateway."""

from __future__ import annotations

import asyncio
import gzip
import json
import sys
import time
from asyncio.subprocess import Process
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gatewaysdk.codec import get_codec
from gatewaysdk.frame import Frame
from gatewaysdk.record import Direction, Header, Record, Recording
from gatewaysdk.record.writer import RecordingWriter
from gatewaysdk.simulator import Simulator, sample

from ..programs import start_program
from .conftest import TOKEN, Done, finish

Run = Callable[..., Done]
Start = Callable[..., Awaitable[Process]]
PLANTED = "planted-secret-0f1e2d3c4b5a"


@pytest.fixture
def bug(tmp_path: Path) -> Path:
    """A recording of two shards, with a message each second."""
    codec = get_codec("json")
    path = tmp_path / "bug.gwr"
    writer = RecordingWriter(path)
    writer.begin(Header(encoding="json", num_shards=2))
    identify = {"token": "[removed]", "intents": 1}
    writer.write(Record(Direction.RECEIVED, 0, 0, codec.encode_frame(Frame(10, {"heartbeat_interval": 41250}))))
    writer.write(Record(Direction.SENT, 0, 1000, codec.encode(2, identify)))
    for number in range(1, 6):
        author = {**sample("MESSAGE_CREATE", seed=0, full=True)["author"], "id": str(40 + number)}
        d = {
            **sample("MESSAGE_CREATE", seed=0, full=True),
            "content": f"text {number}",
            "guild_id": "7",
            "author": author,
        }
        frame = Frame(0, d, number, "MESSAGE_CREATE")
        writer.write(Record(Direction.RECEIVED, number % 2, number * 1_000_000, codec.encode_frame(frame)))
    frame = Frame(0, {"id": "8", "unavailable": True}, 6, "GUILD_DELETE")
    writer.write(Record(Direction.RECEIVED, 1, 6_000_000, codec.encode_frame(frame)))
    writer.write(Record(Direction.LEFT_OUT, 1, 7_000_000, b"ODD: EncodeError while secrets were removed"))
    writer.close()
    return path


# record


@pytest.mark.parametrize("encoding", ["json", "etf"])
@pytest.mark.parametrize("compress", ["none", "zlib-stream", "zstd-stream"])
async def test_a_live_connection_is_kept_without_secrets(
    sim: Simulator, run: Run, tmp_path: Path, encoding: str, compress: str
) -> None:
    path = tmp_path / "live.gwr"
    arguments = ("--url", sim.url, "--encoding", encoding, "--compress", compress, "--count", "5")
    recording = asyncio.create_task(asyncio.to_thread(run, "record", str(path), *arguments))
    session = await sim.wait_for_session(timeout=20)
    interaction = {**sample("INTERACTION_CREATE", full=False, seed=0), "token": PLANTED}
    await sim.emit("INTERACTION_CREATE", interaction, respect_intents=False)
    done = await recording
    assert done.code == 0
    assert done.out == ""
    assert f"recording into {path}; press Ctrl-C to stop\n" in done.err
    assert done.err.endswith(f"gatewaysdk: 5 messages are in {path}\n")
    raw = gzip.decompress(path.read_bytes())
    assert not [one for one in (TOKEN, session.session_id, PLANTED) if one.encode() in raw + done.err.encode()]
    codec = get_codec(encoding)
    frames = [codec.peek(one.message) for one in Recording(path)]
    assert [one.op for one in frames] == [10, 2, 0, 0, 0]
    assert [one.t for one in frames[2:]] == ["READY", "GUILD_CREATE", "INTERACTION_CREATE"]
    await sim.wait_for(lambda: sim.connections[0].client_close_code == 1000)  # the bot goes offline


async def test_a_killed_recorder_leaves_all_but_the_last_second(sim: Simulator, start: Start, tmp_path: Path) -> None:
    path = tmp_path / "live.gwr"
    process = await start("record", str(path), "--url", sim.url)
    await sim.wait_for_session(timeout=20)
    await sim.emit("MESSAGE_CREATE", sample("MESSAGE_CREATE", seed=0, full=True), respect_intents=False)

    def wait_for_message() -> None:
        # It is the file of another process, so there is nothing to wait for but the file.
        while not (path.exists() and any(b"MESSAGE_CREATE" in one.message for one in Recording(path))):
            time.sleep(0.05)

    await asyncio.to_thread(wait_for_message)
    process.kill()
    await process.wait()
    recording = Recording(path)
    assert [one.direction.name for one in recording][:2] == ["RECEIVED", "SENT"]
    assert "was not closed" in str(recording.note)
    assert TOKEN.encode() not in b"".join(one.message for one in recording)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for single processes")
async def test_ctrl_c_closes_the_file(sim: Simulator, start: Start, tmp_path: Path) -> None:
    import signal

    path = tmp_path / "live.gwr"
    process = await start("record", str(path), "--url", sim.url, "--redact", "content")
    await sim.wait_for_session(timeout=20)
    process.send_signal(signal.SIGINT)
    done = await finish(process)
    assert done.code == 0
    recording = Recording(path)
    assert len(list(recording)) >= 2
    assert recording.note is None
    assert recording.header.redacted == ("content",)


async def test_no_file_is_left_of_a_connection_that_failed(sim: Simulator, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "live.gwr"
    done = await asyncio.to_thread(run, "record", str(path), "--url", "ws://127.0.0.1:9", "--timeout", "5")
    assert done.code == 1
    assert "cannot connect" in done.err
    assert not path.exists()


def test_a_file_that_exists_is_left_alone(run: Run, bug: Path) -> None:
    before = bug.read_bytes()
    done = run("record", str(bug), "--url", "ws://127.0.0.1:9")
    assert (done.code, done.out) == (1, "")
    assert done.err == f"gatewaysdk: {bug} exists already; choose another name, or remove it\n"
    assert bug.read_bytes() == before


async def test_a_duration_ends_it(sim: Simulator, run: Run, tmp_path: Path) -> None:
    done = await asyncio.to_thread(run, "record", str(tmp_path / "a.gwr"), "--url", sim.url, "--duration", "0.1")
    assert done.code == 0


# show


def test_lines_show_time_direction_and_what_is_telling(run: Run, bug: Path) -> None:
    done = run("show", str(bug))
    lines = done.out.splitlines()
    assert (done.code, done.err) == (0, "")
    assert lines[0].startswith('     0.000   0 < HELLO  {"heartbeat_interval":41250}')
    assert lines[1].startswith('     0.001   0 > IDENTIFY  {"token":"[removed]","intents":1}')
    assert lines[2].startswith('     1.000   1 < MESSAGE_CREATE  content="text 1"')
    assert lines[-1] == "     7.000   1 ! ODD: EncodeError while secrets were removed"
    assert len(lines) == 9


@pytest.mark.parametrize(
    ("arguments", "times"),
    [
        (("--events", "MessageCreate"), [1, 2, 3, 4, 5]),
        (("--events", "guild_delete,hello"), [6]),
        (("--op", "2,10"), [0, 0.001]),
        (("--direction", "sent"), [0.001]),
        (("--guild", "7"), [1, 2, 3, 4, 5]),
        (("--guild", "8"), [6]),
        (("--user", "43"), [3]),
        (("--user", "43", "--guild", "8"), []),
        (("--shard", "1"), [1, 3, 5, 6, 7]),
        (("--since", "2", "--until", "5"), [2, 3, 4]),
    ],
)
def test_filters_let_through_what_fits_all(run: Run, bug: Path, arguments: tuple[str, ...], times: list[float]) -> None:
    done = run("show", str(bug), "--json", *arguments)
    assert done.code == 0
    assert [json.loads(line)["time"] for line in done.out.splitlines()] == times
    assert done.err == ("" if times else "gatewaysdk: no record fits\n")


def test_json_lines_have_all_data(run: Run, bug: Path) -> None:
    lines = [json.loads(line) for line in run("show", str(bug), "--json").out.splitlines()]
    sent, deleted, left_out = lines[1], lines[-2], lines[-1]
    assert (sent["direction"], sent["op"], sent["t"], sent["d"]["intents"]) == ("sent", 2, None, 1)
    expected: dict[str, Any] = {"time": 6.0, "direction": "received", "shard": 1, "op": 0, "s": 6, "t": "GUILD_DELETE"}
    assert {key: deleted[key] for key in expected} == expected
    assert deleted["d"] == {"id": "8", "unavailable": True}
    assert left_out == {"time": 7.0, "direction": "left out", "shard": 1,
                        "reason": "ODD: EncodeError while secrets were removed"}  # fmt: skip


def test_counts_have_messages_and_bytes_of_each_name(run: Run, bug: Path) -> None:
    rows = [line.split() for line in run("show", str(bug), "--count").out.splitlines()]
    assert rows[0] == ["messages", "bytes", "direction", "name"]
    assert (rows[1][0], rows[1][2:]) == ("5", ["received", "MESSAGE_CREATE"])
    total = sum(len(one.message) for one in Recording(bug))
    assert rows[-1] == ["9", f"{total:,}", "in", "all"]
    found = [json.loads(line) for line in run("show", str(bug), "--count", "--json").out.splitlines()]
    assert sum(one["bytes"] for one in found) == total
    assert found[0] | {"bytes": 0} == {"direction": "received", "name": "MESSAGE_CREATE", "count": 5, "bytes": 0}


def test_a_damaged_file_shows_what_is_sound(run: Run, bug: Path) -> None:
    bug.write_bytes(bug.read_bytes() + b"more")
    done = run("show", str(bug))
    assert done.code == 1
    assert len(done.out.splitlines()) == 9
    assert done.err == f"gatewaysdk: {bug} is damaged after 9 sound records: bytes follow its end\n"


def test_a_file_that_grows_is_shown_with_a_note(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "live.gwr"
    writer = RecordingWriter(path)
    writer.begin(Header(encoding="json"))
    writer.write(Record(Direction.RECEIVED, 0, 0, b'{"op":11}'))
    writer.flush()
    done = run("show", str(path))
    assert done.code == 0
    assert "HEARTBEAT_ACK" in done.out
    assert done.err == f"gatewaysdk: {path} was not closed: it ends after 1 records\n"
    writer.close()


def test_what_is_no_recording_is_one_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    for name in ("notes.txt", "gone.gwr"):
        for command in ("show", "replay"):
            done = run(command, str(tmp_path / name))
            assert (done.code, done.out, len(done.err.splitlines())) == (1, "", 1)
            assert name in done.err


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no sh and no head")
async def test_head_ends_it_without_a_word(tmp_path: Path) -> None:
    path = tmp_path / "large.gwr"
    writer = RecordingWriter(path)
    writer.begin(Header(encoding="json"))
    for _ in range(20_000):
        writer.write(Record(Direction.RECEIVED, 0, 0, b'{"op":11,"d":null}'))
    writer.close()
    show = f'("{sys.executable}" -m gatewaysdk show "{path}"; echo "status $?" >&2) | head -n 1'
    process = await start_program("sh", "-c", show)
    out, err = await asyncio.wait_for(process.communicate(), 30)
    assert b"HEARTBEAT_ACK" in out
    assert err == b"status 0\n"


# replay


async def test_a_recording_goes_to_a_client_of_another_process(
    run: Run, start: Start, sim: Simulator, tmp_path: Path
) -> None:
    path = tmp_path / "live.gwr"
    recording = asyncio.create_task(asyncio.to_thread(run, "record", str(path), "--url", sim.url, "--count", "5"))
    await sim.wait_for_session(timeout=20)
    await sim.emit("MESSAGE_DELETE", {"id": "5", "channel_id": "6"}, respect_intents=False)
    assert (await recording).code == 0
    replaying = await start("replay", str(path), "--token", TOKEN, "--speed", "max", "--loop")
    assert replaying.stdout is not None
    url = (await replaying.stdout.readline()).decode().split()[1]
    done = await asyncio.to_thread(run, "listen", "--url", url, "--json", "--count", "5", "--encoding", "etf")
    assert done.code == 0
    lines = [json.loads(line) for line in done.out.splitlines()]
    names = ["READY", "GUILD_CREATE", "MESSAGE_DELETE", "GUILD_CREATE", "MESSAGE_DELETE"]
    assert [line["t"] for line in lines] == names
    assert lines[2]["d"] == {"id": "5", "channel_id": "6"}
    replaying.terminate()
    assert (await finish(replaying)).code == 0


@pytest.mark.parametrize("value", ["0", "-1", "fast"])
def test_a_speed_that_is_none_is_refused(run: Run, bug: Path, value: str) -> None:
    done = run("replay", str(bug), "--speed", value)
    assert done.code == 2
    assert "--speed" in done.err
