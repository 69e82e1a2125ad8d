"""The methods with which programs listen: for handlers, streams and waits."""

from __future__ import annotations

import asyncio
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, Protocol, TypeVar, overload

from ..bases.any_event import AnyEvent
from ..bases.event import Event
from ..bases.families import Family
from ..delivery.stream import EventStream
from ..delivery.tap import Tap
from ..enums.intents import Intents
from ..errors import ConfigurationError
from ..listeners.checks import check_classes, check_handled, check_name
from ..listeners.handler_list import ErrorHandler, HandlerList, NamedHandler
from ..listeners.intents import ALL_INTENTS, Wanted, Where, check_intents, check_where, derive_intents
from ..listeners.marks import marked
from ..tables.intents import PRIVILEGED_INTENTS

__all__ = ["Listening", "RawRegistrar", "Registrar"]

E = TypeVar("E", bound=AnyEvent)
E1 = TypeVar("E1", bound=AnyEvent)
E2 = TypeVar("E2", bound=AnyEvent)
E3 = TypeVar("E3", bound=AnyEvent)
S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)


class Receiving(Protocol[S_co]):
    """An object to listen on: a shard or a manager. ``_receiver`` has the type of a handler's second argument."""

    @property
    def _receiver(self) -> S_co: ...

    def _raw_registrar(self, name: str, once: bool) -> Any: ...


class Registrar(Protocol[E, S]):
    """A decorator for handlers of an event: coroutine functions of the event, or of the event and the shard.

    ``S`` is the class of the second argument: a subclass of `Shard` gives its handlers its own type.
    """

    @overload
    def __call__(
        self, handler: Callable[[E], Coroutine[Any, Any, None]], /
    ) -> Callable[[E], Coroutine[Any, Any, None]]: ...
    @overload
    def __call__(
        self, handler: Callable[[E, S], Coroutine[Any, Any, None]], /
    ) -> Callable[[E, S], Coroutine[Any, Any, None]]: ...


class RawRegistrar(Protocol[S]):
    """A decorator for handlers of plain data: coroutine functions of the data, or of the data and the shard."""

    @overload
    def __call__(
        self, handler: Callable[[Any], Coroutine[Any, Any, None]], /
    ) -> Callable[[Any], Coroutine[Any, Any, None]]: ...
    @overload
    def __call__(
        self, handler: Callable[[Any, S], Coroutine[Any, Any, None]], /
    ) -> Callable[[Any, S], Coroutine[Any, Any, None]]: ...


