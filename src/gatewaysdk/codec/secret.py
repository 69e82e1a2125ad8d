"""How a message is encoded that holds the token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..token import SecretBytes, Token

__all__ = ["encode_hiding"]


def encode_hiding(encode: Callable[[int, Any], bytes], op: int, d: Any) -> bytes:
    """Return ``encode(op, d)``, with the text of a `Token` at ``d["token"]``, which IDENTIFY and RESUME have.

    An encoder's error shows all that it had at hand to those who look at local variables. So the message is encoded
    without the token first: what cannot be encoded comes to light then.
    """
    token = d.get("token") if isinstance(d, dict) else None
    if not isinstance(token, Token):
        return encode(op, d)
    encode(op, {**d, "token": ""})
    return SecretBytes(encode(op, {**d, "token": token.reveal()}))
