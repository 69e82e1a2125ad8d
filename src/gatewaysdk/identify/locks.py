"""Locks of the kernel's on files: they end with the process that holds them, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import ConfigurationError

__all__ = ["is_locked", "locked", "make_directory", "open_locked", "unlock"]

_BINARY = getattr(os, "O_BINARY", 0)
_WITHOUT_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL}

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """The byte that is locked. Others could not read a locked one."""

    def _lock(file: int, *, shared: bool) -> None:
        del shared  # there is one kind
        os.lseek(file, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            raise BlockingIOError from None

    def unlock(file: int) -> None:
        """End the lock."""
        os.lseek(file, _FAR, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    # flock, not lockf: its locks belong to the open file and not to the process, whose other files would end them.
    def _lock(file: int, *, shared: bool) -> None:
        fcntl.flock(file, fcntl.LOCK_NB | (fcntl.LOCK_SH if shared else fcntl.LOCK_EX))

    def unlock(file: int) -> None:
        """End the lock, also for a process that was forked meanwhile and has the file still open."""
        fcntl.flock(file, fcntl.LOCK_UN)


def make_directory(given: object) -> Path:
    """Return the path of a directory, made if need be, that its owner alone can use and whose files can be locked.

    Raises:
        ConfigurationError: it is no path, cannot be made, or is on a file system without locks.
    """
    if not isinstance(given, str | os.PathLike) or not os.fspath(given):
        raise ConfigurationError(f"path is {given!r}; it takes that of a directory, such as 'identify'")
    path = Path(os.fsdecode(given))
    try:
        path.mkdir(mode=0o700, exist_ok=True)
        os.close(open_locked(path / "trial.lock", shared=True))
    except BlockingIOError:
        pass  # another process tries just the same
    except ConfigurationError:
        raise
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise ConfigurationError(
            f"{path} cannot be used for identifying: {error}; make its parent, or name a directory that can be written"
        ) from error
    return path


def open_locked(path: Path, *, shared: bool = False) -> int:
    """Open a file, made if need be, and return its descriptor with the lock.

    Raises:
        BlockingIOError: another has the lock.
        ConfigurationError: the file system has no locks.
    """
    file = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY, 0o600)
    try:
        _try_lock(file, path, shared=shared)
    except BaseException:
        os.close(file)
        raise
    return file


def is_locked(file: int, path: Path) -> bool:
    """Say whether another has the lock of an open file. Any number of processes may ask at once."""
    try:
        _try_lock(file, path, shared=True)
    except BlockingIOError:
        return True
    unlock(file)
    return False


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a file meanwhile. Raises what `open_locked` raises."""
    file = open_locked(path)
    try:
        yield
    finally:
        unlock(file)
        os.close(file)


def _try_lock(file: int, path: Path, *, shared: bool) -> None:
    try:
        _lock(file, shared=shared)
    except BlockingIOError:
        raise
    except OSError as error:
        if error.errno not in _WITHOUT_LOCKS:
            raise
        raise ConfigurationError(
            f"{path} is on a file system without locks ({error.strerror}); name a directory on a local disk"
        ) from error
