"""Functions that are told each step of a fleet, or each message of its shards."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeAlias, TypeVar

from ..errors import ConfigurationError
from ..shard.shard import Shard
from ..shard.traffic import Traffic
from ..tasks.label import UNSHARDED
from .steps import FleetStep

__all__ = ["FleetObserver", "FleetObservers", "TrafficObserver"]

T = TypeVar("T")

_log = UNSHARDED.log

FleetObserver: TypeAlias = Callable[[FleetStep], None] | Callable[[FleetStep, Shard | None], None]
"""A function of a step, or of a step and the shard that made it; None for a step of the fleet as a whole."""

TrafficObserver: TypeAlias = Callable[[Traffic], None] | Callable[[Traffic, Shard], None]
"""A function of a message, or of a message and the shard that received or sent it."""


class FleetObservers(Generic[T]):
    """The observers of a fleet, of one kind."""

    def __init__(self) -> None:
        self._observers: list[tuple[Any, Callable[[T, Shard | None], Any]]] = []

    def __bool__(self) -> bool:
        return bool(self._observers)

    def add(self, observer: Callable[[T], None] | Callable[[T, Any], None]) -> None:
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
            raise ConfigurationError(f"{name} cannot observe: it takes what happens, or that and the shard") from error
        self._observers.append((observer, call))

    def remove(self, observer: object) -> None:
        """Tell one no more. Raises `ConfigurationError` when it does not observe."""
        left = [one for one in self._observers if one[0] != observer]
        if len(left) == len(self._observers):
            name = getattr(observer, "__qualname__", repr(observer))
            raise ConfigurationError(f"{name} does not observe; it may have been removed already")
        self._observers = left

    def tell(self, step: T, shard: Shard | None) -> None:
        """Tell all. What one raises goes to the log and stops nothing."""
        for observer, call in self._observers:
            try:
                call(step, shard)
            except Exception:
                _log.exception("observer %s raised", getattr(observer, "__qualname__", repr(observer)))
