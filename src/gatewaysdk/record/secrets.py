"""Removes secrets, and by option what people wrote, from the messages of a recording."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Any

from ..codec import Codec
from ..enums.opcode import Opcode
from ..errors import ConfigurationError
from ..frame import Frame
from ..token import Token
from .content import hide_content

__all__ = ["REDACTIONS", "REMOVED", "SECRET_KEYS", "Cleaner"]

REDACTIONS = ("content",)
"""What can be removed besides secrets."""

REMOVED = "[removed]"
"""What stands in the place of a secret."""

SECRET_KEYS = frozenset(
    {
        "token",  # IDENTIFY, RESUME; VOICE_SERVER_UPDATE; of interactions and webhooks
        "session_id",  # READY, RESUME; of voice states and activities
        "resume_gateway_url",  # READY
        "secrets",  # of activities: join, spectate, match
        # Addresses of the application's owner, which may have a secret in their query.
        "event_webhooks_url",
        "interactions_endpoint_url",
        "role_connections_verification_url",
    }
)
"""The keys of the schema whose values are secret, wherever they stand."""

# Keys that Discord may add are taken as secret by their names.
_SECRET_KEY = re.compile(rf"(?:{'|'.join(sorted(SECRET_KEYS))}|.*(?:token|secret|password))\Z", re.IGNORECASE)
_WEBHOOK_URL = re.compile(r"(/webhooks/[0-9]+/)[\w-]+")
# A message without any of these holds no secret, and is kept as it came, undecoded. The last one is an ASCII letter
# that JSON writes as an escape, which may hide the others.
_SUSPECT = re.compile(
    rb"token|secret|password|session_id|resume_gateway_url|webhooks|endpoint_url|verification_url|\\u00[2-7]",
    re.IGNORECASE,
)
_SHORTEST_KNOWN = 16  # shorter tokens are made up for a simulator, and may be common words


class Cleaner:
    """Frees messages of secrets.

    Args:
        redact: what to remove besides: ``content``, or nothing.

    Raises:
        ConfigurationError: another word in ``redact``.
    """

    def __init__(self, redact: Collection[str] = ()) -> None:
        # A single text is a collection of its letters.
        for word in (redact,) if isinstance(redact, str) else redact:
            if word not in REDACTIONS or isinstance(redact, str):
                raise ConfigurationError(f"redact is {redact!r}; it takes ('content',), or () for secrets alone")
        self._content = "content" in redact
        self._known: dict[tuple[str, int], str] = {}

    def clean(self, codec: Codec, message: bytes, shard_id: int) -> bytes:
        """Return a message that came: itself if it has nothing to remove, else written anew.

        Raises `PeerError` or `EncodeError` if it cannot be decoded, or not be written anew.
        """
        if not self._content and not self._is_suspect(message):
            return message
        frame = codec.peek(message)
        if frame.t == "READY":
            self._learn(frame.d, shard_id)
        return codec.encode_frame(Frame(frame.op, self._cleaned(frame.d), frame.s, frame.t))

    def encode(self, codec: Codec, op: int, d: Any, shard_id: int) -> bytes:
        """Return a message that was sent, encoded without its secrets. Raises `EncodeError` if that is impossible."""
        if op in (Opcode.IDENTIFY, Opcode.RESUME):
            self._learn(d, shard_id)
        return codec.encode(op, self._cleaned(d))

    def _is_suspect(self, message: bytes) -> bool:
        # Nothing of the bytes of a key depends on the encoding, as keys are ASCII in both.
        return _SUSPECT.search(message) is not None or any(one.encode() in message for one in self._known.values())

    def _learn(self, d: Any, shard_id: int) -> None:
        """Keep token and session id, so that they are removed wherever else they may stand; one each for a shard."""
        if isinstance(d, dict):
            for key in ("token", "session_id"):
                value = d.get(key)
                if isinstance(value, Token):
                    value = value.reveal()
                if isinstance(value, str) and len(value) >= _SHORTEST_KNOWN:
                    self._known[key, shard_id] = value

    def _cleaned(self, d: Any) -> Any:
        d = _walk(d, self._clean_text)
        return hide_content(d) if self._content else d

    def _clean_text(self, text: str) -> str:
        for secret in self._known.values():
            text = text.replace(secret, REMOVED)
        return _WEBHOOK_URL.sub(rf"\1{REMOVED}", text)


def _walk(value: Any, clean_text: Callable[[str], str]) -> Any:
    """Return a copy with all texts cleaned, and the values of secret keys removed."""
    if isinstance(value, dict):
        return {
            _text(key, clean_text): _remove(one) if _is_secret(key) else _walk(one, clean_text)
            for key, one in value.items()
        }
    if isinstance(value, list | tuple):
        return [_walk(one, clean_text) for one in value]
    return _text(value, clean_text)


def _text(value: Any, clean_text: Callable[[str], str]) -> Any:
    return clean_text(value) if isinstance(value, str) else value


def _is_secret(key: Any) -> bool:
    return isinstance(key, str) and _SECRET_KEY.match(key) is not None


def _remove(value: Any) -> Any:
    """Return a value of the same kind that tells nothing, so that it is decoded as the secret would be."""
    if isinstance(value, dict):
        return {key: _remove(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_remove(one) for one in value]
    if value is None or isinstance(value, bool):
        return value
    return 0 if isinstance(value, int | float) else REMOVED
