"""What is logged and printed while the dashboard has the terminal."""

from __future__ import annotations

import io
import logging
import sys
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..show import clean

__all__ = ["LogLines", "log_into"]

_MOST = 1000
_LONGEST = 2000


class LogLines(io.TextIOBase):
    """A stream that keeps the last lines written to it, from any thread, until they are taken."""

    def __init__(self) -> None:
        self._lines: deque[str] = deque(maxlen=_MOST)
        self._begun = ""

    def write(self, text: str) -> int:
        """Keep the lines of a text; the last one when it ends."""
        *lines, begun = (self._begun + text).split("\n")
        self._begun = begun[:_LONGEST]
        self._lines.extend(clean(line.rstrip("\r").expandtabs()[:_LONGEST]) for line in lines)
        return len(text)

    def writable(self) -> bool:
        """Return True."""
        return True

    def fileno(self) -> int:
        """Return the number of the terminal's stderr, which child processes inherit."""
        assert sys.__stderr__ is not None
        return sys.__stderr__.fileno()

    def take(self, width: int = _LONGEST) -> list[str]:
        """Return the lines that came since the last call, in pieces of ``width`` at most."""
        taken = []
        while self._lines:
            line = self._lines.popleft()
            taken += [line[start : start + width] for start in range(0, len(line) or 1, width)]
        return taken


@contextmanager
def log_into(lines: LogLines) -> Iterator[None]:
    """Have what would be logged to the terminal written to ``lines`` instead, in the format that its handler has."""
    moved: list[tuple[logging.StreamHandler[Any], Any]] = []
    terminal = (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__)
    loggers: list[Any] = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    handlers = {handler for logger in loggers for handler in getattr(logger, "handlers", ())}
    for handler in handlers:
        if isinstance(handler, logging.StreamHandler) and any(handler.stream is one for one in terminal):
            moved.append((handler, handler.stream))
            handler.setStream(lines)
    try:
        yield
    finally:
        for handler, stream in moved:
            handler.setStream(stream)
