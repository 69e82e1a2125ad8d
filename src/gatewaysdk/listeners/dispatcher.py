"""Which handler gets which event."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

from ..bases.event import Event
from ..decoding.registry import could_be
from ..errors import ConfigurationError
from .handler_timeout import check_handler_timeout, limited
from .intents import Wanted, Where, check_where, is_at

__all__ = [
    "Call",
    "Dispatcher",
    "ErrorHandler",
    "Handler",
    "Listener",
    "RawHandler",
    "ShardHandler",
    "check_classes",
    "check_handled",
    "check_name",
]

E = TypeVar("E", bound=Event)

Handler: TypeAlias = Callable[[E], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event."""

ShardHandler: TypeAlias = Callable[[E, Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event and the shard that received it."""

RawHandler: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event's data as plain values."""

ErrorHandler: TypeAlias = Callable[[Exception, Event | None], Coroutine[Any, Any, None]]
"""A coroutine function that takes an error and the event it came with, if any."""

Call: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
"""A handler ready to be called with an event, or with plain data."""


@dataclass(frozen=True, slots=True, eq=False)
class Listener:
    """A registration: of classes of events, or of the raw data of a name."""

    handler: Callable[..., Any]
    call: Call
    classes: tuple[type[Event], ...] = ()
    name: str | None = None
    where: Where | None = None

    def wants(self, name: str) -> bool:
        return any(could_be(one, name) for one in self.classes)


class Dispatcher:
    """The handlers of a shard, in the order of registration.

    Args:
        shard: what handlers get that take two arguments.
        changed: called when other events than before may be wanted.
        timeout: seconds that a handler may take; raises `ConfigurationError` for what is no time.

    Attributes:
        by_class: what `typed` has found, so that each event costs one lookup.
    """

    def __init__(self, shard: object, changed: Callable[[], None], timeout: float | None = None) -> None:
        check_handler_timeout(timeout)
        self._shard = shard
        self._timeout = timeout
        self._changed = changed
        self._listeners: list[Listener] = []
        self.by_class: dict[type[Event], tuple[Call, ...]] = {}

    def add(self, *listeners: Listener) -> None:
        """Register what `listener` made."""
        self._listeners += listeners
        self._invalidate()

    def listener(
        self,
        handler: Callable[..., Any],
        *,
        classes: tuple[type[Event], ...] = (),
        name: str | None = None,
        once: bool = False,
        where: Where | None = None,
    ) -> Listener:
        """Make a listener of classes of events and their subclasses, or of the plain data of the events with a name."""
        call = _bind(handler, self._shard)
        if self._timeout is not None:
            call = limited(call, self._timeout)
        if once:
            call = self._once(call, lambda: self._discard(listener))
        if where is not None:  # outermost: an event from elsewhere is not the one that was waited for
            call = _only(call, where)
        listener = Listener(handler, call, classes, name, where)
        return listener

    def remove(self, handler: Callable[..., Any]) -> None:
        """Forget all registrations of a handler."""
        # Compared by ==, as each access of a method makes a new object.
        left = [one for one in self._listeners if one.handler != handler]
        if len(left) == len(self._listeners):
            raise ConfigurationError(f"{_name(handler)} is not registered; it may have been removed already")
        self._listeners = left
        self._invalidate()

    def _discard(self, listener: Listener) -> None:
        self._listeners = [one for one in self._listeners if one is not listener]
        self._invalidate()

    def _invalidate(self) -> None:
        self.by_class.clear()
        self._changed()

    @staticmethod
    def _once(call: Call, discard: Callable[[], None]) -> Call:
        spent = False

        def first(argument: Any) -> Coroutine[Any, Any, None]:
            nonlocal spent
            if spent:  # several events may be under way at once
                return _nothing()
            spent = True
            discard()
            return call(argument)

        return first

    def wants_typed(self, name: str) -> bool:
        """Whether anyone listens for the typed form of an event."""
        return any(one.wants(name) for one in self._listeners)

    def raw(self, name: str) -> tuple[Call, ...]:
        """Return the handlers of an event's plain data."""
        return tuple(one.call for one in self._listeners if one.name == name)

    def typed(self, event: type[Event]) -> tuple[Call, ...]:
        """Return the handlers of a class of events, those of its base classes included."""
        found = self.by_class.get(event)
        if found is None:
            found = tuple(one.call for one in self._listeners if one.classes and issubclass(event, one.classes))
            self.by_class[event] = found
        return found

    def wants_everything(self) -> bool:
        """Whether a handler listens for all events."""
        return any(not event.event_name for one in self._listeners for event in one.classes)

    def wanted(self) -> Iterator[Wanted]:
        """Tell what is listened for; a handler of all events counts for none in particular."""
        for one in self._listeners:
            if one.name is not None:
                yield one.name, None
            for event in one.classes:
                if event.event_name:
                    yield event.event_name, one.where


def check_classes(caller: str, classes: tuple[object, ...]) -> None:
    """Raise `ConfigurationError` for what is no event class."""
    for one in classes:
        if not (isinstance(one, type) and issubclass(one, Event)):
            raise ConfigurationError(f"{caller} takes event classes such as MessageCreate, not {one!r}")


def check_handled(caller: str, classes: tuple[object, ...], where: Where | None) -> None:
    """Raise `ConfigurationError` for what no handler can be registered for."""
    check_classes(caller, classes)
    if not classes:
        raise ConfigurationError(f"{caller} takes at least one event class such as MessageCreate, or Event for all")
    check_where(cast("tuple[type[Event], ...]", classes), where)


def check_name(caller: str, name: object) -> None:
    """Raise `ConfigurationError` for what cannot be an event's name."""
    if not isinstance(name, str) or not name or name != name.upper():
        raise ConfigurationError(f"{caller} takes an event's name on the wire such as 'MESSAGE_CREATE', not {name!r}")


def _bind(handler: Callable[..., Any], shard: object) -> Call:
    """Return the handler as a function of one argument; raise `ConfigurationError` for what cannot be one."""
    # An object with an async __call__ is as good as a function.
    call = getattr(type(handler), "__call__", None)  # noqa: B004
    if not inspect.iscoroutinefunction(handler) and not inspect.iscoroutinefunction(call):
        raise ConfigurationError(f"handler {_name(handler)} is not a coroutine function; define it with async def")
    signature = inspect.signature(handler)
    if _takes(signature, 1):
        return handler
    if _takes(signature, 2):
        return lambda argument: handler(argument, shard)
    raise ConfigurationError(
        f"handler {_name(handler)} takes {signature}; it is called with the event, or with the event and the shard"
    )


def _takes(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return False
    return True


def _only(call: Call, where: Where) -> Call:
    return lambda event: call(event) if is_at(event, where) else _nothing()


async def _nothing() -> None:
    """Stand in for a handler that an event is not for."""


def _name(handler: object) -> str:
    name: str = getattr(handler, "__qualname__", repr(handler))
    return name
