"""Writes the file of a recording, so that a kill loses only what was not flushed."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

from ..errors import RecordingError
from .format import GZIP, Header, Record, pack

__all__ = ["RecordingWriter"]

_FLUSH_BYTES = 64 * 1024
"""Bytes, not compressed, after which `write` flushes by itself; it bounds what waits in memory."""


class RecordingWriter:
    """A file of a recording that is being written. Only its owner may read it, as it holds what people wrote.

    Raises `RecordingError`, as all methods do, if the file exists already or cannot be written.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path)
        self._deflater = zlib.compressobj(wbits=GZIP)
        self._begun = False
        self._waiting = 0
        try:
            number = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        except FileExistsError:
            raise RecordingError(f"{self._path} exists already; choose another name, or remove it") from None
        except OSError as error:
            raise self._cannot(error) from None
        self._file = os.fdopen(number, "wb")

    @property
    def begun(self) -> bool:
        """Whether the header is written."""
        return self._begun

    def begin(self, header: Header) -> None:
        """Write the header. Call it once, before `write`."""
        self._begun = True
        self._add(header.line())
        self.flush()

    def write(self, record: Record) -> None:
        """Add a record. It is in the file after the next `flush`, which comes by itself after 64 KiB."""
        self._add(pack(record))
        if self._waiting >= _FLUSH_BYTES:
            self.flush()

    def flush(self) -> None:
        """Put all records into the file, so that they outlive the process."""
        if self._waiting:
            self._waiting = 0
            self._put(self._deflater.flush(zlib.Z_SYNC_FLUSH))

    def close(self) -> None:
        """End the file, or remove it if it has no header. Can be called twice."""
        if self._file.closed:
            return
        try:
            if self._begun:
                self._put(self._deflater.flush(zlib.Z_FINISH))
        finally:
            self.abandon()
        if not self._begun:
            self._path.unlink(missing_ok=True)

    def abandon(self) -> None:
        """Close the file as it is, after an error: what was flushed can be read."""
        try:
            self._file.close()
        except OSError as error:  # the buffer could not be written; the file is closed all the same
            raise self._cannot(error) from None

    def _add(self, data: bytes) -> None:
        self._waiting += len(data)
        deflated = self._deflater.compress(data)
        if deflated:
            self._put(deflated, flush=False)

    def _put(self, data: bytes, *, flush: bool = True) -> None:
        try:
            self._file.write(data)
            if flush:
                self._file.flush()
        except OSError as error:
            raise self._cannot(error) from None

    def _cannot(self, error: OSError) -> RecordingError:
        return RecordingError(f"the recording {self._path} cannot be written: {error.strerror}; choose another place")
