"""What the events of both families, models and structs, have in common."""

from __future__ import annotations

from typing import Any, ClassVar

from .findings import Violation

__all__ = ["AnyEvent", "AnyInvalidEvent", "AnyUnknownEvent"]


class AnyEvent:
    """A dispatch (opcode 0) of the gateway, as a model or as a struct.

    Handlers name a class of one family: ``Event`` stands for all events as models, ``structs.Event`` for all as
    structs.
    """

    __slots__ = ()

    event_name: ClassVar[str] = ""
    """Name of the event on the wire, such as ``MESSAGE_CREATE``; empty in classes that stand for several events."""

    _findings: Any
    """None in a sound event."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """The broken places within this event; empty when it keeps to the documentation."""
        raise TypeError(f"{type(self).__name__} is of no family; subclass Event or structs.Event")

    @property
    def violation_count(self) -> int:
        """How many places within this event are broken, including those that ``violations`` does not list."""
        raise TypeError(f"{type(self).__name__} is of no family; subclass Event or structs.Event")


class AnyUnknownEvent(AnyEvent):
    """A dispatch whose name this release does not know."""

    __slots__ = ()

    name: str
    data: Any


class AnyInvalidEvent(AnyEvent):
    """A dispatch whose data is not an object or cannot be decoded, so that no field can be read."""

    __slots__ = ()

    name: str
    data: Any
    reason: str
    raw: bytes | None