class Listening(ABC):
    """The part of a shard, or of a manager of shards, with which programs register what they want to know."""

    _handlers: HandlerList
    _intents: Intents | None
    _extra_intents: Intents
    _sent: Intents | None

    @property
    @abstractmethod
    def _receiver(self) -> Any:
        """The second argument of handlers. Only its type is used here."""

    @abstractmethod
    def _open_stream(self, classes: tuple[type[AnyEvent], ...], where: Where | None) -> EventStream[Any]:
        """Return a stream of the events that arrive from now on."""

    @abstractmethod
    def _open_tap(self, classes: tuple[type[E], ...], accept: Callable[[E], bool], where: Where | None) -> Tap[E]:
        """Return a tap of the events that arrive from now on; the caller must close it."""

    @abstractmethod
    def _read(self) -> Iterable[tuple[type[AnyEvent], Where | None]]:
        """Return the classes of events that open streams and waits take, and from where."""

    @abstractmethod
    def _set_error_hook(self, handler: ErrorHandler) -> None:
        """Make ``handler`` the error hook."""

    # Handlers

    @overload
    def on(self: Receiving[S], one: type[E], /, *, where: Where | None = ...) -> Registrar[E, S]: ...
    @overload
    def on(
        self: Receiving[S], one: type[E1], two: type[E2], /, *, where: Where | None = ...
    ) -> Registrar[E1 | E2, S]: ...
    @overload
    def on(
        self: Receiving[S], one: type[E1], two: type[E2], three: type[E3], /, *, where: Where | None = ...
    ) -> Registrar[E1 | E2 | E3, S]: ...
    @overload
    def on(
        self: Receiving[S],
        one: type[Family],
        two: type[Family],
        three: type[Family],
        four: type[Family],
        /,
        *more: type[Family],
        where: Where | None = ...,
    ) -> Registrar[Family, S]: ...
    def on(self, *classes: type[AnyEvent], where: Where | None = None) -> Any:
        """Register the decorated coroutine function for a class of events, or several: ``@shard.on(MessageCreate)``.

        It takes the event, or the event and the shard. The handlers of an event run one after another, in the order of
        registration, and the next event waits for them. `Event` stands for all events.

        A class out of ``gatewaysdk.structs`` gets the event as a struct. Handlers of structs run after those of models.

        Args:
            classes: event classes.
            where: ``"guild"`` or ``"direct"``, for events that come from guilds and from direct messages: get only
                events from there, and ask for that intent only.

        Raises:
            ConfigurationError: an argument that is not an event class, a function that cannot be a handler, or, after
                the start, an event that the intents never bring.
        """
        return self._registrar("on()", classes, once=False, where=where)

    @overload
    def once(self: Receiving[S], one: type[E], /, *, where: Where | None = ...) -> Registrar[E, S]: ...
    @overload
    def once(
        self: Receiving[S], one: type[E1], two: type[E2], /, *, where: Where | None = ...
    ) -> Registrar[E1 | E2, S]: ...
    @overload
    def once(
        self: Receiving[S], one: type[E1], two: type[E2], three: type[E3], /, *, where: Where | None = ...
    ) -> Registrar[E1 | E2 | E3, S]: ...
    @overload
    def once(
        self: Receiving[S],
        one: type[Family],
        two: type[Family],
        three: type[Family],
        four: type[Family],
        /,
        *more: type[Family],
        where: Where | None = ...,
    ) -> Registrar[Family, S]: ...
    def once(self, *classes: type[AnyEvent], where: Where | None = None) -> Any:
        """Register the decorated coroutine function like `on`, but for the first such event only."""
        return self._registrar("once()", classes, once=True, where=where)

    def _registrar(self, caller: str, classes: tuple[type[AnyEvent], ...], *, once: bool, where: Where | None) -> Any:
        # Checked here, because ``@shard.on`` without brackets passes the handler where a class is expected.
        check_handled(caller, classes, where)

        def register(handler: Callable[..., Any]) -> Callable[..., Any]:
            self._check_late(_wanted(classes, where))
            self._handlers.add(self._handlers.listener(handler, classes=classes, once=once, where=where))
            return handler

        return register

    def on_raw(self: Receiving[S], name: str, /, *, once: bool = False) -> RawRegistrar[S]:
        """Register the decorated coroutine function for the plain data of events called ``name``, known or not.

        It takes the data, or the data and the shard. With ``once``, it gets the first such event only. Raises
        `ConfigurationError` like `on`.
        """
        return self._raw_registrar(name, once)  # type: ignore[no-any-return]

    def _raw_registrar(self, name: str, once: bool) -> Any:
        check_name("on_raw()", name)

        def register(handler: Any) -> Any:
            self._check_late({(name, None)})
            self._handlers.add(self._handlers.listener(handler, name=name, once=once))
            return handler

        return register

    def on_dispatch(self, handler: NamedHandler, /) -> NamedHandler:
        """Register the decorated coroutine function for the name and the plain data of every event, known or not.

        It takes name and data as Discord sent them: ``async def keep(name: str, data: Any)``. Like a handler of
        `Event` it asks for all intents that are not privileged, unless ``intents`` says which. Raises
        `ConfigurationError` if the function cannot be such a handler.
        """
        self._handlers.add(self._handlers.listener_of_all(handler))
        return handler

    def off(self, handler: Callable[..., Any], /) -> None:
        """Remove all registrations of a handler. Raises `ConfigurationError` if it is not registered."""
        self._handlers.remove(handler)

    def add_listeners(self, group: object, /) -> None:
        """Register the methods of an object that `listener` or `raw_listener` marks, in the order they are written.

        Raises `ConfigurationError` if it has none, or if one cannot be a handler; then none is registered.
        """
        methods = marked(group)
        for _, mark in methods:
            self._check_late({(mark.name, None)} if mark.name is not None else _wanted(mark.classes, mark.where))
        make = self._handlers.listener
        listeners = [
            make(method, classes=mark.classes, name=mark.name, once=mark.once, where=mark.where)
            for method, mark in methods
        ]
        self._handlers.add(*listeners)  # all at once: if one had been refused above, none would be registered

    def remove_listeners(self, group: object, /) -> None:
        """Remove the handlers that `add_listeners` registered. Raises `ConfigurationError` if one is not registered."""
        for method in dict.fromkeys(method for method, _ in marked(group)):
            self._handlers.remove(method)

    def on_error(self, handler: ErrorHandler, /) -> ErrorHandler:
        """Make the decorated coroutine function the error hook, which is called instead of logging errors.

        It takes an error and the event, or None. It gets the errors that handlers, observers and the session store
        raise, a `PayloadError` for each event whose data breaks the documentation, and `EventsDropped`.
        """
        self._set_error_hook(handler)
        return handler

    # Streams and waits

    @overload
    def stream(self, *, where: Where | None = ...) -> EventStream[Event]: ...
    @overload
    def stream(self, one: type[E], /, *, where: Where | None = ...) -> EventStream[E]: ...
    @overload
    def stream(self, one: type[E1], two: type[E2], /, *, where: Where | None = ...) -> EventStream[E1 | E2]: ...
    @overload
    def stream(
        self, one: type[E1], two: type[E2], three: type[E3], /, *, where: Where | None = ...
    ) -> EventStream[E1 | E2 | E3]: ...
    @overload
    def stream(
        self,
        one: type[Family],
        two: type[Family],
        three: type[Family],
        four: type[Family],
        /,
        *more: type[Family],
        where: Where | None = ...,
    ) -> EventStream[Family]: ...
    def stream(self, *classes: type[AnyEvent], where: Where | None = None) -> EventStream[Any]:
        """Return an async iterator of the events of some classes, or all, that arrive from now on; does not connect.

        The handlers of an event run before the stream gives it out. If your code reads more slowly than events arrive,
        they fill a bounded queue; then the shard pauses reading.

        Raises `ConfigurationError` like `on`.
        """
        check_classes("stream()", classes)
        check_where(classes, where)
        self._check_late(_wanted(classes, where))
        return self._open_stream(classes or (Event,), where)

    @overload
    async def wait_for(
        self,
        event: type[E],
        predicate: Callable[[E], bool] | None = ...,
        *,
        timeout: float | None = ...,
        where: Where | None = ...,
    ) -> E: ...
    @overload
    async def wait_for(
        self,
        event: tuple[type[E1], type[E2]],
        predicate: Callable[[E1 | E2], bool] | None = ...,
        *,
        timeout: float | None = ...,
        where: Where | None = ...,
    ) -> E1 | E2: ...
    @overload
    async def wait_for(
        self,
        event: tuple[type[E1], type[E2], type[E3]],
        predicate: Callable[[E1 | E2 | E3], bool] | None = ...,
        *,
        timeout: float | None = ...,
        where: Where | None = ...,
    ) -> E1 | E2 | E3: ...
    @overload
    async def wait_for(
        self,
        event: tuple[type[AnyEvent], ...],
        predicate: Callable[[Any], bool] | None = ...,
        *,
        timeout: float | None = ...,
        where: Where | None = ...,
    ) -> AnyEvent: ...
    async def wait_for(
        self,
        event: type[AnyEvent] | tuple[type[AnyEvent], ...],
        predicate: Callable[[Any], bool] | None = None,
        *,
        timeout: float | None = None,
        where: Where | None = None,
    ) -> AnyEvent:
        """Return the next event of a class for which ``predicate`` returns true. Handlers may call this, too.

        Args:
            event: the class of the event, or a tuple of classes.
            predicate: a plain function of the event; None takes any. If it raises, this raises the same error.
            timeout: seconds to wait at most; None for no limit.
            where: as for `on`.

        Raises:
            TimeoutError: no such event came in time.
            ConfigurationError: the intents never bring such an event, or ``predicate`` is a coroutine function.
            ShardClosed: the shard was closed.
            GatewayError: the error that ended the shard.
        """
        classes = event if isinstance(event, tuple) else (event,)
        check_handled("wait_for()", classes, where)
        if inspect.iscoroutinefunction(predicate):
            raise ConfigurationError("wait_for() takes a plain function as its predicate, not a coroutine function")
        self._check_late(_wanted(classes, where))
        tap = self._open_tap(classes, predicate or _always, where)
        limit = asyncio.timeout(timeout)
        try:
            async with limit:
                return await tap.get()
        except TimeoutError:
            if limit.expired():
                names = " or ".join(one.__name__ for one in classes)
                raise TimeoutError(f"no {names} that fits came within {timeout:g} s") from None
            raise  # the TimeoutError that ended the shard, or one of the predicate
        finally:
            tap.close()

    def _tap(self, *classes: type[E], accept: Callable[[E], bool] | None = None) -> Tap[E]:
        return self._open_tap(classes, accept or _always, None)

    # Intents

    @property
    def intents(self) -> Intents:
        """The intents as given, or as derived: all that are not privileged for a listener of all events.

        After the start they are those that it started with, because Discord takes them in IDENTIFY alone.
        """
        if self._sent is not None:
            return self._sent
        if self._intents is not None:
            return self._intents | self._extra_intents
        everything = ALL_INTENTS & ~PRIVILEGED_INTENTS if self._wants_everything() else Intents(0)
        return derive_intents(self._wanted()) | everything | self._extra_intents

    def _set_intents(self, intents: Intents | int | None, extra_intents: Intents | int) -> None:
        self._intents = None if intents is None else Intents(intents)
        self._extra_intents = Intents(extra_intents)
        self._sent = None

    def _resolve_intents(self) -> Intents:
        """Return the intents to start with. Raises `ConfigurationError` when they cannot bring what is listened for."""
        wanted = self._wanted()
        if self._intents is None and not wanted and not self._wants_everything():
            raise ConfigurationError("no intents and no handlers: register handlers with on(...), or pass intents=")
        check_intents(self.intents, wanted)
        return self.intents

    def _wanted(self) -> set[Wanted]:
        return {*self._handlers.wanted(), *((one.event_name, where) for one, where in self._read() if one.event_name)}

    def _wants_everything(self) -> bool:
        return self._handlers.wants_everything() or any(not one.event_name for one, _ in self._read())

    def _check_late(self, wanted: set[Wanted]) -> None:
        """Raise `ConfigurationError` if the shard has started with intents that never bring one of these events."""
        if self._sent is not None:
            check_intents(self._sent, wanted, "name it in extra_intents before the shard starts")


def _wanted(classes: tuple[type[AnyEvent], ...], where: Where | None) -> set[Wanted]:
    return {(one.event_name, where) for one in classes if isinstance(one, type) and issubclass(one, AnyEvent)}


def _always(_: AnyEvent) -> bool:
    return True
