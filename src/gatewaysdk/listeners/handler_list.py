"""The handlers of a program, in the order of registration."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from ..bases.any_event import AnyEvent
from ..bases.event import Event
from ..decoding.known import could_be, is_struct
from ..errors import ConfigurationError
from .handler_timeout import check_handler_timeout, limited
from .intents import Wanted, Where, is_at

if TYPE_CHECKING:
    from ..bases.struct_event import Event as StructEvent

__all__ = ["Call", "ErrorHandler", "Handler", "HandlerList", "Listener", "NamedHandler", "RawHandler", "ShardHandler"]

E = TypeVar("E", bound=AnyEvent)

Handler: TypeAlias = Callable[[E], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event."""

ShardHandler: TypeAlias = Callable[[E, Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event and the shard that received it."""

RawHandler: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event's data as plain values."""

NamedHandler: TypeAlias = Callable[[str, Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes the name of an event and its data as plain values."""

ErrorHandler: TypeAlias = (
    Callable[[Exception, Event | None], Coroutine[Any, Any, None]]
    | Callable[[Exception, "StructEvent | None"], Coroutine[Any, Any, None]]
    | Callable[[Exception, AnyEvent | None], Coroutine[Any, Any, None]]
)
"""A coroutine function that takes an error, and the event that was being handled or None.

The event is a model or a struct, as the listener asked for. A program that uses one family need not speak of the other.
"""

Call: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
"""A handler ready to be called with an event, or with plain data."""


@dataclass(slots=True, eq=False)
class Listener:
    """A registered handler: of classes of events, of the raw data of the events called ``name``, or of all raw data.

    Attributes:
        handler: the user's function.
        takes_shard: whether the handler takes the shard as its second argument.
        timeout: seconds a call may run; None for no limit.
        forget: removes this listener from its list; only for a handler that takes just the first event.
        named: whether it takes name and data of every event.
        spent: whether that first event has come.
        first: that event, with which the handler may be tried again.
    """

    handler: Callable[..., Any]
    takes_shard: bool
    classes: tuple[type[AnyEvent], ...] = ()
    name: str | None = None
    where: Where | None = None
    timeout: float | None = None
    forget: Callable[[Listener], None] | None = None
    named: bool = False
    spent: bool = field(default=False, init=False)
    first: Any = field(default=None, init=False)

    def wants(self, name: str, *, structs: bool) -> bool:
        """Whether an event of this name, as a struct or as a model, may be an instance of its classes."""
        return any(could_be(one, name) and is_struct(one) is structs for one in self.classes)

    def bind(self, shard: object) -> Call:
        """Return the handler as a function of one argument, which passes ``shard`` on if the handler takes it."""
        handler = self.handler
        call: Call = (lambda argument: handler(argument, shard)) if self.takes_shard else handler
        if self.timeout is not None:
            call = limited(call, self.timeout)
        if self.forget is not None:
            call = self._once(call)
        if self.where is not None:  # outermost, so that an event from elsewhere does not use up ``once``
            call = _only(call, self.where)
        return call

    def bind_raw(self, name: str, shard: object) -> Call | None:
        """Return the handler as a function of the plain data of the events called ``name``, if it takes that."""
        if not self.named:
            return self.bind(shard) if self.name == name else None
        call: Call = partial(self.handler, name)
        return call if self.timeout is None else limited(call, self.timeout)

    def _once(self, call: Call) -> Call:
        def first(argument: Any) -> Coroutine[Any, Any, None]:
            if self.spent:  # several events may have looked the handler up before it was forgotten
                return call(argument) if argument is self.first else _nothing()
            self.spent, self.first = True, argument
            assert self.forget is not None
            self.forget(self)
            return call(argument)

        return first


class HandlerList:
    """Handlers that the dispatchers of one shard, or of all shards of a bot, look up.

    Args:
        timeout: seconds a handler may run; None for no limit. Raises `ConfigurationError` unless positive.

    Attributes:
        watchers: functions to call when the list has changed.
    """

    def __init__(self, timeout: float | None = None) -> None:
        check_handler_timeout(timeout)
        self._timeout = timeout
        self._listeners: list[Listener] = []
        self.watchers: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[Listener]:
        return iter(self._listeners)

    def add(self, *listeners: Listener) -> None:
        """Register listeners that `listener` has made."""
        self._replace([*self._listeners, *listeners])

    def listener(
        self,
        handler: Callable[..., Any],
        *,
        classes: tuple[type[AnyEvent], ...] = (),
        name: str | None = None,
        once: bool = False,
        where: Where | None = None,
    ) -> Listener:
        """Return a listener, not yet registered; pass it to `add`.

        It gets events of ``classes`` and their subclasses, or the plain data of events called ``name``. Raises
        `ConfigurationError` unless ``handler`` is a coroutine function of one or two arguments.
        """
        forget = self._discard if once else None
        return Listener(handler, _takes_shard(handler), classes, name, where, self._timeout, forget)

    def listener_of_all(self, handler: Callable[..., Any]) -> Listener:
        """Return a listener for the name and data of every event, not yet registered; pass it to `add`.

        Raises `ConfigurationError` unless ``handler`` is a coroutine function of two arguments.
        """
        _check_async(handler)
        if not _takes(inspect.signature(handler), 2):
            raise ConfigurationError(
                f"handler {_name(handler)} takes {inspect.signature(handler)}; it is called with the name and the data"
            )
        return Listener(handler, takes_shard=False, timeout=self._timeout, named=True)

    def remove(self, handler: Callable[..., Any]) -> None:
        """Forget all registrations of a handler. Raises `ConfigurationError` if it is not registered."""
        # Compared by ==, because each access of a bound method makes a new object.
        left = [one for one in self._listeners if one.handler != handler]
        if len(left) == len(self._listeners):
            raise ConfigurationError(f"{_name(handler)} is not registered; it may have been removed already")
        self._replace(left)

    def _discard(self, listener: Listener) -> None:
        self._replace([one for one in self._listeners if one is not listener])

    def _replace(self, listeners: list[Listener]) -> None:
        self._listeners = listeners  # a new list: somebody may be iterating over the old one
        for changed in self.watchers:
            changed()

    def wants_everything(self) -> bool:
        """Whether a handler listens for all events."""
        return any(one.named or any(not event.event_name for event in one.classes) for one in self._listeners)

    def wanted(self) -> Iterator[Wanted]:
        """Yield the events that handlers listen for, to derive intents; handlers of all events are left out."""
        for one in self._listeners:
            if one.name is not None:
                yield one.name, None
            for event in one.classes:
                if event.event_name:
                    yield event.event_name, one.where


def _takes_shard(handler: Callable[..., Any]) -> bool:
    """Whether a handler takes two arguments. Raises `ConfigurationError` if it cannot be a handler."""
    _check_async(handler)
    signature = inspect.signature(handler)
    if _takes(signature, 1):
        return False
    if _takes(signature, 2):
        return True
    raise ConfigurationError(
        f"handler {_name(handler)} takes {signature}; it is called with the event, or with the event and the shard"
    )


def _check_async(handler: Callable[..., Any]) -> None:
    # An object with an async __call__ is accepted like a function.
    call = getattr(type(handler), "__call__", None)  # noqa: B004
    if not inspect.iscoroutinefunction(handler) and not inspect.iscoroutinefunction(call):
        raise ConfigurationError(f"handler {_name(handler)} is not a coroutine function; define it with async def")


def _takes(signature: inspect.Signature, count: int) -> bool:
    try:
        signature.bind(*[None] * count)
    except TypeError:
        return False
    return True


def _only(call: Call, where: Where) -> Call:
    return lambda event: call(event) if is_at(event, where) else _nothing()


async def _nothing() -> None:
    """Do nothing, in place of a handler that does not get this event."""


def _name(handler: object) -> str:
    name: str = getattr(handler, "__qualname__", repr(handler))
    return name
