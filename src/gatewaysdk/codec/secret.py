"""Encodes messages that hold the token without showing it in errors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..token import SecretBytes, Token

__all__ = ["encode_hiding"]


def encode_hiding(encode: Callable[[int, Any], bytes], op: int, d: Any) -> bytes:
    """Return ``encode(op, d)`` with a `Token` at ``d["token"]``, as IDENTIFY and RESUME have it, replaced by its text.

    When an encoder raises, the local variables of its frames hold the message. So the message is encoded without the
    token first, and that call raises whatever cannot be encoded.
    """
    token = d.get("token") if isinstance(d, dict) else None
    if not isinstance(token, Token):
        return encode(op, d)
    encode(op, {**d, "token": ""})
    return SecretBytes(encode(op, {**d, "token": token.reveal()}))
