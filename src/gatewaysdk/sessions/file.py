"""A session store in files."""

from __future__ import annotations

import json
import os
import weakref
from dataclasses import asdict
from pathlib import Path

from ..errors import ConfigurationError
from ..protocol import Session
from ..protocol.session import check_session

__all__ = ["FileSessionStore"]


class FileSessionStore:
    """Keeps sessions in files that survive ``kill -9`` of the process at any moment.

    A new session replaces the file atomically and is flushed to the disk. Within a session only the sequence number and
    the time are overwritten, in place and without a flush: the kernel has them, and killing the process cannot undo
    that. If the machine itself dies, the file is whole, but the number may be some seconds old, and the events since
    then come again. A file that was removed or replaced meanwhile is written anew.

    The file is JSON without the token. Only its owner can read it, since it and the token are enough to take the
    session over. Two processes must not use it at once.

    Args:
        path: path of the file, in a directory that exists. For ``session.json``, shard 3 of 8 has
            ``session.3-of-8.json``.

    Raises:
        ConfigurationError: ``path`` is not the path of a file. From `load`: the directory does not exist, or the file
            cannot be read or holds no session.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        if not isinstance(path, str | os.PathLike) or not Path(path).name:
            raise ConfigurationError(f"path is {path!r}; it takes that of a file, such as 'session.json'")
        self._path = Path(path)
        self._files: dict[tuple[int, int] | None, _SessionFile] = {}

    async def load(self, shard: tuple[int, int] | None) -> Session | None:
        """Return the session that was saved last for this shard, None if the file is missing or empty."""
        return self._file(shard).read()

    async def save(self, shard: tuple[int, int] | None, session: Session | None) -> None:
        """Write the session to the file; with None, remove the file. Raises ``OSError`` if that fails."""
        file = self._file(shard)
        if session is None:
            file.remove()
        else:
            file.write(session)

    def _file(self, shard: tuple[int, int] | None) -> _SessionFile:
        file = self._files.get(shard)
        if file is None:
            path = self._path
            if shard is not None:
                path = path.with_name(f"{path.stem}.{shard[0]}-of-{shard[1]}{path.suffix}")
            file = self._files[shard] = _SessionFile(path)
        return file


_HEAD = b'{"sequence": %19d, "seen_at": %17s'
"""The start of a file. Its numbers have a fixed width, so that they can be overwritten in place."""

_BINARY = getattr(os, "O_BINARY", 0)

_MOST_BYTES = 100_000
"""Far more than a session takes."""


class _SessionFile:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = os.fspath(path)  # for `os.stat` at each event, which with a str takes half as long as with a Path
        self._identity: tuple[object, ...] | None = None
        self._seen_at: float | None = None
        self._seen = b"null"
        self._file: int | None = None
        self._written: tuple[int, int, int] | None = None
        self._close: weakref.finalize[..., _SessionFile] | None = None

    def read(self) -> Session | None:
        try:
            with self._path.open("rb") as file:
                data = file.read(_MOST_BYTES + 1)
        except FileNotFoundError:
            if self._path.parent.is_dir():
                return None
            raise ConfigurationError(f"{self._path.parent} is not a directory; make it, or name another file") from None
        except (OSError, ValueError) as error:  # ValueError: the name has a null byte
            raise ConfigurationError(f"the session file cannot be read: {error}; name another one") from error
        if not data.strip():
            return None
        try:
            return _parse(data)
        except RecursionError:
            problem = "it is nested too deep"
        except (ValueError, TypeError) as error:
            problem = str(error)[:500]
        raise ConfigurationError(
            f"{self._path} holds no session: {problem}; name another file, or remove it to start a new session"
        )

    def write(self, session: Session) -> None:
        if session.seen_at != self._seen_at:
            self._seen_at = session.seen_at
            self._seen = b"null" if session.seen_at is None else b"%.3f" % session.seen_at
        head = _HEAD % (session.sequence, self._seen)
        identity = (session.session_id, session.resume_gateway_url, session.shard)
        if self._file is None or identity != self._identity or _look(self._name) != self._written:
            self._replace(head, session)
            self._identity = identity
        else:
            # One write of a few bytes within a page: a kill comes before or after it, never in the middle.
            _write_at_start(self._file, head)

    def remove(self) -> None:
        self._forget()
        self._path.unlink(missing_ok=True)

    def _replace(self, head: bytes, session: Session) -> None:
        self._forget()
        rest = {name: value for name, value in asdict(session).items() if name not in ("sequence", "seen_at")}
        temporary = self._path.with_name(self._path.name + ".new")
        temporary.unlink(missing_ok=True)  # left by a process that was killed here
        try:
            with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600), "wb") as file:
                file.write(head + b", " + json.dumps(rest).encode()[1:] + b"\n")
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self._path)
        except BaseException:  # most likely a full disk
            temporary.unlink(missing_ok=True)
            raise
        _flush_directory(self._path.parent)
        self._file = os.open(self._path, os.O_WRONLY | _BINARY)
        self._close = weakref.finalize(self, os.close, self._file)
        self._written = _look(self._name)

    def _forget(self) -> None:
        if self._close is not None:
            self._close()
        self._file = self._close = None


def _write_at_start(file: int, data: bytes) -> None:
    if hasattr(os, "pwrite"):
        os.pwrite(file, data, 0)
    else:  # Windows
        os.lseek(file, 0, os.SEEK_SET)
        os.write(file, data)


def _look(path: str) -> tuple[int, int, int] | None:
    """Return what identifies the file with this name, and its size; None if there is no such file."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino, found.st_size


def _parse(data: bytes) -> Session:
    """Return the session. Raises ``ValueError``, ``TypeError`` or ``RecursionError`` if the data holds none."""
    if len(data) > _MOST_BYTES:
        raise ValueError(f"it has more than {_MOST_BYTES} bytes")
    values = json.loads(data)
    if not isinstance(values, dict):
        raise TypeError("it is not an object")
    session = Session(**values)
    check_session(session)
    return session


def _flush_directory(path: Path) -> None:
    if os.name == "posix":  # elsewhere a directory cannot be opened
        directory = os.open(path, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
