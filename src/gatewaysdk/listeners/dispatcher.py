"""Finds the handlers of a shard for an event."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ..bases.any_event import AnyEvent
from .handler_list import Call, HandlerList

__all__ = ["Dispatcher"]


class Dispatcher:
    """The handlers of a shard: those registered on it, and those that it shares with all shards of a bot.

    Args:
        shard: the second argument of handlers that take two.
        changed: called when handlers were added or removed.
        handlers: the list of handlers registered on the shard itself.

    Attributes:
        by_class: the results of `typed`, so an event costs one lookup instead of a walk through all listeners.
    """

    def __init__(self, shard: object, changed: Callable[[], None], handlers: HandlerList) -> None:
        self._shard = shard
        self._changed = changed
        self._lists: tuple[HandlerList, ...] = ()
        self.by_class: dict[type[AnyEvent], tuple[Call, ...]] = {}
        self.join(handlers)

    def join(self, handlers: HandlerList) -> None:
        """Also use the handlers of this list, before those of the lists joined earlier. `leave` undoes this."""
        self._lists = (handlers, *self._lists)
        handlers.watchers.append(self._invalidate)
        self.by_class.clear()

    def leave(self, handlers: HandlerList) -> None:
        """Stop using this list, so that it no longer keeps the shard alive."""
        self._lists = tuple(one for one in self._lists if one is not handlers)
        handlers.watchers.remove(self._invalidate)

    def _invalidate(self) -> None:
        self.by_class.clear()
        self._changed()

    def wants_typed(self, name: str, *, structs: bool = False) -> bool:
        """Whether any handler listens for the event of this name as a model, or as a struct."""
        return any(one.wants(name, structs=structs) for handlers in self._lists for one in handlers)

    def classes(self) -> Iterator[type[AnyEvent]]:
        """Yield the classes of events that handlers listen for."""
        for handlers in self._lists:
            for one in handlers:
                yield from one.classes

    def raw(self, name: str) -> tuple[Call, ...]:
        """Return the handlers of the plain data of events of this name."""
        calls = (one.bind_raw(name, self._shard) for handlers in self._lists for one in handlers)
        return tuple(call for call in calls if call is not None)

    def typed(self, event: type[AnyEvent]) -> tuple[Call, ...]:
        """Return the handlers of a class of events, including handlers of its base classes."""
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
