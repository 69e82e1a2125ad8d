"""The names of events that have a class, in either family: generated ones, and those that a program registered."""

from __future__ import annotations

from ..bases.any_event import AnyEvent, AnyUnknownEvent
from ..bases.event import Event, UnknownEvent
from ..tables.events import EVENT_CLASSES

__all__ = ["MODELS", "STRUCTS", "UNNAMED", "could_be", "is_known", "is_struct"]

MODELS: dict[str, type[Event]] = {}
"""Models that a program registered, by name on the wire."""

STRUCTS: dict[str, type[AnyEvent]] = {}
"""Structs that a program registered, by name on the wire."""


UNNAMED: set[type[AnyEvent]] = {UnknownEvent}
"""Classes of dispatches whose name has no class; that of structs is there once structs are decoded."""


def is_known(name: str) -> bool:
    """Whether an event of this name has a class; a gateway could invent other names without end."""
    return name in EVENT_CLASSES or name in MODELS or name in STRUCTS


def is_struct(event: type[AnyEvent]) -> bool:
    """Whether a class of events is of the family of structs; else it is a model."""
    return not issubclass(event, Event)


def could_be(event: type[AnyEvent], name: str) -> bool:
    """Whether a dispatch with this name may become an instance of ``event``."""
    if event.event_name:
        return event.event_name == name
    if not issubclass(event, AnyUnknownEvent):
        return True
    return name not in EVENT_CLASSES and name not in (MODELS if issubclass(event, Event) else STRUCTS)
