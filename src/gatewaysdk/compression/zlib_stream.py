"""Transport compression by zlib (events/gateway#zlibstream)."""

from __future__ import annotations

import re
from itertools import islice

from .bounded import Bounded
from .bounds import RATIO_FREE
from .inflater import Message
from .zlib_library import LIBRARY

__all__ = ["ZlibStream"]

_MARKER = b"\x00\x00\xff\xff"  # what a flush ends with: the length fields of an empty stored block
_MARKER_SIZE = len(_MARKER)
_MARKERS = re.compile(_MARKER)
# By chance a false marker comes once in 4 GB. A thousand in one WebSocket message are an attack: each costs a copy.
_MOST_MARKERS = 1000
# A stored block. It inflates to its own text if the stream is ready for a new block, and only then.
_PROBE_TEXT = b"boundary"
_PROBE = b"\x00\x08\x00\xf7\xff" + _PROBE_TEXT


class ZlibStream(Bounded):
    """One zlib stream per connection, flushed after every gateway message.

    A gateway message is complete when the data ends with the marker ``00 00 FF FF``; until then its parts are kept.
    Discord sends one at a time, so the fast path checks that the only marker is at the end, and inflates in one call.

    A marker elsewhere either ends a gateway message that shares its WebSocket message with the next, or is compressed
    data that looks like one: at a thousand events a second, chance brings that every few hours. The state of the
    stream tells them apart: only after a flush is it ready for a new block. So a copy of the context is given a block
    of our own, and the message ends here if that block inflates. This works for any encoding.
    """

    name = "zlib-stream"

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._limit = max_size + 1  # one byte more than allowed, to see whether there is more
        self._context = LIBRARY.decompressobj()
        self.errors = (LIBRARY.error,)
        self._usual = min(max_size, RATIO_FREE)
        self._left: bytes | None = None  # what `feed` inflated and left to `_inflate` to check
        self._partial = bytearray()  # the inflated part of an incomplete message
        self._taken = 0  # compressed bytes since the last complete message
        self._tail = b""  # the last compressed bytes, as a marker may be split between two WebSocket messages

    def feed(self, message: Message) -> list[Message]:
        # The fast path takes the fewest calls, for the usual message: its only marker is at the end, and it inflates to
        # little. All others go through `_inflate`, which checks more.
        if (
            type(message) is bytes
            and 0 <= message.find(_MARKER) == len(message) - _MARKER_SIZE
            and not self._tail
            and self._failure is None
        ):
            try:
                text = self._context.decompress(message, self._limit)
            except self.errors as error:
                raise self._broken(error) from error
            if 0 < len(text) <= self._usual and not self._context.eof:
                return [text]
            self._left = text
        return super().feed(message)

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            self._refuse_text()
        text, self._left = self._left, None
        if text is None:
            return self._inflate_pieces(message)
        bound = self._bound(len(message))
        self._check(text, bound, bound)
        return [text] if text else []

    def _inflate_pieces(self, message: bytes) -> list[Message]:
        complete: list[Message] = []
        seen = self._tail + message
        cuts = [found.end() for found in islice(_MARKERS.finditer(seen), _MOST_MARKERS)]
        if len(cuts) == _MOST_MARKERS:
            cuts[-1] = len(seen)
        start = len(self._tail)
        self._taken += len(message)
        bound = self._bound(self._taken)
        room = bound - len(self._partial)
        at_boundary = False
        for end in cuts:
            text = self._decompress(seen[start:end], room, bound)
            self._partial += text
            room -= len(text)
            start = end
            at_boundary = self._is_at_boundary()
            # A flush with nothing before it is no message: some servers flush twice.
            if at_boundary and self._partial:
                complete.append(bytes(self._partial))
                self._partial.clear()
        if start < len(seen):
            self._partial += self._decompress(seen[start:], room, bound)
            at_boundary = False
        self._tail = b"" if at_boundary else seen[1 - _MARKER_SIZE :]
        if at_boundary:
            self._taken = 0
        return complete

    def _decompress(self, data: bytes, room: int, bound: int) -> bytes:
        # One byte more than there is room for: if the text does not fill it, the context holds nothing back.
        text = self._context.decompress(data, room + 1)
        self._check(text, room, bound)
        return text

    def _check(self, text: bytes, room: int, bound: int) -> None:
        if len(text) > room:
            self._refuse_size(bound)
        if self._context.eof and (text or self._partial or self._context.unused_data):
            self._refuse("data ended, but must go on as long as the connection")

    def _is_at_boundary(self) -> bool:
        if self._context.eof:
            return False
        try:
            return self._context.copy().decompress(_PROBE, len(_PROBE)) == _PROBE_TEXT
        except self.errors:
            return False
