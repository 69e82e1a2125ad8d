"""The streams of NATS that an engine makes, and their settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...errors import BrokerError, ConfigurationError
from .wire import ApiError, NatsWire

__all__ = ["NatsSettings", "make_stream"]

_STREAM_EXISTS = 10058
_NOT_ENABLED = (10039, 10076)
_NO_ROOM = (10023, 10028, 10047)
_MOST_DEAD = 100_000_000
"""Bytes of dead letters."""

_NANOSECONDS = 1_000_000_000


@dataclass(frozen=True, slots=True)
class NatsSettings:
    """How streams and buckets are made. Those that exist stay as they are: change them with ``nats stream edit``.

    Attributes:
        replicas: nodes that keep each message: 1, or 3 in a cluster of three.
        max_age: seconds for which events are kept.
        max_bytes: of one stream of events, which holds at most 50 shards; the oldest events go first. The server
            reserves as much. -1 for no bound.
        timeout: seconds that an answer may take.

    Raises:
        ConfigurationError: a value that cannot work.
    """

    replicas: int = 1
    max_age: float = 86_400.0
    max_bytes: int = 1_000_000_000
    timeout: float = 5.0

    def __post_init__(self) -> None:
        for name, fits, rule in (
            ("replicas", self.replicas in (1, 3, 5), "1, 3 or 5"),
            ("max_age", self.max_age > 0, "seconds above 0"),
            ("max_bytes", self.max_bytes == -1 or self.max_bytes > 0, "bytes above 0, or -1 for no bound"),
            ("timeout", self.timeout > 0, "seconds above 0"),
        ):
            if not fits:
                raise ConfigurationError(f"{name} is {getattr(self, name)!r}; it takes {rule}")

    def bucket(self, name: str) -> dict[str, Any]:
        """Return the settings of a key-value bucket."""
        return {
            "name": f"KV_{name}",
            "subjects": [f"$KV.{name}.>"],
            "max_msgs_per_subject": 1,
            "allow_msg_ttl": True,
            "allow_direct": True,
            "discard": "new",
            "deny_delete": False,
            "num_replicas": self.replicas,
        }

    def events(self, name: str, subjects: list[str]) -> dict[str, Any]:
        """Return the settings of a stream of events."""
        return {
            "name": name,
            "subjects": subjects,
            "max_age": int(self.max_age * _NANOSECONDS),
            "max_bytes": self.max_bytes,
            "allow_atomic": True,
            "allow_direct": True,
            "discard": "old",
            "num_replicas": self.replicas,
        }

    def dead_letters(self, name: str, subjects: list[str]) -> dict[str, Any]:
        """Return the settings of the stream of dead letters. When it is full, no more are taken."""
        most = _MOST_DEAD if self.max_bytes == -1 else min(self.max_bytes, _MOST_DEAD)
        return self.events(name, subjects) | {"max_age": 0, "max_bytes": most, "discard": "new"}


async def make_stream(wire: NatsWire, settings: dict[str, Any]) -> None:
    """Make a stream, unless it exists.

    Raises:
        ConfigurationError: the server has no JetStream, or too few nodes.
        BrokerUnavailable: it did not answer.
    """
    settings = {"storage": "file", "retention": "limits", **settings}
    try:
        await wire.api(f"STREAM.CREATE.{settings['name']}", settings)
    except ApiError as error:
        if error.err_code == _STREAM_EXISTS:
            return
        if error.err_code in _NOT_ENABLED:
            raise ConfigurationError(f"{error}; start nats-server with JetStream (-js)") from error
        if error.err_code in _NO_ROOM:
            raise ConfigurationError(
                f"the stream {settings['name']} needs more room than nats-server has: {error}; "
                "raise max_file_store in its configuration, or lower max_bytes"
            ) from error
        raise BrokerError(f"the stream {settings['name']} could not be made: {error}") from error
