"""A shard of a fleet: its handlers, intents, streams and waits are those of its manager, besides its own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from ..delivery.delivery import Delivery
from ..delivery.merged import MergedChannels
from ..delivery.tap import Tap
from ..enums.intents import Intents
from ..listeners.handler_list import ErrorHandler, HandlerList
from .settings import ShardSettings
from .shard import Shard
from .traffic import Traffic

__all__ = ["ManagedShard"]


class ManagedShard(Shard):
    """A `Shard` that a manager has made, and replaces when it fails.

    Args:
        settings: those of the fleet, with this shard's number.
        handlers: the handlers of the fleet.
        on_error: the error hook of the fleet, None to log errors.
        observer: called with each step of the connection.
    """

    def __init__(
        self,
        settings: ShardSettings,
        handlers: HandlerList,
        on_error: ErrorHandler | None,
        observer: Callable[[Any], None],
    ) -> None:
        super().__init__(**settings.keywords())
        self._fleet_handlers = handlers
        self._to_fleet: Callable[[Traffic], None] | None = None
        self._dispatcher.join(handlers)
        if on_error is not None:
            self._set_error_hook(on_error)
        self._runtime.observers.add(observer)

    @property
    def log(self) -> logging.LoggerAdapter[logging.Logger]:
        """A logger whose lines name this shard."""
        return self._runtime.label.log

    @property
    def delivery(self) -> Delivery:
        """What hands the events of this shard on."""
        return self._runtime.delivery

    def join(self, source: MergedChannels | Tap[Any]) -> None:
        """Let a stream or a wait of the fleet take events of this shard too."""
        readers = self.delivery.readers
        readers.add(source.open(self._runtime.on_done) if isinstance(source, MergedChannels) else source)

    def pass_traffic_to(self, tell: Callable[[Traffic, Shard], None] | None) -> None:
        """Tell the fleet of each message from now on; None ends that, so that messages cost nothing more."""
        if self._to_fleet is not None:
            self.unobserve_traffic(self._to_fleet)
        self._to_fleet = None if tell is None else lambda traffic: tell(traffic, self)
        if self._to_fleet is not None:
            self.observe_traffic(self._to_fleet)

    def retire(self) -> None:
        """Have nothing to do with the fleet any more. Call it when the shard is closed."""
        self._dispatcher.leave(self._fleet_handlers)

    def _resolve_intents(self) -> Intents:
        return self.intents  # the manager has checked them, once for all shards

    def _explain(self, intents: Intents) -> None:
        """Say nothing: the manager did, once for all shards."""
