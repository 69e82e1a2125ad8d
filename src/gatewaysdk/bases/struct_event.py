"""The base of the events that are structs, and two classes for dispatches that fit no generated class."""

from __future__ import annotations

from typing import Any, ClassVar

from .any_event import AnyEvent, AnyInvalidEvent, AnyUnknownEvent
from .struct import Struct

__all__ = ["Event", "InvalidEvent", "UnknownEvent"]


class Event(Struct, AnyEvent, frozen=True):
    """A dispatch (opcode 0) of the gateway, as a struct.

    ``event_name`` is its name on the wire, such as ``MESSAGE_CREATE``.
    """

    event_name: ClassVar[str] = ""


class UnknownEvent(Event, AnyUnknownEvent, frozen=True, kw_only=True):
    """A dispatch whose name this release does not know.

    Attributes:
        name: Name of the event on the wire.
        data: Its data as plain Python values.
    """

    _secrets: ClassVar[frozenset[str]] = frozenset({"data"})

    name: str
    """Name of the event on the wire."""

    data: Any
    """Its data as plain Python values."""


class InvalidEvent(Event, AnyInvalidEvent, frozen=True, kw_only=True):
    """A dispatch whose data is not an object or cannot be decoded, so that no field can be read.

    Attributes:
        name: Name of the event on the wire.
        data: What came instead of an object; None when it cannot be decoded.
        reason: Why no event could be made of it.
        raw: The whole message in its encoding, decompressed, when its data cannot be decoded; otherwise None.
    """

    _secrets: ClassVar[frozenset[str]] = frozenset({"data", "raw"})

    name: str
    """Name of the event on the wire."""

    data: Any
    """What came instead of an object; None when it cannot be decoded."""

    reason: str
    """Why no event could be made of it."""

    raw: bytes | None = None
    """The whole message in its encoding, decompressed, when its data cannot be decoded; otherwise None."""
