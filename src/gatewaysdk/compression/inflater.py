"""What an inflater is: a WebSocket message in, gateway messages out (events/gateway#encoding-and-compression).

A context belongs to one connection, as later messages refer to what was inflated before. Output is bounded, because
a few hostile kilobytes may stand for gigabytes: what is over a bound is a `MessageTooLarge`. Whatever else is wrong
with the data is a `DecompressionError`. An inflater that raised once raises for good, since a stream cannot be picked
up again after a gap.
"""

from __future__ import annotations

from typing import Protocol, TypeAlias

__all__ = ["Inflater", "Message"]

Message: TypeAlias = bytes | str
"""The data of a binary or a text WebSocket message."""


class Inflater(Protocol):
    """Decompresses the WebSocket messages of one connection."""

    def feed(self, message: Message) -> list[Message]:
        """Take one WebSocket message and return the gateway messages that are complete with it, in order.

        Raises `DecompressionError` for data that is broken or not what was agreed upon, `MessageTooLarge` for data
        over a bound, and the same on every call after that: drop the connection and resume on a new one.
        """
        ...
