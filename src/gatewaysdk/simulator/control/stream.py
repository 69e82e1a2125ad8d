"""The traffic as it happens, as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections import deque

from aiohttp import web

from ..feed import Feed, FeedEntry
from .problem import ControlProblem
from .view import shown_entry

__all__ = ["TrafficStreams"]

_MOST_WAITING = 1000
_MOST_STREAMS = 32
_ALIVE_SECONDS = 15.0


class _Stream:
    """The entries that one reader has yet to get; the oldest go when it is too slow."""

    def __init__(self) -> None:
        self.waiting: deque[FeedEntry] = deque(maxlen=_MOST_WAITING)
        self.changed = asyncio.Event()

    def note(self, entry: FeedEntry) -> None:
        self.waiting.append(entry)
        self.changed.set()


class TrafficStreams:
    """Serves the feed to 32 readers at a time, until `stop`."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed
        self._open: set[_Stream] = set()
        self._stopped = False

    def stop(self) -> None:
        """End all streams."""
        self._stopped = True
        for stream in self._open:
            stream.changed.set()

    async def serve(self, request: web.Request, recent: list[FeedEntry]) -> web.StreamResponse:
        """Send the ``recent`` entries and then each that comes, with its number as id, until the reader leaves.

        Raises `ControlProblem` when there are too many readers.
        """
        if len(self._open) >= _MOST_STREAMS:
            raise ControlProblem(f"{_MOST_STREAMS} streams of traffic are open; close one, then ask again", 503)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        stream = _Stream()
        stream.waiting.extend(recent)
        self._open.add(stream)
        self._feed.listeners.append(stream.note)
        try:
            await response.prepare(request)
            await response.write(b": the traffic follows\n\n")
            while not self._stopped:
                await self._send(response, stream)
        except ConnectionError:
            pass  # the reader has gone
        finally:
            self._feed.listeners.remove(stream.note)
            self._open.discard(stream)
        return response

    async def _send(self, response: web.StreamResponse, stream: _Stream) -> None:
        stream.changed.clear()
        # Taken before the first await: what comes meanwhile waits for the next turn.
        entries = list(stream.waiting)
        stream.waiting.clear()
        for entry in entries:
            data = json.dumps(shown_entry(entry), ensure_ascii=False)
            await response.write(f"id: {entry.number}\ndata: {data}\n\n".encode())
        try:
            async with asyncio.timeout(_ALIVE_SECONDS):
                await stream.changed.wait()
        except TimeoutError:
            await response.write(b": still here\n\n")  # a reader that has gone is noticed when it is written to
