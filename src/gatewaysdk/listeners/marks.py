"""Marks methods of a plain class as handlers, so that handlers that belong together can share state."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, overload

from ..bases.any_event import AnyEvent
from ..bases.families import Family
from ..errors import ConfigurationError
from .checks import check_handled, check_name
from .intents import Where

__all__ = ["GroupRegistrar", "RawGroupRegistrar", "Registration", "listener", "marked", "raw_listener"]

E = TypeVar("E", bound=AnyEvent)
E1 = TypeVar("E1", bound=AnyEvent)
E2 = TypeVar("E2", bound=AnyEvent)
E3 = TypeVar("E3", bound=AnyEvent)
G = TypeVar("G")
S = TypeVar("S")


class GroupRegistrar(Protocol[E]):
    """A decorator for methods that handle an event."""

    @overload
    def __call__(
        self, handler: Callable[[G, E], Coroutine[Any, Any, None]], /
    ) -> Callable[[G, E], Coroutine[Any, Any, None]]: ...
    @overload
    def __call__(
        self, handler: Callable[[G, E, S], Coroutine[Any, Any, None]], /
    ) -> Callable[[G, E, S], Coroutine[Any, Any, None]]: ...


class RawGroupRegistrar(Protocol):
    """A decorator for methods that handle the plain data of an event."""

    @overload
    def __call__(
        self, handler: Callable[[G, Any], Coroutine[Any, Any, None]], /
    ) -> Callable[[G, Any], Coroutine[Any, Any, None]]: ...
    @overload
    def __call__(
        self, handler: Callable[[G, Any, S], Coroutine[Any, Any, None]], /
    ) -> Callable[[G, Any, S], Coroutine[Any, Any, None]]: ...


@dataclass(frozen=True, slots=True)
class Registration:
    """The arguments of a `listener` or `raw_listener`: what to register a method for."""

    classes: tuple[type[AnyEvent], ...] = ()
    name: str | None = None
    once: bool = False
    where: Where | None = None


_ATTRIBUTE = "__gatewaysdk_marks__"


@overload
def listener(one: type[E], /, *, once: bool = ..., where: Where | None = ...) -> GroupRegistrar[E]: ...
@overload
def listener(
    one: type[E1], two: type[E2], /, *, once: bool = ..., where: Where | None = ...
) -> GroupRegistrar[E1 | E2]: ...
@overload
def listener(
    one: type[E1], two: type[E2], three: type[E3], /, *, once: bool = ..., where: Where | None = ...
) -> GroupRegistrar[E1 | E2 | E3]: ...
@overload
def listener(
    one: type[Family],
    two: type[Family],
    three: type[Family],
    four: type[Family],
    /,
    *more: type[Family],
    once: bool = ...,
    where: Where | None = ...,
) -> GroupRegistrar[Family]: ...
def listener(*classes: type[AnyEvent], once: bool = False, where: Where | None = None) -> Any:
    """Mark the decorated method as a handler of these classes of events; `Shard.add_listeners` registers it.

    The arguments are those of `Shard.on`; with ``once``, the method gets the first such event only.
    """
    check_handled("listener()", classes, where)
    return _marker(Registration(classes, None, once, where))


def raw_listener(name: str, /, *, once: bool = False) -> RawGroupRegistrar:
    """Mark the decorated method as a handler of the plain data of events called ``name``, for `Shard.add_listeners`."""
    check_name("raw_listener()", name)
    register: RawGroupRegistrar = _marker(Registration((), name, once))
    return register


def _marker(mark: Registration) -> Any:
    def register(handler: Callable[..., Any]) -> Callable[..., Any]:
        setattr(handler, _ATTRIBUTE, (*getattr(handler, _ATTRIBUTE, ()), mark))
        return handler

    return register


def marked(group: object) -> list[tuple[Callable[..., Any], Registration]]:
    """Return the marked methods of an object in the order in which they are written, those of base classes first.

    Raises `ConfigurationError` if it has none, or if ``group`` is a class.
    """
    if isinstance(group, type):
        raise ConfigurationError(f"add_listeners() takes an object, not a class: pass {group.__name__}()")
    names = dict.fromkeys(name for one in reversed(type(group).__mro__) for name in vars(one))
    found = [
        (getattr(group, name), mark)
        for name in names
        # Looked up on the class, because looking a property up on the object would run it.
        for mark in getattr(getattr(type(group), name, None), _ATTRIBUTE, ())
    ]
    if not found:
        raise ConfigurationError(
            f"{type(group).__name__} has no methods marked with listener(...) or raw_listener(...); decorate them"
        )
    return found
