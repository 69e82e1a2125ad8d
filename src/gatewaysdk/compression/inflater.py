"""The interface of inflaters: a WebSocket message in, gateway messages out (events/gateway#encoding-and-compression).

An inflater belongs to one connection, as later messages refer to what was inflated before. Its output is bounded,
because a few hostile kilobytes may inflate to gigabytes. Output over a bound raises `MessageTooLarge`; any other fault
of the data raises `DecompressionError`. After that every call raises, since a stream cannot go on after a gap.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

__all__ = ["Inflater", "Message"]

Message: TypeAlias = bytes | str
"""The data of a binary or a text WebSocket message."""


class Inflater(Protocol):
    """Decompresses the WebSocket messages of one connection."""

    def feed(self, message: Message) -> list[Message]:
        """Return the gateway messages that one WebSocket message completes, in order.

        Raises `DecompressionError` for data that is broken or not of the agreed kind, `MessageTooLarge` for output
        over a bound, and the same on every later call. Then drop the connection and resume on a new one.
        """
        ...
