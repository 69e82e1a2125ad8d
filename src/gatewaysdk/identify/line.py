"""The line in which shards of several processes wait: a directory with a file for each place.

The name of a file says its number, and whose it is. Its owner holds a lock on it for as long as it waits, and while it
has the permit; so a lock that is free is that of a permit released or of a process that died, which comes to the same.
What is left of it then is when IDENTIFY has arrived at the latest.
"""

from __future__ import annotations

import math
import os
import re
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from .locks import is_locked, locked, open_locked, unlock

__all__ = ["Line", "Place", "remove_place"]

_NAME = re.compile(r"place-(?P<number>\d+)-of-shard-(?P<shard>\d+)-process-\d+")
_NOT_YET = b"not yet".ljust(24)
"""As long as a time, so that noting one takes no room on the disk."""


@dataclass(eq=False, slots=True)
class Place:
    """A place in line.

    Attributes:
        path: the file.
        file: its descriptor, with the lock.
        ahead: the files of those before it, first come first. They become fewer, and never more.
    """

    path: Path
    file: int
    ahead: list[Path] = field(default_factory=list)

    def note_identify(self, arrives_by: float) -> None:
        """IDENTIFY goes out: those behind have to know when it arrives, whatever becomes of this process."""
        os.lseek(self.file, 0, os.SEEK_SET)
        os.write(self.file, b"%024.6f" % arrives_by)

    def leave(self, *, identified: bool) -> None:
        """Let the next one have its turn. Without an IDENTIFY there is nothing that it has to know."""
        if not identified:
            remove_place(self.path)
        unlock(self.file)
        os.close(self.file)


class Line:
    """The places in a directory. It knows no clock and waits for nothing.

    Args:
        directory: that exists.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._lock = directory / "line.lock"

    def join(self, shard_id: int, max_concurrency: int) -> Place:
        """Return a new place behind all others whose shards are in the bucket of ``shard_id``.

        Raises:
            BlockingIOError: another process is just joining; try again in a moment.
        """
        # One at a time. Else one that was late with a number found before could get a lower one than those ahead.
        with locked(self._lock):
            places = sorted(
                (int(found["number"]), int(found["shard"]), name)
                for name in os.listdir(self._directory)
                if (found := _NAME.fullmatch(name)) is not None
            )
            number = places[-1][0] + 1 if places else 1
            path = self._directory / f"place-{number}-of-shard-{shard_id}-process-{os.getpid()}"
            place = Place(path, open_locked(path))
            try:
                os.write(place.file, _NOT_YET)
            except BaseException:
                place.leave(identified=False)
                raise
            same = shard_id % max_concurrency
            place.ahead += [self._directory / name for _, shard, name in places if shard % max_concurrency == same]
            return place

    def identified_at(self, path: Path) -> float:
        """Return by when the owner's IDENTIFY arrived: infinity while it has the place, -infinity if it sent none."""
        try:
            file = os.open(path, os.O_RDWR | getattr(os, "O_BINARY", 0))
        except FileNotFoundError:
            return -math.inf
        try:
            if is_locked(file, path):
                return math.inf
            noted = os.read(file, 100)
        finally:
            os.close(file)
        try:
            return float(noted)
        except ValueError:  # `_NOT_YET`, or nothing, if its process died as it joined
            return -math.inf


def remove_place(path: Path) -> None:
    """Remove a place that nobody has to wait for any more. Its name does not come again while others wait behind it."""
    with suppress(FileNotFoundError, PermissionError):  # Windows removes no open file: the next in line will
        path.unlink()
