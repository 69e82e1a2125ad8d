"""Bases of the generated classes: models, events, commands, enums, unions, and the types of single values.

They tolerate unknown keys, values, bits and kinds. Broken parts of a payload are left out and listed as `Violation`.
"""

from __future__ import annotations

from .command import UNSET, Command, Outbound, SnowflakeLike, Unset
from .enums import DecimalString, Flags, KeyEnum, OpenIntEnum, OpenStrEnum
from .event import Event, InvalidEvent, UnknownEvent
from .findings import Violation
from .model import Model
from .types import IntegerPair, PresenceBoolean, Timestamp
from .unions import OpenUnion, ParentUnion, UnknownObject

__all__ = [
    "UNSET",
    "Command",
    "DecimalString",
    "Event",
    "Flags",
    "IntegerPair",
    "InvalidEvent",
    "KeyEnum",
    "Model",
    "OpenIntEnum",
    "OpenStrEnum",
    "OpenUnion",
    "Outbound",
    "ParentUnion",
    "PresenceBoolean",
    "SnowflakeLike",
    "Timestamp",
    "UnknownEvent",
    "UnknownObject",
    "Unset",
    "Violation",
]
