"""What a codec is."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from ..frame import Frame

__all__ = ["Codec", "Envelope"]

Envelope: TypeAlias = tuple[int, int | None, str | None, bytes, int, Any]
"""op, s and t of a message, and what `Codec.frame` makes a frame of: a codec's own affair."""


class Codec(Protocol):
    """One encoding of gateway messages."""

    @property
    def name(self) -> str:
        """What the URL says after ``encoding=``."""
        ...

    @property
    def binary(self) -> bool:
        """Whether encoded messages travel as binary WebSocket messages; text ones otherwise."""
        ...

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Read the envelope of one message: all that is needed to let it go by. Raises as `peek` does."""
        ...

    def frame(self, envelope: Envelope) -> Frame:
        """Return the frame of an envelope that `envelope` gave."""
        ...

    def peek(self, message: bytes | bytearray | memoryview | str) -> Frame:
        """Read the envelope of one message and leave ``d`` undecoded where the encoding allows: both of the above.

        Raises `DecodeError`, and nothing else, for a message that is not a gateway message. What is wrong inside ``d``
        may come to light only when ``d`` is read: `Frame.d` and `Frame.validate` raise the same error then.
        """
        ...

    def encode(self, op: int, d: Any) -> bytes:
        """Encode a message for the gateway: ``op`` and ``d``, which holds plain values only.

        Raises `EncodeError` for values that the encoding cannot express. The length of the result is what Discord
        limits to 4096 bytes (events/gateway#sending-events).
        """
        ...

    def encode_frame(self, frame: Frame) -> bytes:
        """Encode a whole envelope as Discord sends it, for whoever plays the gateway; raises as `encode` does."""
        ...
