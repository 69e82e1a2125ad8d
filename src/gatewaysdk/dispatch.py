"""Which handler gets which event."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from .enums.intents import Intents
from .errors import ConfigurationError
from .event import Event
from .frame import Frame
from .registry import could_be
from .tables.events import EVENT_CLASSES
from .tables.intents import EVENT_INTENTS, PARTLY_WITHOUT_INTENTS, PRIVILEGED_INTENTS

__all__ = [
    "ALL_INTENTS",
    "Dispatcher",
    "ErrorHandler",
    "Handler",
    "RawHandler",
    "check_classes",
    "check_intents",
    "derive_intents",
]

E = TypeVar("E", bound=Event)

Handler: TypeAlias = Callable[[E], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event."""

RawHandler: TypeAlias = Callable[[Any], Coroutine[Any, Any, None]]
"""A coroutine function that takes an event's data as plain values."""

ErrorHandler: TypeAlias = Callable[[Exception, Event | None], Coroutine[Any, Any, None]]
"""A coroutine function that takes an error and the event it came with, if any."""


@dataclass(frozen=True, slots=True)
class _Registration:
    classes: tuple[type[Event], ...]
    handler: Callable[[Any], Coroutine[Any, Any, None]]


class Dispatcher:
    """The handlers of a shard, called one after another in the order of registration."""

    def __init__(self) -> None:
        self._typed: list[_Registration] = []
        self._raw: dict[str, list[RawHandler]] = {}
        # Filled as classes of events come by, so that each event costs one lookup.
        self._by_class: dict[type[Event], tuple[Callable[[Any], Coroutine[Any, Any, None]], ...]] = {}
        self._typed_names: dict[str, bool] = {}

    def add(self, classes: tuple[type[Event], ...], handler: Handler[Any]) -> None:
        """Register a handler for some classes of events and their subclasses."""
        check_classes("on()", classes)
        if not classes:
            raise ConfigurationError("on() takes at least one event class such as MessageCreate, or Event for all")
        _check_handler(handler)
        self._typed.append(_Registration(classes, handler))
        self._by_class.clear()
        self._typed_names.clear()

    def add_raw(self, name: str, handler: RawHandler) -> None:
        """Register a handler for the undigested data of the events with a name."""
        if not isinstance(name, str) or not name or name != name.upper():
            raise ConfigurationError(
                f"on_raw() takes an event's name on the wire such as 'MESSAGE_CREATE', not {name!r}"
            )
        _check_handler(handler)
        self._raw.setdefault(name, []).append(handler)

    def wants(self, name: str) -> bool:
        """Whether anyone listens for an event, so that its data is worth decoding."""
        return name in self._raw or self.wants_typed(name)

    def wants_typed(self, name: str) -> bool:
        """Whether anyone listens for the typed form of an event."""
        wanted = self._typed_names.get(name)
        if wanted is None:
            wanted = any(could_be(event, name) for event in self._classes())
            if name in EVENT_CLASSES:  # names from outside must not make memory grow
                self._typed_names[name] = wanted
        return wanted

    def wants_everything(self) -> bool:
        """Whether a handler listens for all events."""
        return any(not event.event_name for event in self._classes())

    async def dispatch(self, frame: Frame, event: Event | None, on_error: ErrorHandler) -> None:
        """Call the handlers of one dispatch in turn; what one raises goes to ``on_error`` and stops nothing."""
        for raw in self._raw.get(frame.t or "", ()):
            await _call(raw, frame.d, event, on_error)
        if event is not None:
            for handler in self.handlers(type(event)):
                await _call(handler, event, event, on_error)

    def handlers(self, event: type[Event]) -> tuple[Callable[[Any], Coroutine[Any, Any, None]], ...]:
        """Return the handlers of a class of events, those of its base classes included."""
        found = self._by_class.get(event)
        if found is None:
            found = tuple(one.handler for one in self._typed if issubclass(event, one.classes))
            self._by_class[event] = found
        return found

    def _classes(self) -> Iterator[type[Event]]:
        return (event for one in self._typed for event in one.classes)

    def names(self) -> set[str]:
        """Return the names of the events listened for; a handler of all events counts for none in particular."""
        return {event.event_name for event in self._classes() if event.event_name} | set(self._raw)


ALL_INTENTS = Intents(sum(intent for intent in Intents))
"""Every intent, privileged ones included."""


def derive_intents(names: set[str]) -> Intents:
    """Return the fewest intents that bring the events, without privileged ones where others bring them too."""
    intents = Intents(0)
    for name in names:
        needed = EVENT_INTENTS.get(name, Intents(0))
        intents |= (needed & ~PRIVILEGED_INTENTS) or needed
    return intents


def check_intents(intents: Intents, names: set[str]) -> None:
    """Raise `ConfigurationError` when an event is listened for that the intents can never bring."""
    for name in sorted(names):
        needed = EVENT_INTENTS.get(name, Intents(0))
        if needed and not needed & intents and name not in PARTLY_WITHOUT_INTENTS:
            which = " or ".join(f"Intents.{intent.name}" for intent in needed)
            raise ConfigurationError(f"{name} is listened for but can never come: it takes {which}; add it to intents")


def check_classes(where: str, classes: tuple[object, ...]) -> None:
    """Raise `ConfigurationError` for what is no event class."""
    for one in classes:
        if not (isinstance(one, type) and issubclass(one, Event)):
            raise ConfigurationError(f"{where} takes event classes such as MessageCreate, not {one!r}")


def _check_handler(handler: object) -> None:
    # An object with an async __call__ is as good as a function.
    call = getattr(type(handler), "__call__", None)  # noqa: B004
    if not inspect.iscoroutinefunction(handler) and not inspect.iscoroutinefunction(call):
        name = getattr(handler, "__qualname__", repr(handler))
        raise ConfigurationError(f"handler {name} is not a coroutine function; define it with async def")


async def _call(
    handler: Callable[[Any], Coroutine[Any, Any, None]], argument: Any, event: Event | None, on_error: ErrorHandler
) -> None:
    try:
        await handler(argument)
    except Exception as error:  # whatever the user's code raises belongs to the user's hook
        await on_error(error, event)
