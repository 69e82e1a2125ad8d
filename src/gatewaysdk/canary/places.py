"""Names places of the schema, such as ``events/message_create#author.flags``; only checked names get into them."""

from __future__ import annotations

import re

from ..bases.model import Model

__all__ = ["SchemaPlace", "event_place", "file_of", "safe_name"]

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_EVENT = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


def safe_name(key: object) -> str:
    """Return a received key if it can be the name of a field, else ``?``: it may be an id or what a user wrote."""
    return key if isinstance(key, str) and _KEY.fullmatch(key) else "?"


def event_place(name: str) -> str:
    """Return the place of an event by its name on the wire, known or not."""
    return f"events/{name.lower() if _EVENT.fullmatch(name) else '?'}"


def file_of(generated: type) -> str:
    """Return the file of the schema that a generated class comes from, such as ``models/user``."""
    return "/".join(generated.__module__.split(".")[-2:])


class SchemaPlace:
    """A place within a payload, from the file of a structure on.

    A list adds ``[]``. A structure within itself, in a map or in a union starts anew with its own file. So there are
    only so many places, however deep a payload is nested.
    """

    __slots__ = ("_above", "_models", "_step")

    def __init__(self, above: SchemaPlace | None, step: str, models: tuple[type[Model], ...]) -> None:
        self._above = above
        self._step = step
        self._models = models

    @classmethod
    def of(cls, model: type[Model]) -> SchemaPlace:
        """Return the place of a structure itself."""
        return cls(None, file_of(model), (model,))

    def enter(self, model: type[Model]) -> SchemaPlace:
        """Return the place for the fields of the object that is here."""
        if model is self._models[-1] and self._above is None:
            return self
        return (
            SchemaPlace.of(model)
            if model in self._models
            else SchemaPlace(self._above, self._step, (*self._models, model))
        )

    def key(self, name: str) -> SchemaPlace:
        """Return the place of a field."""
        return SchemaPlace(self, f".{name}" if self._above else f"#{name}", self._models)

    def item(self) -> SchemaPlace:
        """Return the place of the items of a list."""
        return SchemaPlace(self, "[]", self._models)

    def __str__(self) -> str:
        # Put together when something is found, as most places are never named.
        return self._step if self._above is None else f"{self._above}{self._step}"
