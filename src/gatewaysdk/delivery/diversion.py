"""Another way for dispatches than to handlers: all of them, undecoded, whether anybody listens or not."""

from __future__ import annotations

from typing import Protocol

from ..codec import Envelope
from .plans import Plan

__all__ = ["DIVERTED", "Diversion"]

DIVERTED = Plan((), (), False)
"""The plan of names that nobody waits for while there is a diversion. Not `NOBODY`, whose dispatches are dropped."""


class Diversion(Protocol):
    """Takes the dispatches of a shard in place of its handlers, such as into a log."""

    @property
    def full(self) -> bool:
        """Whether reading has to pause."""
        ...

    def take(self, envelope: Envelope) -> None:
        """Take a dispatch. Called while the connection reads: it must neither block nor raise."""

    def done_up_to(self) -> int | None:
        """Return the sequence number up to which all events of the present session are done with, or None."""
