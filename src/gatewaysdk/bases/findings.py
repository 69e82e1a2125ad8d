"""What is wrong within an object, and where the object keeps that."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

__all__ = ["MAX_VIOLATIONS", "Findings", "Violation", "findings_of", "findings_slot", "keep_findings"]

MAX_VIOLATIONS = 100
"""Broken places that a payload lists; the others are counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a payload is not what Discord documents.

    Attributes:
        path: keys and indexes that lead to the place, from the object that lists the violation.
        kind: what is wrong, in pydantic's words: ``missing``, ``int_type``, ``string_type`` and so on.
        message: the same as a sentence.
        value: what stood there, None for a missing key. Left out of the repr: it may be large or secret.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    value: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the payload'}: {self.message}"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """What is wrong within one object.

    Attributes:
        found: the violations that are listed, as the payload's: shared by all objects above the place, never copied.
        depth: how many of the first keys of their paths lead to this object.
        count: how many places are broken, listed or not.
    """

    found: tuple[Violation, ...]
    depth: int
    count: int

    def listed(self) -> tuple[Violation, ...]:
        """Return the violations with paths from this object on, and what says how many are not among them."""
        found = self.found
        if self.depth:
            found = tuple(Violation(one.path[self.depth :], one.kind, one.message, one.value) for one in found)
        if more := self.count - len(found):
            found += (Violation((), "too_many", f"{more} more broken places, which are counted but not listed"),)
        return found

    def __eq__(self, other: object) -> bool:
        # An object is the same wherever in a payload it stood.
        return isinstance(other, Findings) and self.count == other.count and self.listed() == other.listed()

    __hash__ = None  # type: ignore[assignment]  # values may be dicts and lists


findings_slot: Any = vars(BaseModel)["__pydantic_private__"]
"""The slot of each object that its findings are in, None where there are none.

It is pydantic's, for private attributes, of which our models have none: so a sound object has no attribute more, and
copies, pickles and comparisons take the findings along. No other module names it.
"""

_KEY = "findings"  # the slot takes a dict, which holds the private attributes of a user's subclass


def findings_of(model: BaseModel) -> Findings | None:
    """Return what is wrong within an object, None for a sound one."""
    kept: dict[str, Any] | None = model.__pydantic_private__
    return None if kept is None else kept.get(_KEY)


def keep_findings(model: BaseModel, findings: Findings | None) -> None:
    """Make this what is wrong within a new object."""
    object.__setattr__(model, "__pydantic_private__", None if findings is None else {_KEY: findings})
