"""Prints what happens in a simulator: who comes and goes, and what is said in either direction."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from queue import Full, Queue
from threading import Thread
from typing import TextIO

from ..simulator import FeedEntry
from .show import BOLD, DIM, GREEN, RED, clean, paint

__all__ = ["Reporter", "entry_line"]

_COLOURS = {"refuse": RED, "fault": RED, "identify": GREEN, "resume": GREEN, "connect": BOLD, "leave": BOLD}
_OTHERS = {"request": "HTTP", "fault": "!!"}
_VERBS = {"sent": "gets", "received": "sends"}
# Their outcome is an entry of its own.
_HANDSHAKE = ("IDENTIFY", "RESUME")
_MOST_WAITING = 1000
_MOST_CHARACTERS = 200
_END_SECONDS = 1.0


def entry_line(entry: FeedEntry, *, verbose: bool = False, colour: bool = False) -> str | None:
    """Return the line for an entry, None for what only ``verbose`` shows: heartbeats and the data of each message."""
    if not verbose and (entry.routine or (entry.kind == "received" and entry.what in _HANDSHAKE)):
        return None
    who = _OTHERS.get(entry.kind) or f"#{entry.connection}"
    verb = _VERBS.get(entry.kind)
    what = " ".join(part for part in (verb, entry.what) if part)
    text = clean(f"{what}{' ' if verb or entry.connection is None else ': '}{entry.text}".rstrip())
    if len(text) > _MOST_CHARACTERS:
        text = f"{text[: _MOST_CHARACTERS - 3]}..."
    if verbose and entry.data:
        text = f"{text}  {clean(entry.data)}"
    code = DIM if entry.routine else _COLOURS.get(entry.kind)
    return f"{who:>4}  {text if code is None else paint(text, code, colour)}"


class Reporter:
    """Prints lines from a thread, so that a terminal or pipe that takes none does not hold up the simulator.

    Lines that come while 1000 wait are dropped, and counted in a line of their own.
    """

    def __init__(self, out: TextIO) -> None:
        self._lines: Queue[str | None] = Queue(_MOST_WAITING)
        self._dropped = 0
        self._out = out
        self._thread = Thread(target=self._write, name="gatewaysdk: lines", daemon=True)
        self._thread.start()

    def say(self, text: str) -> None:
        """Print a line with the time."""
        line = f"{time.strftime('%H:%M:%S')} {text}"
        try:
            if self._dropped:
                self._lines.put_nowait(f"({self._dropped} lines were left out, as nobody read them)")
                self._dropped = 0
            self._lines.put_nowait(line)
        except Full:
            self._dropped += 1

    def stop(self) -> None:
        """Print what waits, for a second at most."""
        with suppress(Full):
            self._lines.put_nowait(None)
            self._thread.join(_END_SECONDS)

    def _write(self) -> None:
        # Not through the stream's buffer: its lock could be held by this thread when the program ends.
        file, encoding = self._out.fileno(), self._out.encoding
        with suppress(OSError):  # the reader has gone; the simulator goes on
            while (line := self._lines.get()) is not None:
                data = f"{line}\n".encode(encoding, "backslashreplace")
                while data:
                    data = data[os.write(file, data) :]
