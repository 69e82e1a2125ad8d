"""What is written is read again; of a file that is cut short or damaged, all that is sound."""

from __future__ import annotations

import gzip
import tempfile
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk.errors import RecordingError
from gatewaysdk.record import Direction, Header, Record, Recording
from gatewaysdk.record.format import LARGEST_HEADER, LARGEST_MESSAGE, PREFIX, pack
from gatewaysdk.record.writer import RecordingWriter

HEADER = Header(encoding="json", num_shards=2, intents=1, started=1.5, redacted=("content",), library="a test")
RECORDS = st.builds(
    Record, st.sampled_from(Direction), st.integers(0, 2**32 - 1), st.integers(0, 2**64 - 1), st.binary(max_size=300)
)
THREE = [Record(Direction.RECEIVED, 1, 1000 * number, b'{"number":%d}' % number) for number in range(3)]

END = 10
"""Bytes with which an empty gzip stream ends: an empty block, checksum, size."""


def written(path: Path, records: list[Record], *, flush: bool = False) -> Path:
    writer = RecordingWriter(path)
    writer.begin(HEADER)
    for record in records:
        writer.write(record)
        if flush:
            writer.flush()
    writer.close()
    return path


def read(path: Path) -> tuple[list[Record], str | None]:
    """Return the sound records, and what is wrong with the file."""
    recording, found = Recording(path), []
    try:
        for record in recording:
            found.append(record)  # noqa: PERF402  # the sound ones before an error count
    except RecordingError as error:
        return found, str(error)
    return found, recording.note


@given(st.lists(RECORDS), st.booleans())
def test_records_are_read_as_they_were_written(records: list[Record], flush: bool) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = written(Path(directory) / "bug.gwr", records, flush=flush)
        assert Recording(path).header == HEADER
        assert read(path) == (records, None)
        assert list(Recording(path)) == records  # once more


def test_a_cut_leaves_all_that_was_flushed(tmp_path: Path) -> None:
    whole = written(tmp_path / "bug.gwr", THREE, flush=True).read_bytes()
    header = len(written(tmp_path / "empty.gwr", []).read_bytes()) - END
    cut, counts = tmp_path / "cut.gwr", []
    for size in range(header - 8):  # the last bytes of a flush say nothing more
        cut.write_bytes(whole[:size])
        with pytest.raises(RecordingError, match="is no recording: it ends before its header does"):
            Recording(cut)
    for size in range(header, len(whole)):
        cut.write_bytes(whole[:size])
        records, note = read(cut)
        assert records == THREE[: len(records)]
        assert note is not None
        assert f"was not closed: it ends after {len(records)} records" in note
        counts.append(len(records))
    assert counts == sorted(counts)
    assert set(counts) == {0, 1, 2, 3}


def test_damage_is_never_taken_for_data(tmp_path: Path) -> None:
    whole = written(tmp_path / "bug.gwr", THREE, flush=True).read_bytes()
    damaged, problems = tmp_path / "damaged.gwr", 0
    for place in range(len(whole)):
        damaged.write_bytes(whole[:place] + bytes([whole[place] ^ 0x10]) + whole[place + 1 :])
        try:
            records, problem = read(damaged)
        except RecordingError:
            problems += 1  # in the header
            continue
        assert records == THREE[: len(records)]
        if problem is None:  # a bit that means nothing, such as one of the time in the head of gzip
            assert (records, Recording(damaged).header) == (THREE, HEADER)
        problems += problem is not None
    assert problems >= len(whole) - 20


def test_the_error_says_how_many_records_are_sound(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    path.write_bytes(gzip.compress(HEADER.line() + pack(THREE[0]) + pack(THREE[1])[:-1] + b"x" + pack(THREE[2])))
    records, problem = read(path)
    assert records == THREE[:1]
    assert problem == f"{path} is damaged after 1 sound records: the checksum of the next one is wrong"


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (PREFIX.pack(b"?", 0, 0, 0, 0), "what follows is no record"),
        (PREFIX.pack(b"<", 0, 0, LARGEST_MESSAGE + 1, 0), "what follows is no record"),
        (b"<<", "2 bytes follow that are no record"),
    ],
)
def test_what_is_no_record_is_named(tmp_path: Path, more: bytes, problem: str) -> None:
    path = tmp_path / "bug.gwr"
    path.write_bytes(gzip.compress(HEADER.line() + pack(THREE[0]) + more))
    assert read(path) == (THREE[:1], f"{path} is damaged after 1 sound records: {problem}")


