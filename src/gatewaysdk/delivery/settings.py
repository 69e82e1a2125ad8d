"""How events are handed on, as the user chose."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ConfigurationError
from .concurrency import Concurrency, get_key_function
from .overflow import DropEvents, Overflow

__all__ = ["QUEUE_BYTES", "DeliverySettings"]

QUEUE_BYTES = 64 * 1024 * 1024
"""Default bound on the bytes of events that are held."""


@dataclass(frozen=True, slots=True)
class DeliverySettings:
    """How events are handed on. Raises `ConfigurationError` for what cannot work.

    Attributes:
        queue_size: dispatches that may be held: that wait, or are in hand.
        queue_bytes: bytes that they may have, as decompressed.
        overflow: what happens to more than that.
        concurrency: which of them may be handled at the same time.
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
        get_key_function(self.concurrency)
