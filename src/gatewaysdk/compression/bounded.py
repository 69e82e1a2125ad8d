"""What all inflaters share: bounds on their output, and failing for good once they have failed."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
from typing import NoReturn

from ..errors import DecompressionError, MessageTooLarge, PeerError
from .bounds import MAX_RATIO, RATIO_FREE
from .inflater import Message

__all__ = ["REMEDY", "Bounded"]

REMEDY = "if the gateway means it, raise max_size="
"""How the error for a message larger than ``max_size`` ends."""


class Bounded(ABC):
    """Base of the inflaters: the bounds, and the failure that every later call raises again."""

    name: str
    errors: tuple[type[Exception], ...] = ()

    def __init__(self, max_size: int) -> None:
        self._max_size = max_size
        self._failure: PeerError | None = None

    def feed(self, message: Message) -> list[Message]:
        if self._failure is not None:
            raise copy(self._failure)  # each raise adds to the traceback of an error
        try:
            return self._inflate(message)
        except PeerError as error:
            self._failure = copy(error)
            raise
        except self.errors as error:
            raise self._broken(error) from error

    def _broken(self, error: Exception) -> DecompressionError:
        broken = DecompressionError(f"{self.name} data is broken: {error}")
        self._failure = copy(broken)
        return broken

    @abstractmethod
    def _inflate(self, message: Message) -> list[Message]:
        """Return the gateway messages that this message completes. Raises a `PeerError`, or one of `errors`."""

    def _refuse(self, problem: str) -> NoReturn:
        raise DecompressionError(f"{self.name} {problem}")

    def _bound(self, size: int) -> int:
        """Return how many bytes ``size`` compressed bytes may inflate to."""
        return min(self._max_size, max(RATIO_FREE, MAX_RATIO * size))

    def _refuse_size(self, bound: int) -> NoReturn:
        if bound == self._max_size:
            problem = f"{self.name} data inflates to more than max_size, {bound} bytes; {REMEDY}"
        else:
            problem = (
                f"{self.name} data inflates to more than {bound} bytes, {MAX_RATIO} times what was sent or more; "
                "if the gateway means it, turn compress off"
            )
        raise MessageTooLarge(problem, bound)

    def _refuse_text(self) -> NoReturn:
        self._refuse("was agreed upon, but a text message came")
