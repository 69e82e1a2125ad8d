"""Functions that are called at each step of a connection, or with each message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

from ..errors import ConfigurationError
from ..protocol import Effect

__all__ = ["Observer", "Observers"]

T = TypeVar("T")

Observer: TypeAlias = Callable[[Effect], None]
"""A function that is called with each effect of the protocol."""


class Observers(Generic[T]):
    """The observers of a shard, of one kind.

    Args:
        failed: called with the error when an observer raises.

    Attributes:
        observers: the functions; the hot path looks whether there are any.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self.observers: list[Callable[[T], None]] = []

    def add(self, observer: Callable[[T], None]) -> None:
        """Call ``observer`` from now on, after the others."""
        self.observers.append(observer)

    def remove(self, observer: Callable[[T], None]) -> None:
        """Stop calling ``observer``. Raises `ConfigurationError` if it is not registered."""
        if observer not in self.observers:
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} does not observe; it may have been removed already")
        self.observers = [one for one in self.observers if one != observer]

    def tell(self, effect: T) -> None:
        """Call all observers. An error of one is reported and stops nothing: the connection must do its work."""
        for observer in self.observers:
            try:
                observer(effect)
            except Exception as error:
                self._failed(error)
