"""Functions that are called at each step of a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..errors import ConfigurationError
from ..protocol import Effect

__all__ = ["Observer", "Observers"]

Observer: TypeAlias = Callable[[Effect], None]
"""A function that is called with each effect of the protocol."""


class Observers:
    """The observers of a shard.

    Args:
        failed: called with the error when an observer raises.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._observers: list[Observer] = []

    def add(self, observer: Observer) -> None:
        """Call ``observer`` from now on, after the others."""
        self._observers.append(observer)

    def remove(self, observer: Observer) -> None:
        """Stop calling ``observer``. Raises `ConfigurationError` if it is not registered."""
        if observer not in self._observers:
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} does not observe; it may have been removed already")
        self._observers = [one for one in self._observers if one != observer]

    def tell(self, effect: Effect) -> None:
        """Call all observers. An error of one is reported and stops nothing: the connection must do its work."""
        for observer in self._observers:
            try:
                observer(effect)
            except Exception as error:
                self._failed(error)