def test_bytes_after_the_end_are_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "bug.gwr", THREE)
    with path.open("ab") as file:
        file.write(b"more")
    assert read(path) == (THREE, f"{path} is damaged after 3 sound records: bytes follow its end")


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"", "is no recording: it ends before its header does"),
        (b"plain text\n", "is no recording: it cannot be inflated"),
        (gzip.compress(b"other\n"), "its first line does not say 'gatewaysdk recording'"),
        (gzip.compress(b"\xff\n"), "its first line does not say 'gatewaysdk recording'"),
        (gzip.compress(b"x" * 2 * LARGEST_HEADER), "is no recording"),
        (gzip.compress(HEADER.line().replace(b'"version": 1', b'"version": 2')), "version 2, this release reads 1"),
        (gzip.compress(HEADER.line().replace(b'"json"', b'"xml"')), "has encoding 'xml' in its header; it takes json"),
        (gzip.compress(HEADER.line().replace(b'"num_shards": 2', b'"num_shards": 0')), "has num_shards 0"),
        (gzip.compress(HEADER.line().replace(b'"num_shards": 2', b'"num_shards": 4294967297')), "1 to 4294967296"),
        (gzip.compress(HEADER.line().replace(b'"intents": 1', b'"intents": 9223372036854775808')), "a number, or null"),
        (gzip.compress(HEADER.line().replace(b"1.5", b"null")), "has started None"),
    ],
    ids=["empty", "text", "other", "bytes", "long", "version", "encoding", "shards", "more", "intents", "started"],
)
def test_what_is_no_recording_says_so(tmp_path: Path, content: bytes, problem: str) -> None:
    path = tmp_path / "bug.gwr"
    path.write_bytes(content)
    with pytest.raises(RecordingError) as caught:
        Recording(path)
    assert problem in str(caught.value)


def test_keys_of_tomorrow_are_ignored(tmp_path: Path) -> None:
    path = tmp_path / "bug.gwr"
    path.write_bytes(gzip.compress(HEADER.line().replace(b"{", b'{"new": 1, ', 1) + pack(THREE[0])))
    assert Recording(path).header == HEADER
    assert read(path) == (THREE[:1], None)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match=r"gone\.gwr cannot be read: No such file"):
        Recording(tmp_path / "gone.gwr")


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    path = written(tmp_path / "bug.gwr", THREE)
    with pytest.raises(RecordingError, match="exists already; choose another name"):
        RecordingWriter(path)
    assert read(path) == (THREE, None)
    assert path.stat().st_mode & 0o777 == 0o600


def test_large_files_are_read_a_piece_at_a_time(tmp_path: Path) -> None:
    # 64 MiB of zeros in messages of 1 MiB: the reader holds one of them, and one chunk.
    import tracemalloc

    big = Record(Direction.RECEIVED, 0, 0, bytes(1 << 20))
    path = written(tmp_path / "bug.gwr", [big] * 64)
    tracemalloc.start()
    try:
        assert sum(len(record.message) for record in Recording(path)) == 64 << 20
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def test_the_file_is_plain_gzip(tmp_path: Path) -> None:
    whole = gzip.decompress(written(tmp_path / "bug.gwr", THREE[:1]).read_bytes())
    line, _, rest = whole.partition(b"\n")
    assert line + b"\n" == HEADER.line()
    # As docs/topics/recordings.md has it, byte by byte.
    message = THREE[0].message
    values = b"<" + (1).to_bytes(4, "big") + (0).to_bytes(8, "big") + len(message).to_bytes(4, "big")
    assert rest == values + zlib.crc32(values + message).to_bytes(4, "big") + message
