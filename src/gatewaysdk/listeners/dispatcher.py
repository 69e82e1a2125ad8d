"""Which handler of a shard gets which event."""

from __future__ import annotations

from collections.abc import Callable

from ..bases.event import Event
from .handler_list import Call, HandlerList

__all__ = ["Dispatcher"]


class Dispatcher:
    """The handlers of a shard: those registered on it, and those that it shares with all shards of a bot.

    Args:
        shard: what handlers get that take two arguments.
        changed: called when other events than before may be wanted.
        handlers: the shard's own.

    Attributes:
        by_class: what `typed` has found, so that each event costs one lookup.
    """

    def __init__(self, shard: object, changed: Callable[[], None], handlers: HandlerList) -> None:
        self._shard = shard
        self._changed = changed
        self._lists: tuple[HandlerList, ...] = ()
        self.by_class: dict[type[Event], tuple[Call, ...]] = {}
        self.join(handlers)

    def join(self, handlers: HandlerList) -> None:
        """Look up the handlers of one more list, before those of the others. `leave` undoes it."""
        self._lists = (handlers, *self._lists)
        handlers.watchers.append(self._invalidate)
        self.by_class.clear()

    def leave(self, handlers: HandlerList) -> None:
        """Look them up no more, so that the list no longer holds on to this shard."""
        self._lists = tuple(one for one in self._lists if one is not handlers)
        handlers.watchers.remove(self._invalidate)

    def _invalidate(self) -> None:
        self.by_class.clear()
        self._changed()

    def wants_typed(self, name: str) -> bool:
        """Whether anyone listens for the typed form of an event."""
        return any(one.wants(name) for handlers in self._lists for one in handlers)

    def raw(self, name: str) -> tuple[Call, ...]:
        """Return the handlers of an event's plain data."""
        return tuple(one.bind(self._shard) for handlers in self._lists for one in handlers if one.name == name)

    def typed(self, event: type[Event]) -> tuple[Call, ...]:
        """Return the handlers of a class of events, those of its base classes included."""
        found = self.by_class.get(event)
        if found is None:
            found = tuple(
                one.bind(self._shard)
                for handlers in self._lists
                for one in handlers
                if one.classes and issubclass(event, one.classes)
            )
            self.by_class[event] = found
        return found
