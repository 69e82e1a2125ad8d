"""Functions that are told each step of a connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from ..errors import ConfigurationError
from ..protocol import Effect

__all__ = ["Observer", "Observers"]

Observer: TypeAlias = Callable[[Effect], None]
"""What is called with each effect of the protocol."""


class Observers:
    """The observers of a shard.

    Args:
        failed: called with what one of them raises.
    """

    def __init__(self, failed: Callable[[Exception], None]) -> None:
        self._failed = failed
        self._observers: list[Observer] = []

    def add(self, observer: Observer) -> None:
        """Tell one more, after the others."""
        self._observers.append(observer)

    def remove(self, observer: Observer) -> None:
        """Tell one no more. Raises `ConfigurationError` when it is none."""
        if observer not in self._observers:
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} does not observe; it may have been removed already")
        self._observers = [one for one in self._observers if one != observer]

    def tell(self, effect: Effect) -> None:
        """Tell all. What one raises stops nothing: it stands in the midst of the connection's work."""
        for observer in self._observers:
            try:
                observer(effect)
            except Exception as error:
                self._failed(error)
