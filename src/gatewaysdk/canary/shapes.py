"""Walks a payload beside the class that describes it, and notes what the class does not have."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from functools import cache, reduce
from operator import or_
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeAlias, Union, get_args, get_origin

from ..bases.enums import DecimalString, Flags, OpenIntEnum, OpenStrEnum
from ..bases.model import Model
from ..bases.unions import OpenUnion, ParentUnion, UnknownObject
from .ledger import Ledger, json_type
from .places import SchemaPlace, file_of, safe_name

__all__ = ["note_unknown", "place_of"]

_MAX_DEPTH = 64
"""Far deeper than any payload of Discord's. Deeper objects are not looked at."""

_DIGITS = re.compile(r"[0-9]{1,100}")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,39}|[A-Z][A-Z0-9_]{0,39}")

_Siblings: TypeAlias = dict[str, Any]


def note_unknown(model: type[Model], data: dict[str, Any], ledger: Ledger) -> None:
    """Note the keys, values and bits of ``data`` that ``model`` does not know. Values of the wrong type are skipped."""
    _Object(model).walk(data, SchemaPlace.of(model), {}, ledger, 0)


def place_of(model: type[Model], data: Any, path: tuple[str | int, ...]) -> str:
    """Return the place that a violation's path leads to, without the ids and texts that are keys of maps."""
    here: _Shape | None = _Object(model)
    place, siblings = SchemaPlace.of(model), _NONE
    for step in path:
        if isinstance(here, _Kinds):  # what the object is decides what its keys mean
            here, place = here.choose(data, place, siblings)
        elif isinstance(here, _Object):
            place = place.enter(here.model)
        if isinstance(here, _Object):
            siblings = data if isinstance(data, dict) else _NONE
            place, here = place.key(safe_name(step)), _fields(here.model).get(str(step))
        elif isinstance(step, int):
            place, here = place.item(), here.item if isinstance(here, _List) else None
        elif isinstance(here, _Map):
            place = here.inner(place)
            here = here.value
        data = _get(data, step)
    return str(place)


def _get(data: Any, step: str | int) -> Any:
    if isinstance(data, dict):
        return data.get(step)
    return data[step] if isinstance(data, list) and isinstance(step, int) and step < len(data) else None


_NONE: _Siblings = {}


class _Shape(ABC):
    """What an annotation says of a value that may hold something unknown."""

    @abstractmethod
    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        """Note what is unknown in a value. ``siblings`` are the keys beside it."""


class _Object(_Shape):
    def __init__(self, model: type[Model]) -> None:
        self.model = model

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if not isinstance(raw, dict) or depth > _MAX_DEPTH:
            return
        fields = _fields(self.model)
        place = place.enter(self.model)
        for key, value in raw.items():
            if key not in fields:
                ledger.note("keys", str(place.key(safe_name(key))), json_type(value))
            elif value is not None and (shape := fields[key]) is not None:
                shape.walk(value, place.key(key), raw, ledger, depth + 1)


class _List(_Shape):
    def __init__(self, item: _Shape) -> None:
        self.item = item

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if isinstance(raw, list):
            place = place.item()
            for one in raw:
                self.item.walk(one, place, siblings, ledger, depth + 1)


class _Map(_Shape):
    """A map. Its keys are ids, or members of an enum; so they are in no place."""

    def __init__(self, key: _Shape | None, value: _Shape | None) -> None:
        self.key = key
        self.value = value

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if not isinstance(raw, dict):
            return
        for key, value in raw.items():
            if self.key is not None and isinstance(key, str) and _DIGITS.fullmatch(key):
                self.key.walk(int(key), place, siblings, ledger, depth + 1)
            if self.value is not None:
                self.value.walk(value, self.inner(place), siblings, ledger, depth + 1)

    def inner(self, place: SchemaPlace) -> SchemaPlace:
        """Return the place of the values."""
        return SchemaPlace.of(self.value.model) if isinstance(self.value, _Object) else place


