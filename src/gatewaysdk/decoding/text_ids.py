"""Ids that are typed as text and arrive as integers, as ETF may bring them: makes them text before strict decoding.

Structs have no way to do so while they are decoded that would not cost every event something, those of JSON too.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeAlias

from ..bases.struct import Struct
from .lenient_structs import fields_of, is_list, is_map, is_object, is_text_id, is_union
from .walk import MAX_DEPTH, NONE, Shape

__all__ = ["spelt"]


_Spell: TypeAlias = Callable[[Any, dict[str, Any], int], Any]
"""Takes a value, the object that it is in, and how deep that is; returns the value itself if it has all ids as text."""


def spelt(kind: type[Struct], data: Any) -> Any:
    """Return the data of a struct with its text ids as text; ``data`` itself if all are. It is not changed."""
    return _object(kind, data, 0)


def _object(kind: type[Struct], data: Any, depth: int) -> Any:
    if type(data) is not dict or depth > MAX_DEPTH:
        return data
    changed = {}
    for key, spell in _leading(kind):
        if key in data:
            value = data[key]
            new = spell(value, data, depth + 1)
            if new is not value:
                changed[key] = new
    return data | changed if changed else data


@cache
def _leading(kind: type[Struct]) -> tuple[tuple[str, _Spell], ...]:
    """Return the fields of a struct in which, however deep, there may be text ids, each with what spells them."""
    return tuple((key, _spell(shape)) for key, shape, _ in fields_of(kind).values() if _leads(shape, set()))


def _spell(shape: Shape) -> _Spell:
    if is_text_id(shape):
        return lambda value, siblings, depth: str(value) if type(value) is int else value
    if is_list(shape):
        item = _spell(shape.of)
        return lambda value, siblings, depth: _items(item, value, depth)
    if is_map(shape):
        entry = _spell(shape.of[1])
        return lambda value, siblings, depth: _entries(entry, value, depth)
    if is_union(shape):
        return lambda value, siblings, depth: _member(shape.of.choose(value, siblings), value, depth)
    kind = shape.of
    return lambda value, siblings, depth: _object(kind, value, depth)


def _member(kind: type | None, value: Any, depth: int) -> Any:
    return _object(kind, value, depth) if kind is not None and issubclass(kind, Struct) else value


def _items(spell: _Spell, values: Any, depth: int) -> Any:
    if type(values) is not list:
        return values
    new = [spell(value, NONE, depth) for value in values]
    return new if any(one is not other for one, other in zip(new, values, strict=True)) else values


def _entries(spell: _Spell, values: Any, depth: int) -> Any:
    if type(values) is not dict:
        return values
    new = {key: spell(value, NONE, depth) for key, value in values.items()}
    return new if any(new[key] is not value for key, value in values.items()) else values


def _leads(shape: Shape, seen: set[type]) -> bool:
    if is_text_id(shape):
        return True
    if is_list(shape):
        return _leads(shape.of, seen)
    if is_map(shape):
        return _leads(shape.of[1], seen)
    kinds = [shape.of] if is_object(shape) else shape.of.members.values() if is_union(shape) else ()
    for kind in kinds:
        if kind not in seen:
            seen.add(kind)
            if any(_leads(inner, seen) for _, inner, _ in fields_of(kind).values()):
                return True
    return False
