"""Functions that are told each step of a fleet."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from ..errors import ConfigurationError
from ..shard.shard import Shard
from ..tasks.label import UNSHARDED
from .steps import FleetStep

__all__ = ["FleetObserver", "FleetObservers"]

_log = UNSHARDED.log

FleetObserver: TypeAlias = Callable[[FleetStep], None] | Callable[[FleetStep, Shard | None], None]
"""A function of a step, or of a step and the shard that made it; None for a step of the fleet as a whole."""


class FleetObservers:
    """The observers of a fleet."""

    def __init__(self) -> None:
        self._observers: list[tuple[FleetObserver, Callable[[FleetStep, Shard | None], Any]]] = []

    def add(self, observer: FleetObserver) -> None:
        """Tell one more, after the others. Raises `ConfigurationError` for what takes neither one nor two arguments."""
        call: Any = observer
        try:
            parameters = inspect.signature(observer)
            try:
                parameters.bind(None, None)
            except TypeError:
                parameters.bind(None)
                call = lambda step, _: observer(step)  # type: ignore[call-arg]  # noqa: E731
        except TypeError as error:
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} cannot observe: it takes a step, or a step and the shard") from error
        self._observers.append((observer, call))

    def remove(self, observer: FleetObserver) -> None:
        """Tell one no more. Raises `ConfigurationError` when it does not observe."""
        left = [one for one in self._observers if one[0] != observer]
        if len(left) == len(self._observers):
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} does not observe; it may have been removed already")
        self._observers = left

    def tell(self, step: FleetStep, shard: Shard | None) -> None:
        """Tell all. What one raises goes to the log and stops nothing."""
        for observer, call in self._observers:
            try:
                call(step, shard)
            except Exception:
                _log.exception("observer %s raised", getattr(observer, "__qualname__", repr(observer)))
