"""Checks arguments of `on`, `stream` and the like where a program passes them."""

from __future__ import annotations

from typing import cast

from ..bases.any_event import AnyEvent, AnyInvalidEvent, AnyUnknownEvent
from ..errors import ConfigurationError
from .intents import Where, check_where

__all__ = ["check_classes", "check_handled", "check_name"]

# Of neither family: a handler says with the class it names whether it gets models or structs.
_OF_BOTH = (AnyEvent, AnyInvalidEvent, AnyUnknownEvent)


def check_classes(caller: str, classes: tuple[object, ...]) -> None:
    """Raise `ConfigurationError` unless all are event classes."""
    for one in classes:
        if not (isinstance(one, type) and issubclass(one, AnyEvent)) or one in _OF_BOTH:
            raise ConfigurationError(f"{caller} takes event classes such as MessageCreate, not {one!r}")


def check_handled(caller: str, classes: tuple[object, ...], where: Where | None) -> None:
    """Raise `ConfigurationError` unless a handler can be registered for these classes with this ``where``."""
    check_classes(caller, classes)
    if not classes:
        raise ConfigurationError(f"{caller} takes at least one event class such as MessageCreate, or Event for all")
    check_where(cast("tuple[type[AnyEvent], ...]", classes), where)


def check_name(caller: str, name: object) -> None:
    """Raise `ConfigurationError` unless ``name`` can be an event's name on the wire."""
    if not isinstance(name, str) or not name or name != name.upper():
        raise ConfigurationError(f"{caller} takes an event's name on the wire such as 'MESSAGE_CREATE', not {name!r}")
