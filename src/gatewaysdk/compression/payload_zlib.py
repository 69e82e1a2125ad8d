"""Payload compression: each compressed message is a zlib stream of its own (events/gateway#payload-compression)."""

from __future__ import annotations

from .bounded import Bounded
from .inflater import Message
from .zlib_library import LIBRARY

__all__ = ["PayloadZlib"]


class PayloadZlib(Bounded):
    """For ``compress: true`` in IDENTIFY: inflates binary messages, each alone, and passes text on as it is."""

    name = "payload zlib"

    def __init__(self, max_size: int) -> None:
        super().__init__(max_size)
        self._new_context = LIBRARY.decompressobj
        self.errors = (LIBRARY.error,)

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            return [message]
        context = self._new_context()
        bound = self._bound(len(message))
        text = context.decompress(message, bound + 1)  # one byte more, to see whether there is more
        if len(text) > bound:
            self._refuse_size(bound)
        if not context.eof:
            self._refuse("data is cut short")
        if context.unused_data:
            self._refuse("data goes on behind its end")
        return [text]
