"""The base of the events, and two classes for dispatches that fit no generated class."""

from __future__ import annotations

from typing import Any, ClassVar

from pydantic import Field

from .any_event import AnyEvent, AnyInvalidEvent, AnyUnknownEvent
from .model import Model

__all__ = ["Event", "InvalidEvent", "UnknownEvent"]


class Event(Model, AnyEvent):
    """A dispatch (opcode 0) of the gateway.

    ``event_name`` is its name on the wire, such as ``MESSAGE_CREATE``.
    """

    event_name: ClassVar[str] = ""

    def to_wire(self) -> dict[str, Any]:
        """Return ``{"t": name, "d": data}`` for a log or a queue, ready for ``json.dumps``.

        Ids are strings, as JavaScript rounds such numbers. Keys that this release does not know and parts that
        are broken are left out; raw handlers get the data exactly as Discord sent it.
        """
        return {"t": self.event_name, "d": self.model_dump(mode="json", exclude_unset=True)}


class UnknownEvent(Event, AnyUnknownEvent):
    """A dispatch whose name this release does not know.

    Attributes:
        name: Name of the event on the wire.
        data: Its data as plain Python values.
    """

    name: str
    """Name of the event on the wire."""

    data: Any = Field(repr=False)
    """Its data as plain Python values."""

    def to_wire(self) -> dict[str, Any]:
        """Return ``{"t": name, "d": data}`` with the data as Discord sent it."""
        return {"t": self.name, "d": self.data}


class InvalidEvent(Event, AnyInvalidEvent):
    """A dispatch whose data is not an object or cannot be decoded, so that no field can be read.

    Attributes:
        name: Name of the event on the wire.
        data: What came instead of an object; None when it cannot be decoded.
        reason: Why no event could be made of it.
        raw: The whole message in its encoding, decompressed, when its data cannot be decoded; otherwise None.
    """

    name: str
    """Name of the event on the wire."""

    data: Any = Field(repr=False)
    """What came instead of an object; None when it cannot be decoded."""

    reason: str
    """Why no event could be made of it."""

    raw: bytes | None = Field(default=None, repr=False)
    """The whole message in its encoding, decompressed, when its data cannot be decoded; otherwise None."""

    def to_wire(self) -> dict[str, Any]:
        """Return ``{"t": name, "d": data}``; the data is None when it cannot be decoded."""
        return {"t": self.name, "d": self.data}
