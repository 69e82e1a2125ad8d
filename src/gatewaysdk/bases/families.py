"""A type variable for what stands for events of many classes of a family."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from .event import Event

if TYPE_CHECKING:
    from .struct_event import Event as StructEvent

__all__ = ["Family"]

Family = TypeVar("Family", Event, "StructEvent")
"""The base of classes of one family."""
