"""What the second passes over broken payloads, for models and for structs, have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Final, NamedTuple

from ..bases.findings import MAX_VIOLATIONS, Findings, Violation
from ..bases.unions import OpenUnion, ParentUnion, UnknownObject

__all__ = ["ABSENT", "MAX_DEPTH", "NONE", "Shape", "Walk", "certain_fields"]

ABSENT: Final = object()
NONE: Final[dict[str, Any]] = {}
# Far deeper than any structure of Discord's, far below Python's recursion limit.
MAX_DEPTH = 64


class Walk(ABC):
    """One walk over one payload.

    It looks at each value a bounded number of times and keeps a bounded number of findings, so that few hostile bytes
    cannot cost much time or memory.
    """

    def __init__(self) -> None:
        self.found: list[Violation] = []
        self.count = 0
        self.path: list[str | int] = []
        self.models: int = 0  # how many models surround the value in hand

    def at(
        self,
        key: str | int,
        shape: Shape,
        raw: Any,
        siblings: dict[str, Any] = NONE,
        certain: tuple[str, ...] | None = None,
    ) -> Any:
        """Return the value for a key or an index, or report it as broken and return ``ABSENT``."""
        if raw is None and shape.nullable:
            return None
        self.path.append(key)
        value = shape.read(self, shape.of, raw, siblings, certain)
        self.path.pop()
        return value

    @abstractmethod
    def read_object(self, kind: Any, raw: Any, siblings: dict[str, Any], certain: tuple[str, ...] | None, /) -> Any:
        """Return the object of a class, without its broken parts."""

    # A reader for each kind of shape. It takes `Shape.of`, the raw value, the values of the fields before it, and the
    # fields that are required in it.

    def read_union(self, union: OpenUnion | ParentUnion, raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        chosen = union.choose(raw, siblings)
        if not isinstance(raw, dict):
            return self.report("dict_type", "Input should be an object", raw)
        if chosen is None:
            return self.report("union_tag_not_found", f"no usable {union.key} says what kind it is", raw)
        if chosen is UnknownObject:
            return UnknownObject(raw)
        return self.read_object(chosen, raw, NONE, None)

    def read_list(self, item: Shape, raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        if not isinstance(raw, list):
            return self.report("list_type", "Input should be a list", raw)
        read = (self.at(index, item, one) for index, one in enumerate(raw))
        return [one for one in read if one is not ABSENT]

    def read_map(self, kinds: tuple[Shape, Shape], raw: Any, siblings: dict[str, Any], certain: None) -> Any:
        if not isinstance(raw, dict):
            return self.report("dict_type", "Input should be an object", raw)
        result = {}
        for key, one in raw.items():
            name = self.at(key, kinds[0], key)
            value = self.at(key, kinds[1], one) if name is not ABSENT else ABSENT
            if value is not ABSENT:
                result[name] = value
        return result

    # Findings

    def report(self, kind: str, message: str, value: Any, *key: str) -> Any:
        """Note that the value at the present path, or at a key below it, is broken. Return ``ABSENT``."""
        self.count += 1
        if len(self.found) < MAX_VIOLATIONS:
            self.found.append(Violation((*self.path, *key), kind, message, value))
        return ABSENT

    def findings_since(self, first: int, before: int) -> Findings | None:
        """Return what was found since there were ``first`` findings and ``before`` broken places; None if nothing."""
        broken = self.count - before
        return Findings(tuple(self.found[first:]), len(self.path), broken) if broken else None


def certain_fields(kind: Any, name: str, data: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the only fields that a field's object must have, if a key beside it says so; None if all are required.

    So it is with ``author`` beside ``webhook_id``: a webhook is an author with fewer fields.
    """
    for key, names in kind._guaranteed_when.get(name, {}).items():
        if data.get(key) is not None:
            certain: tuple[str, ...] = names
            return certain
    return None


class Shape(NamedTuple):
    """How to read the values of an annotation, worked out once for each annotation."""

    read: Callable[..., Any]
    """The reader: a method of a `Walk`."""
    of: Any
    """The reader's first argument: the class, the shape of the items, a validator, and so on."""
    nullable: bool
