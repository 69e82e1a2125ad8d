"""One gateway message, whose data is decoded when it is first read."""

from __future__ import annotations

from typing import Any, Protocol

__all__ = ["Frame", "StructDecoder", "Validator"]


class Validator(Protocol):
    """Turns data into a model, as a pydantic ``SchemaValidator`` does."""

    def validate_json(self, data: bytes, /) -> Any:
        """Build the model straight from JSON text."""

    def validate_python(self, data: Any, /) -> Any:
        """Build the model from decoded values."""


class StructDecoder(Validator, Protocol):
    """Turns data into a struct.

    Attributes:
        refused: what the decoder raises for data that does not fit.
        ids_as_text: whether an id that is typed as a text has come as an integer, so that all are to be made texts.
    """

    refused: tuple[type[Exception], ...]
    ids_as_text: bool

    def validate_msgpack(self, data: bytes, /) -> Any:
        """Build the struct straight from MessagePack."""


class Frame:
    """An envelope (events/gateway-events#payload-structure) whose ``d`` may still be undecoded.

    Codecs return subclasses that keep the wire bytes and decode ``d`` when it is first read. Made by hand,
    ``Frame(op, d, s, t)`` holds plain values, which is all that a test of the protocol needs.

    Attributes:
        op: the opcode, an int; unknown ones are kept.
        s: the sequence number of a dispatch, else None.
        t: the event name of a dispatch, else None.
    """

    __slots__ = ("_d", "op", "s", "t")

    def __init__(self, op: int, d: Any = None, s: int | None = None, t: str | None = None) -> None:
        self.op = op
        self.s = s
        self.t = t
        self._d = d

    @property
    def d(self) -> Any:
        """The data as plain Python values. Raises ``DecodeError`` if the bytes are broken."""
        return self._d

    @property
    def size(self) -> int:
        """Bytes of the whole message, after decompression; 0 for a frame made by hand."""
        return 0

    def validate(self, validator: Validator) -> Any:
        """Return what ``validator`` makes of the data, by the cheapest way that the encoding allows."""
        return validator.validate_python(self.d)

    def __repr__(self) -> str:
        # The data is left out: it may be huge, and READY or VOICE_SERVER_UPDATE hold secrets.
        return f"{type(self).__name__}(op={self.op}, s={self.s}, t={self.t!r})"
