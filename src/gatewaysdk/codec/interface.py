"""What a codec is."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from ..frame import Frame, Validator

__all__ = ["Codec", "CodecFrame", "Envelope"]

Envelope: TypeAlias = tuple[int, int | None, str | None, bytes, int, Any]
"""op, s and t of a message, the message itself, and what finds the data in it: a codec's own affair.

A tuple, as it is made for every message, and most messages need no more than that.
"""


class CodecFrame(Frame):
    """A frame that keeps its message and decodes ``d`` when it is first read."""

    __slots__ = ("_codec", "_decoded", "envelope")

    def __init__(self, codec: Codec, envelope: Envelope) -> None:
        self.op, self.s, self.t, _, _, _ = envelope
        self._d = None
        self.envelope = envelope
        self._codec = codec
        self._decoded = False

    @property
    def d(self) -> Any:
        """The data as plain Python values, decoded once; raises as `Codec.data` does."""
        if not self._decoded:
            self._d = self._codec.data(self.envelope)
            self._decoded = True
        return self._d

    @property
    def size(self) -> int:
        """Bytes of the whole message."""
        return len(self.envelope[3])

    def validate(self, validator: Validator) -> Any:
        """Hand the data to ``validator``, whose errors pass through; raises as `Codec.data` does."""
        return self._codec.validate(self.envelope, validator)


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

    def event_envelope(self, message: bytes | str, /) -> Envelope | None:
        """Return the envelope of an event in the spelling that Discord uses, None for all else: `envelope` tells then.

        There for speed alone; `envelope` gives the same. Raises as `peek` does.
        """
        ...

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Read the envelope of one message: all that is needed to let it go by. Raises as `peek` does."""
        ...

    def data(self, envelope: Envelope) -> Any:
        """Return ``d`` as plain Python values.

        Raises `DecodeError` when it is broken, and `MessageTooLarge` when it holds more values than the codec takes.
        """
        ...

    def validate(self, envelope: Envelope, validator: Validator) -> Any:
        """Hand ``d`` to ``validator`` by the cheapest way that the encoding allows.

        What the validator raises passes through, unless the data cannot be read at all: that raises as `data` does.
        What this can read `data` can read as well.
        """
        ...

    def frame(self, envelope: Envelope) -> CodecFrame:
        """Return the frame of an envelope that `envelope` gave."""
        ...

    def peek(self, message: bytes | bytearray | memoryview | str) -> CodecFrame:
        """Read the envelope of one message and leave ``d`` undecoded where the encoding allows: a frame.

        Raises `DecodeError`, for a message that is not a gateway message, and `MessageTooLarge`, where it takes a look
        at ``d`` to find the rest and that has too many values, and nothing else. What is wrong inside ``d`` may come to
        light only when ``d`` is read: `Frame.d` and `Frame.validate` raise the same errors then.
        """
        ...

    def encode(self, op: int, d: Any) -> bytes:
        """Encode a message for the gateway: ``op`` and ``d``, which holds plain values only.

        A `Token` may stand at ``d["token"]``, as in IDENTIFY and RESUME. No traceback of an error shows its text then,
        nor does the repr of the bytes.

        Raises `EncodeError` for values that the encoding cannot express. The length of the result is what Discord
        limits to 4096 bytes (events/gateway#sending-events).
        """
        ...

    def encode_frame(self, frame: Frame) -> bytes:
        """Encode a whole envelope as Discord sends it, for whoever plays the gateway; raises as `encode` does."""
        ...
