"""Data that came, or was kept, and cannot be used."""

from __future__ import annotations

from .base import GatewayError, reduce_error

__all__ = [
    "DecodeError",
    "DecompressionError",
    "FieldAbsent",
    "MessageTooLarge",
    "PayloadError",
    "PeerError",
    "ProtocolError",
    "RecordingError",
]


class PeerError(GatewayError):
    """The other side sent something that cannot be used."""


class DecodeError(PeerError):
    """A message that is not valid in the agreed encoding."""


class DecompressionError(PeerError):
    """Compressed data that is broken or cut short."""


class MessageTooLarge(PeerError):
    """A message above a bound: on its bytes as received, on its inflated bytes, or on its values.

    The gateway sends the same message on the next connection, so a shard ends with this error at the third in a row.

    Attributes:
        limit: the bound, in bytes or in values, as the message says.
    """

    def __init__(self, problem: str, limit: int) -> None:
        super().__init__(problem)
        self.limit = limit


class ProtocolError(PeerError):
    """A well-formed message that breaks the rules of the gateway."""


class PayloadError(PeerError):
    """An event's data breaks Discord's documentation. The event is still delivered; only the error hook gets this.

    Attributes:
        event_name: name of the event on the wire.
        problems: the first problems, a sentence each; ``event.violations`` lists more.
        count: how many problems there are.
    """

    def __init__(self, event_name: str, problems: tuple[str, ...], count: int) -> None:
        shown = "; ".join(problems) + ("; ..." if count > len(problems) else "")
        super().__init__(f"{event_name} has {count} broken parts, which were left out: {shown}")
        self.event_name, self.problems, self.count = event_name, problems, count


class FieldAbsent(AttributeError):
    """A documented field that is missing in this payload, or broken.

    The other fields of the object can be read; ``event.violations`` lists all that are broken.

    Attributes:
        model: name of the object's class.
        field: name of the field, such as ``author``.
        reason: why it is absent.
    """

    __reduce__ = reduce_error

    def __init__(self, model: str, field: str, reason: str) -> None:
        super().__init__(f"{model}.{field} is absent: {reason}")
        self.model, self.field, self.reason = model, field, reason


class RecordingError(GatewayError):
    """A recording that cannot be written, or whose file cannot be read, is damaged, or is no recording."""
