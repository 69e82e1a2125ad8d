"""No compression."""

from __future__ import annotations

from ..errors import MessageTooLarge
from .bounded import REMEDY, Bounded
from .inflater import Message

__all__ = ["Plain"]


class Plain(Bounded):
    """Passes messages on as they are, up to ``max_size`` bytes."""

    name = "uncompressed"

    def _inflate(self, message: Message) -> list[Message]:
        if len(message) > self._max_size:
            raise MessageTooLarge(f"a message has more than max_size, {self._max_size} bytes; {REMEDY}", self._max_size)
        return [message]
