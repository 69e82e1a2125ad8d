"""The settings of the delivery."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConfigurationError
from .concurrency import Concurrency, get_key_function
from .overflow import DropEvents, Overflow

__all__ = ["QUEUE_BYTES", "DeliverySettings"]

QUEUE_BYTES = 64 * 1024 * 1024
"""Default bound on the bytes of the events that a shard holds, decompressed."""


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """The settings of the delivery. Raises `ConfigurationError` for settings that cannot work.

    Attributes:
        queue_size: most events to hold: those that wait and those being handled.
        queue_bytes: most bytes of these events, decompressed.
        overflow: what to do when there are more.
        concurrency: which events may be handled at the same time.
    """

    queue_size: int
    queue_bytes: int
    overflow: Overflow
    concurrency: Concurrency

    def __post_init__(self) -> None:
        for name in ("queue_size", "queue_bytes"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise ConfigurationError(f"{name} is {value!r}, it must be an int of at least 1")
        if not isinstance(self.overflow, DropEvents) and self.overflow not in ("pause", "drop_oldest"):
            raise ConfigurationError(
                f"overflow is {self.overflow!r}; it takes 'pause', 'drop_oldest' or DropEvents(TypingStart, ...)"
            )
        get_key_function(self.concurrency)  # raises for an unknown value: here, where the user passes it
