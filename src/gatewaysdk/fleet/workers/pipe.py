"""The pipe between a parent and a worker, for an event loop. Threads read and write, the loop never blocks."""

from __future__ import annotations

import asyncio
import pickle
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from queue import SimpleQueue
from typing import Any

from ...tasks.label import UNSHARDED

__all__ = ["Pipe"]

_MOST_WAITING = 100
"""Messages that wait to be written before those that can be spared are left out: the other side stands still."""


class Pipe:
    """One end of a pipe.

    Args:
        connection: the end.
        received: called in the loop with each message.
        ended: called in the loop once, when the other process has closed its end or is gone.
    """

    def __init__(self, connection: Connection, received: Callable[[Any], None], ended: Callable[[], None]) -> None:
        self._connection = connection
        self._received = received
        self._ended = ended
        self._loop = asyncio.get_running_loop()
        self._out: SimpleQueue[bytes | None] = SimpleQueue()
        self._writer = threading.Thread(target=self._write, name="gatewaysdk pipe writer", daemon=True)
        self._reader = threading.Thread(target=self._read, name="gatewaysdk pipe reader", daemon=True)
        self._writer.start()
        self._reader.start()

    def send(self, message: object, *, spare: bool = False) -> None:
        """Send a message, from any thread; with ``spare``, only if the other side keeps up.

        Raises what pickling it raises. What the other side is not there to read is lost.
        """
        data = pickle.dumps(message)
        if not spare or self._out.qsize() < _MOST_WAITING:
            self._out.put(data)

    async def flush(self, timeout: float) -> None:
        """Return when all is written, or after so many seconds. Nothing can be sent after that."""
        self._out.put(None)
        await asyncio.to_thread(self._writer.join, timeout)

    async def wait_closed(self, timeout: float) -> None:
        """Return when both threads have ended, which the end of the other process brings, or after so many seconds."""
        await asyncio.to_thread(self._reader.join, timeout)

    def _write(self) -> None:
        with suppress(OSError):  # the other side is gone, which the reader notices
            while (data := self._out.get()) is not None:
                self._connection.send_bytes(data)

    def _read(self) -> None:
        with suppress(EOFError, OSError):
            while True:
                data = self._connection.recv_bytes()
                try:
                    message = pickle.loads(data)  # noqa: S301 - from our own process
                except Exception as error:  # such as a class that only the other process has
                    UNSHARDED.log.warning("a message between worker and parent cannot be read: %s", error)
                    continue
                self._in_loop(self._received, message)
        self._in_loop(self._ended)
        self._out.put(None)
        self._writer.join()
        self._connection.close()

    def _in_loop(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed, and nobody waits for it any more
            self._loop.call_soon_threadsafe(call, *arguments)
