"""Streams that are compressed and framed before anybody connects, so that a server does nothing but write."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from gatewaysdk.simulator import get_deflater

from .corpus import Numbered, corpus
from .scenario import Scenario

__all__ = ["HEARTBEAT_INTERVAL", "Stream", "make_stream"]

HEARTBEAT_INTERVAL = 600_000
"""Milliseconds; long, as an answer cannot be put into what is compressed already. One stands there for whoever beats
at once."""


@dataclass(frozen=True, slots=True)
class Stream:
    """What a server writes to one connection, in this order.

    Attributes:
        hello: before IDENTIFY.
        start: after it: READY, an acknowledged heartbeat, guilds, and events to warm up with.
        first: the first mark.
        events: the measured events, each framed.
        last: the last mark.
        size: bytes of the measured events on the wire.
    """

    hello: bytes
    start: bytes
    first: bytes
    events: list[bytes]
    last: bytes

    @property
    def size(self) -> int:
        return sum(map(len, self.events))


@lru_cache(maxsize=4)
def make_stream(scenario: Scenario, encoding: str, compress: str, url: str) -> Stream:
    """Make what ``scenario`` plays, in one of the encodings and compressions."""
    made, numbered, deflater = corpus(scenario.unique), Numbered(encoding), get_deflater(compress)
    binary = encoding == "etf" or compress != "none"
    sequence = 0

    def pack(message: bytes) -> bytes:
        deflated = deflater.deflate(message)
        assert isinstance(deflated, bytes)
        return frame(deflated, binary=binary)

    def event(one: tuple[str, dict[str, object]]) -> bytes:
        nonlocal sequence
        sequence += 1
        return pack(numbered.event(one, sequence))

    hello = pack(numbered.control(10, {"heartbeat_interval": HEARTBEAT_INTERVAL}))
    start = [event(made.ready(url)), pack(numbered.control(11, None))]
    start += map(event, made.guilds(scenario.guilds))
    start += map(event, _cycle(made.events, scenario.warm))
    first = event(made.mark(last=False))
    events = [event(one) for one in _cycle(made.events, scenario.events)]
    return Stream(hello, b"".join(start), first, events, event(made.mark(last=True)))


def _cycle(events: list[tuple[str, dict[str, object]]], count: int) -> list[tuple[str, dict[str, object]]]:
    return [events[number % len(events)] for number in range(count)]


def frame(payload: bytes, *, binary: bool, opcode: int | None = None) -> bytes:
    """Return an unmasked WebSocket frame, as servers write them (RFC 6455, section 5.2)."""
    kind = 0x80 | ((2 if binary else 1) if opcode is None else opcode)
    size = len(payload)
    if size < 126:
        return bytes((kind, size)) + payload
    if size < 1 << 16:
        return bytes((kind, 126)) + size.to_bytes(2, "big") + payload
    return bytes((kind, 127)) + size.to_bytes(8, "big") + payload
