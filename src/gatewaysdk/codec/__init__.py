"""Encodings of the gateway (events/gateway#encoding-and-compression), chosen by the name that goes into the URL.

A codec turns one whole gateway message into a `Frame` and back. It knows envelopes and plain values, not events.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..compression.bounds import MAX_VALUES
from ..errors import ConfigurationError
from .interface import Codec, CodecFrame, Envelope
from .json import JsonCodec, JsonFrame

if TYPE_CHECKING:
    from .etf import EtfCodec, EtfFrame

__all__ = [
    "ENCODINGS",
    "BackendName",
    "Codec",
    "CodecFrame",
    "Encoding",
    "Envelope",
    "EtfCodec",
    "EtfFrame",
    "JsonCodec",
    "JsonFrame",
    "get_codec",
]

Encoding: TypeAlias = Literal["json", "etf"]
"""A name that `get_codec` knows."""

BackendName: TypeAlias = Literal["auto", "native", "python", "erlpack"]
"""A backend of ETF; ``gatewaysdk.codec.etf.BACKENDS`` lists them in the order in which ``auto`` takes them."""

ENCODINGS: tuple[Encoding, ...] = ("json", "etf")
"""The names that `get_codec` knows."""


def get_codec(name: str, *, backend: str | None = None, max_values: int = MAX_VALUES) -> Codec:
    """Return the codec for ``encoding=name``.

    ``backend`` is one of ``gatewaysdk.codec.etf.BACKENDS``, for ETF only; left out, the fastest that the machine has.
    Decoding a message with more than ``max_values`` array elements and map entries raises `MessageTooLarge`.

    Raises `ConfigurationError` for an unknown encoding, and for a backend that the encoding or the machine lacks.
    """
    if name not in ENCODINGS:
        known = ", ".join(repr(known) for known in ENCODINGS)
        raise ConfigurationError(f"encoding {name!r} is unknown; choose one of {known}")
    if name != "etf" and backend is not None:
        raise ConfigurationError(f"encoding {name!r} has no backends; leave backend={backend!r} out")
    return _codec(name, "auto" if backend is None else backend, max_values)


# Codecs keep no state between messages, so all connections share one.
@cache
def _codec(name: str, backend: str, max_values: int) -> Codec:
    if name == "json":
        return JsonCodec(max_values)
    codec: Codec = import_module(".etf", __package__).EtfCodec(backend, max_values=max_values)
    return codec


if not TYPE_CHECKING:  # else type checkers would accept any name in this package

    def __getattr__(name: str) -> Any:
        # Imported on first use, as few programs use both encodings.
        if name in ("EtfCodec", "EtfFrame"):
            return getattr(import_module(".etf", __package__), name)
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
