"""Recordings for tests, made by hand or by a live shard."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from gatewaysdk.codec import get_codec
from gatewaysdk.frame import Frame
from gatewaysdk.record import Direction, Header, Record
from gatewaysdk.record.writer import RecordingWriter

TOKEN = "simulated-b2e7c1f09d5a4386"

Write: TypeAlias = Callable[..., Path]


def dispatch(name: str, d: Any, s: int = 1) -> Frame:
    return Frame(0, d, s, name)


READY = dispatch("READY", {"v": 10, "user": {"id": "77"}, "guilds": [], "session_id": "[removed]",
                           "resume_gateway_url": "[removed]", "application": {"id": "77", "flags": 0}})  # fmt: skip


def write_recording(
    path: Path, frames: Iterable[Frame], *, encoding: str = "json", shards: int = 1, step: float = 0.0
) -> Path:
    """Write a recording of received frames, ``step`` seconds apart, in turn on each of the shards."""
    codec = get_codec(encoding)
    writer = RecordingWriter(path)
    writer.begin(Header(encoding=encoding, num_shards=shards))
    for number, frame in enumerate(frames):
        time = round(number * step * 1e6)
        writer.write(Record(Direction.RECEIVED, number % shards, time, codec.encode_frame(frame)))
    writer.close()
    return path


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes a recording and returns its file."""

    def write(frames: Iterable[Frame], **options: Any) -> Path:
        return write_recording(tmp_path / "bug.gwr", frames, **options)

    return write
