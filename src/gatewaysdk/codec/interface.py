"""The interface of codecs, and the frames that they make."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias

from ..frame import Frame, StructDecoder, Validator

__all__ = ["Codec", "CodecFrame", "Envelope"]

Envelope: TypeAlias = tuple[int, int | None, str | None, bytes, int, Any]
"""op, s and t of a message, the message itself, and two values with which its codec, and no one else, finds the data.

A tuple, as it is made for every message and costs least; most messages need no frame.
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
        """The data as plain Python values, decoded when first read. Raises as `Codec.data` does."""
        if not self._decoded:
            self._d = self._codec.data(self.envelope)
            self._decoded = True
        return self._d

    @property
    def size(self) -> int:
        """Bytes of the whole message, after decompression."""
        return len(self.envelope[3])

    def validate(self, validator: Validator) -> Any:
        """Return what ``validator`` makes of the data. Its errors pass through; raises as `Codec.data` does."""
        return self._codec.validate(self.envelope, validator)


class Codec(Protocol):
    """One encoding of gateway messages."""

    @property
    def name(self) -> str:
        """The name of the encoding, as in the URL's ``encoding=``."""
        ...

    @property
    def binary(self) -> bool:
        """Whether messages travel as binary WebSocket messages; else as text."""
        ...

    def event_envelope(self, message: bytes | str, /) -> Envelope | None:
        """Return the envelope of an event if it is spelt as Discord spells it, else None: call `envelope` then.

        The fast path; for an event, `envelope` returns the same. Raises as `peek` does.
        """
        ...

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Return the envelope of one message, without decoding ``d``. Raises as `peek` does."""
        ...

    def data(self, envelope: Envelope) -> Any:
        """Return ``d`` as plain Python values.

        Raises `DecodeError` if it is broken, and `MessageTooLarge` if it holds more values than the codec allows.
        """
        ...

    def validate(self, envelope: Envelope, validator: Validator) -> Any:
        """Return what ``validator`` makes of ``d``, by the cheapest way that the encoding allows.

        The validator's errors pass through. Data that cannot be read at all raises as `data` does. `data` can read
        whatever this can read.
        """
        ...

    def validate_struct(self, envelope: Envelope, decoder: StructDecoder) -> Any:
        """Return the struct that ``decoder`` makes of ``d``, as `validate` does."""
        ...

    def envelope_of_data(self, name: str, sequence: int, data: bytes) -> Envelope:
        """Return the envelope of an event whose ``d`` was kept, undecoded, apart from its message."""
        ...

    def undecoded(self, envelope: Envelope) -> bytes:
        """Return ``d`` as it came: one JSON value, or one ETF term without the version byte.

        If the keys of the message do not stand in Discord's order, JSON is written anew.
        """
        ...

    def frame(self, envelope: Envelope) -> CodecFrame:
        """Return the frame of an envelope from `envelope` or `event_envelope`."""
        ...

    def peek(self, message: bytes | bytearray | memoryview | str) -> CodecFrame:
        """Return the frame of one message, with ``d`` undecoded where the encoding allows.

        Raises only `DecodeError`, if it is not a gateway message, and `MessageTooLarge`, if it has to go through ``d``
        to find the rest and ``d`` has too many values. Faults within ``d`` may show up only when ``d`` is read:
        `Frame.d` and `Frame.validate` raise the same errors then.
        """
        ...

    def encode(self, op: int, d: Any) -> bytes:
        """Return an encoded message for the gateway with ``op`` and ``d``, which holds plain values only.

        ``d["token"]`` may be a `Token`, as in IDENTIFY and RESUME. Then neither the repr of the bytes nor the traceback
        of an error shows its text.

        Raises `EncodeError` for values that the encoding cannot express. Discord takes at most 4096 bytes
        (events/gateway#sending-events); the caller checks the length.
        """
        ...

    def encode_frame(self, frame: Frame) -> bytes:
        """Return a whole envelope, encoded as Discord sends it: for the simulator. Raises as `encode` does."""
        ...
