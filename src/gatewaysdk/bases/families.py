"""A type variable for what stands for events of several classes: those of one family, or of both."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .any_event import AnyEvent
from .event import Event

if TYPE_CHECKING:
    from .struct_event import Event as StructEvent

__all__ = ["Family"]

Family = TypeVar("Family", Event, "StructEvent", AnyEvent)
"""The first of these of which all the classes are: models, structs, or a mixture."""