class _Kinds(_Shape):
    """A union whose kind is a number in the object, or beside it."""

    def __init__(self, union: OpenUnion | ParentUnion) -> None:
        self.union = union

    def choose(self, raw: Any, place: SchemaPlace, siblings: _Siblings) -> tuple[_Shape | None, SchemaPlace]:
        """Return the shape and the place of an object, or None and the place of the union for an unknown kind."""
        number = self.number(raw, siblings)
        kind = None if number is None else self.union.members.get(number)
        return (None, place) if kind is None else (_Object(kind), SchemaPlace.of(kind))

    def number(self, raw: Any, siblings: _Siblings) -> int | None:
        """Return the kind that an object has, None when it has no usable one."""
        holder = raw if isinstance(self.union, OpenUnion) else siblings
        number = holder.get(self.union.key) if isinstance(holder, dict) else None
        return number if type(number) is int else None

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        shape, inner = self.choose(raw, place, siblings)
        number = self.number(raw, siblings)
        if shape is not None:
            shape.walk(raw, inner, siblings, ledger, depth + 1)
        elif number is not None:
            ledger.note("values", str(place), "object", _storable(number))


class _Number(_Shape):
    def __init__(self, kind: type[OpenIntEnum]) -> None:
        self.at = file_of(kind)
        self.known = frozenset(map(int, kind))

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if type(raw) is int and raw not in self.known:
            ledger.note("values", self.at, "integer", _storable(raw))


class _Word(_Shape):
    def __init__(self, kind: type[OpenStrEnum]) -> None:
        self.at = file_of(kind)
        self.known = frozenset(map(str, kind))

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if isinstance(raw, str) and raw not in self.known:
            # A word that cannot be the name of a value may be anything, what a user wrote included.
            ledger.note("values", f"{self.at}#{raw}" if _IDENTIFIER.fullmatch(raw) else self.at, "string")


class _Bits(_Shape):
    def __init__(self, kind: type[Flags], *, decimal: bool) -> None:
        self.at = file_of(kind)
        self.known = reduce(or_, map(int, kind), 0)
        self.decimal = decimal

    def walk(self, raw: Any, place: SchemaPlace, siblings: _Siblings, ledger: Ledger, depth: int) -> None:
        if self.decimal and isinstance(raw, str) and _DIGITS.fullmatch(raw):
            raw = int(raw)
        if type(raw) is int and raw > 0:
            unknown = raw & ~self.known
            while unknown:
                bit = unknown & -unknown
                ledger.note("bits", self.at, "string" if self.decimal else "integer", bit.bit_length() - 1)
                unknown ^= bit


def _storable(number: int) -> int | None:
    # A kind is a small number. A large one is an id, or nonsense.
    return number if -(2**31) <= number < 2**31 else None


@cache
def _fields(model: type[Model]) -> dict[str, _Shape | None]:
    """Return the shape of each field by its key on the wire; None where nothing can be unknown."""
    model.model_rebuild()
    found = {}
    for name, info in model.model_fields.items():
        annotation: Any = info.annotation
        for mark in info.metadata:
            annotation = Annotated[annotation, mark]
        found[info.alias or name] = _shape(annotation)
    return found


@cache
def _shape(annotation: Any) -> _Shape | None:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        others = [one for one in arguments if one is not NoneType]
        return _shape(others[0]) if len(others) == 1 else None
    if origin is Annotated:
        mark = arguments[1]
        if isinstance(mark, OpenUnion | ParentUnion):
            return _Kinds(mark)
        if mark is DecimalString or isinstance(mark, DecimalString):
            return _Bits(arguments[0], decimal=True)
        return _shape(arguments[0])
    if origin is list:
        item = _shape(arguments[0])
        return None if item is None else _List(item)
    if origin is dict:
        key, value = map(_shape, arguments)
        return None if key is None and value is None else _Map(key, value)
    if origin is Literal or not isinstance(annotation, type) or annotation is UnknownObject:
        return None
    return _named(annotation)


def _named(kind: type) -> _Shape | None:
    if issubclass(kind, Model):
        return _Object(kind)
    if issubclass(kind, Flags):
        return _Bits(kind, decimal=False)
    if issubclass(kind, OpenIntEnum):
        return _Number(kind)
    return _Word(kind) if issubclass(kind, OpenStrEnum) else None
