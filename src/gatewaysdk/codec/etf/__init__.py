"""ETF, Erlang's external term format (events/gateway#using-etf): binary, and read lazily.

The backends differ in speed only; `backends` says which of them this machine has.
"""

from __future__ import annotations

from typing import Any

from ...compression.bounds import MAX_VALUES
from ...errors import ConfigurationError, DecodeError
from ...frame import Frame, StructDecoder, Validator
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


_NIL = b"d\0\x03nil"


class EtfFrame(CodecFrame):
    """A frame of an ETF message."""

    __slots__ = ()


class EtfCodec:
    """The ``etf`` encoding. Messages are binary.

    Args:
        backend: one of `BACKENDS`; raises `ConfigurationError` for one that cannot be used here.
        style: one of `STYLES`: the gateway whose way of writing keys, names and ids `encode_frame` imitates.
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
        self._to_msgpack = getattr(self.backend, "to_msgpack", None)  # the native backend alone has both
        self._to_msgpack_as_json = getattr(self.backend, "to_msgpack_as_json", None)

    def envelope(self, message: bytes | bytearray | memoryview | str) -> Envelope:
        """Return the envelope, without decoding ``d``. Raises `DecodeError` unless it is a gateway message."""
        if type(message) is not bytes:
            if isinstance(message, str):
                raise DecodeError("the message is text; ETF messages are binary")
            # Copied, as the frame outlives this call, and the owner of a buffer may write to it again.
            message = bytes(message)
        op, s, t, start, end = self.backend.peek(message, self._max_values)
        return op, s, t, message, start, end

    event_envelope = envelope  # in ETF there is no quicker way for events

    def data(self, envelope: Envelope) -> Any:
        """Return ``d`` as plain Python values. Raises `DecodeError`, and `MessageTooLarge` if they are too many."""
        _, _, _, message, start, end = envelope
        # An `end` of 0 means that the message has no d, which reads as None.
        return self.backend.decode(message, start, end, self._max_values) if end else None

    def validate(self, envelope: Envelope, validator: Validator) -> Any:
        """Return what ``validator`` makes of the decoded ``d``. Its errors pass through; raises as `data` does."""
        _, _, _, message, start, end = envelope
        return validator.validate_python(self.backend.decode(message, start, end, self._max_values) if end else None)

    def validate_struct(self, envelope: Envelope, decoder: StructDecoder) -> Any:
        """Return the struct that ``decoder`` makes of ``d``, as `validate` does.

        The native backend writes ``d`` as MessagePack, from which msgspec makes structs in less time than from values.
        """
        _, _, _, message, start, end = envelope
        write = self._to_msgpack_as_json if decoder.ids_as_text else self._to_msgpack
        if write is not None and end:
            try:
                return decoder.validate_msgpack(write(message, start, end, self._max_values))
            except decoder.refused:
                pass  # values say more: which ids are texts, and what is wrong
        return self.validate(envelope, decoder)

    def envelope_of_data(self, name: str, sequence: int, data: bytes) -> Envelope:
        """Return the envelope of an event whose ``d`` is the term ``data``, without a version byte."""
        return 0, sequence, name, data, 0, len(data)

    def undecoded(self, envelope: Envelope) -> bytes:
        """Return ``d`` as it came, as a term without the version byte; the atom nil if the message has none."""
        _, _, _, message, start, end = envelope
        return message[start:end] if end else _NIL

    def frame(self, envelope: Envelope) -> EtfFrame:
        """Return the frame of an envelope."""
        return EtfFrame(self, envelope)

    def peek(self, message: bytes | bytearray | memoryview | str) -> EtfFrame:
        """Return the frame of a message, with ``d`` undecoded. Raises `DecodeError` unless it is a gateway message."""
        return EtfFrame(self, self.envelope(message))

    def encode(self, op: int, d: Any) -> bytes:
        """Return ``op`` and ``d`` as an ETF message. Raises `EncodeError` unless ``d`` holds plain values only."""
        return encode_hiding(self._encode, op, d)

    def _encode(self, op: int, d: Any) -> bytes:
        return self.backend.encode({"op": op, "d": d})

    def encode_frame(self, frame: Frame) -> bytes:
        """Return a whole envelope in the codec's style. Raises `EncodeError` as `encode` does."""
        if self.style == "discord":
            return encode_as_discord(frame)
        return self.backend.encode({"op": frame.op, "t": frame.t, "s": frame.s, "d": frame.d})

    def __repr__(self) -> str:
        return f"EtfCodec({self.backend.name!r}, style={self.style!r})"
