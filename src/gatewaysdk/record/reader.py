"""Reads the file of a recording, also one that is damaged, cut short, or still being written."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from ..errors import RecordingError
from .format import GZIP, LARGEST_HEADER, LARGEST_MESSAGE, PREFIX, Direction, Header, Record, checksum

__all__ = ["Recording"]

_CHUNK = 64 * 1024
_DIRECTIONS = {one.value: one for one in Direction}


class Recording:
    """A recording in a file. Iterate over it for its records, as often as you like; memory holds one at a time.

    Iteration yields every sound record. Then it raises `RecordingError` if the file is damaged; if it only ends too
    early, because the recorder was killed or is still at work, it sets ``note``.

    Attributes:
        path: the file.
        header: what the recording says about itself.
        note: after an iteration, what is missing at the end of the file, in words; None if nothing is.

    Raises:
        RecordingError: the file cannot be read, or is no recording.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.note: str | None = None
        source = _Source(self.path)
        try:
            self.header = self._read_header(source)
        finally:
            source.close()

    def __iter__(self) -> Iterator[Record]:
        self.note = None
        source = _Source(self.path)
        count = 0
        try:
            self._read_header(source)
            while (record := self._next(source, count)) is not None:
                yield record
                count += 1
        finally:
            source.close()
        if source.ended:
            if source.rest:
                raise self._damaged(count, f"{source.rest} bytes follow that are no record")
        else:
            part = f", in the middle of a record of which {source.rest} bytes are there" if source.rest else ""
            self.note = f"{self.path} was not closed: it ends after {count} records{part}"

    def _read_header(self, source: _Source) -> Header:
        line = source.line()
        if line is None:
            problem = source.problem or "it ends before its header does"
            raise RecordingError(f"{self.path} is no recording: {problem}; check the name")
        return Header.from_line(line, str(self.path))

    def _next(self, source: _Source, count: int) -> Record | None:
        prefix = source.take(PREFIX.size, peek=True)
        if prefix is not None:
            byte, shard_id, time, size, expected = PREFIX.unpack(prefix)
            direction = _DIRECTIONS.get(byte)
            if direction is None or size > LARGEST_MESSAGE:
                raise self._damaged(count, "what follows is no record")
            whole = source.take(PREFIX.size + size)
            if whole is not None:
                message = whole[PREFIX.size :]
                if checksum(byte, shard_id, time, message) != expected:
                    raise self._damaged(count, "the checksum of the next one is wrong")
                return Record(direction, shard_id, time, message)
        if source.problem is not None:
            raise self._damaged(count, source.problem)
        return None

    def _damaged(self, count: int, problem: str) -> RecordingError:
        return RecordingError(f"{self.path} is damaged after {count} sound records: {problem}")

    def __repr__(self) -> str:
        return f"Recording({str(self.path)!r})"


class _Source:
    """The inflated bytes of a file, in pieces.

    Attributes:
        ended: whether the end of the gzip stream was reached, so that the file was closed properly.
        problem: why there are no more bytes, if the file is damaged.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise RecordingError(f"the recording {path} cannot be read: {error.strerror}; check the name") from None
        self._path = path
        self._inflater = zlib.decompressobj(GZIP)
        self._deflated = b""
        self._buffer = bytearray()
        self.ended = False
        self.problem: str | None = None

    @property
    def rest(self) -> int:
        """How many bytes are inflated and not taken."""
        return len(self._buffer)

    def line(self) -> bytes | None:
        """Take and return the bytes up to the first newline; None if they end before, or are too many."""
        while (end := self._buffer.find(b"\n")) < 0:
            if len(self._buffer) > LARGEST_HEADER or not self._more():
                return None
        return self.take(end + 1)

    def take(self, count: int, *, peek: bool = False) -> bytes | None:
        """Take and return so many bytes, or with ``peek`` leave them; None if there are fewer."""
        while len(self._buffer) < count:
            if not self._more():
                return None
        taken = bytes(self._buffer[:count])
        if not peek:
            del self._buffer[:count]
        return taken

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _more(self) -> bool:
        """Inflate some more bytes. Returns False at the end and where the file is damaged."""
        while self.problem is None and not self.ended:
            deflated = self._deflated or self._read()
            if not deflated:
                piece = self._inflater.decompress(b"", _CHUNK)  # what the last piece had no room for
                self._buffer += piece
                return bool(piece)
            before = self._inflater.copy()
            try:
                piece = self._inflater.decompress(deflated, _CHUNK)
            except zlib.error as error:
                # zlib gives nothing of a piece with a fault in it, so go up to the fault byte by byte.
                self.problem = f"it cannot be inflated ({error})"
                return self._inflate_up_to_the_fault(before, deflated)
            self._deflated = self._inflater.unconsumed_tail
            if self._inflater.eof:
                self._find_end()
            if piece:
                self._buffer += piece
                return True
        return False

    def _read(self) -> bytes:
        try:
            return self._file.read(_CHUNK)
        except OSError as error:
            raise RecordingError(f"the recording {self._path} cannot be read: {error.strerror}") from None

    def _find_end(self) -> None:
        self.ended = True
        if self._inflater.unused_data or self._read():
            self.problem = "bytes follow its end"

    def _inflate_up_to_the_fault(self, inflater: zlib._Decompress, deflated: bytes) -> bool:
        size = len(self._buffer)
        try:
            for one in deflated:
                self._buffer += inflater.decompress(bytes([one]))
        except zlib.error:
            pass
        return len(self._buffer) > size
