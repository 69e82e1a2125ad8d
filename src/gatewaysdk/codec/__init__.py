"""Encodings of the gateway (events/gateway#encoding-and-compression), chosen by the name that goes into the URL.

A codec turns one whole gateway message into a `Frame` and back. It knows envelopes and plain values, not events.
"""

from __future__ import annotations

from ..errors import ConfigurationError
from ._protocol import Codec
from .json import JsonCodec, JsonFrame

__all__ = ["ENCODINGS", "Codec", "JsonCodec", "JsonFrame", "get_codec"]

# Codecs keep nothing between messages, so every connection may share one.
_CODECS: dict[str, Codec] = {codec.name: codec for codec in (JsonCodec(),)}

ENCODINGS: tuple[str, ...] = tuple(_CODECS)
"""The names that `get_codec` knows."""


def get_codec(name: str) -> Codec:
    """Return the codec for ``encoding=name``; raises `ConfigurationError` when there is none."""
    codec = _CODECS.get(name)
    if codec is None:
        known = ", ".join(repr(known) for known in ENCODINGS)
        raise ConfigurationError(f"encoding {name!r} is unknown; choose one of {known}")
    return codec
