"""Payload compression: single messages, each a zlib document (events/gateway#payload-compression)."""

from __future__ import annotations

import zlib

from .bounded import Bounded
from .inflater import Message

__all__ = ["PayloadZlib"]


class PayloadZlib(Bounded):
    """``compress: true`` in IDENTIFY: a binary message is a zlib document of its own, a text one is left as it is."""

    name = "payload zlib"

    def _inflate(self, message: Message) -> list[Message]:
        if isinstance(message, str):
            return [message]
        context = zlib.decompressobj()
        bound = self._bound(len(message))
        text = context.decompress(message, bound + 1)
        if len(text) > bound:
            self._refuse_size(bound)
        if not context.eof:
            self._refuse("data is cut short")
        if context.unused_data:
            self._refuse("data goes on behind its end")
        return [text]
