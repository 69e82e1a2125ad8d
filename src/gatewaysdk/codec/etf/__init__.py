"""ETF, Erlang's external term format (events/gateway#using-etf): binary, and read lazily.

Which of the backends does the work is a matter of speed alone; `backends` tells which there are.
"""

from __future__ import annotations

from typing import Any

from ...compression.bounds import MAX_VALUES
from ...errors import ConfigurationError, DecodeError
from ...frame import Frame, Validator
from ..interface import CodecFrame, Envelope
from ..secret import encode_hiding
from .backends import BACKENDS, Backend, BackendReport, backends, choose_backend
from .styles import STYLES, encode_as_discord
from .tags import MAX_DEPTH

__all__ = [
    "BACKENDS",
    "MAX_DEPTH",
    "STYLES",
    "Backend",
    "BackendReport",
    "EtfCodec",
    "EtfFrame",
    "backends",
    "choose_backend",
]


class EtfFrame(CodecFrame):
    """A frame of an ETF message."""

    __slots__ = ()


class EtfCodec:
    """The ``etf`` encoding. Messages are binary.

    Args:
        backend: one of `BACKENDS`; raises `ConfigurationError` for one that cannot be used here.
        style: one of `STYLES`, for `encode_frame` alone: whose way of writing keys, names and ids is used.
        max_values: most list elements and map entries of a message that is decoded.
    """

    name = "etf"
    binary = True

    def __init__(self, backend: str = "auto", *, style: str = "discord", max_values: int = MAX_VALUES) -> None:
        if style not in STYLES:
            known = ", ".join(repr(known) for known in STYLES)
            raise ConfigurationError(f"ETF style {style!r} is unknown; choose one of {known}")
        self.backend = choose_backend(backend)
        self.style = style
        self._max_values = max_values

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Read the envelope; ``d`` waits. Raises `DecodeError` for what is no gateway message."""
        if type(message) is not bytes:
            if isinstance(message, str):
                raise DecodeError("the message is text; ETF messages are binary")
            # A copy: the frame outlives this call, and the owner of a buffer may write to it again.
            message = bytes(message)
        op, s, t, start, end = self.backend.peek(message, self._max_values)
        return op, s, t, message, start, end

    event_envelope = envelope  # there is no quicker way for events

    def data(self, envelope: Envelope) -> Any:
        """Return ``d`` as plain Python values; raises `DecodeError`, and `MessageTooLarge` for too many of them."""
        _, _, _, message, start, end = envelope
        # Ends at 0 when there is no d at all, which reads as None.
        return self.backend.decode(message, start, end, self._max_values) if end else None

    def validate(self, envelope: Envelope, validator: Validator) -> Any:
        """Decode ``d`` and hand it to ``validator``, whose errors pass through; raises as `data` does."""
        _, _, _, message, start, end = envelope
        return validator.validate_python(self.backend.decode(message, start, end, self._max_values) if end else None)

    def frame(self, envelope: Envelope) -> EtfFrame:
        """Return the frame of an envelope."""
        return EtfFrame(self, envelope)

    def peek(self, message: bytes | bytearray | memoryview | str) -> EtfFrame:
        """Read the envelope and return its frame. Raises `DecodeError` for what is no gateway message."""
        return EtfFrame(self, self.envelope(message))

    def encode(self, op: int, d: Any) -> bytes:
        """Encode ``op`` and ``d``; raises `EncodeError` for what are no plain values."""
        return encode_hiding(self._encode, op, d)

    def _encode(self, op: int, d: Any) -> bytes:
        return self.backend.encode({"op": op, "d": d})

    def encode_frame(self, frame: Frame) -> bytes:
        """Encode a whole envelope in the codec's style; raises `EncodeError` as `encode` does."""
        if self.style == "discord":
            return encode_as_discord(frame)
        return self.backend.encode({"op": frame.op, "t": frame.t, "s": frame.s, "d": frame.d})

    def __repr__(self) -> str:
        return f"EtfCodec({self.backend.name!r}, style={self.style!r})"
