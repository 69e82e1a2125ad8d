"""The broken places of a payload, and the slot in which each object keeps its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

__all__ = ["MAX_VIOLATIONS", "Findings", "Violation", "findings_of", "findings_slot", "keep_findings"]

MAX_VIOLATIONS = 100
"""Most broken places of one payload that are listed; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One place where a payload is not what Discord documents.

    Attributes:
        path: keys and indexes that lead to the place, from the object that lists the violation.
        kind: what is wrong, in pydantic's words: ``missing``, ``int_type``, ``string_type`` and so on.
        message: the same as a sentence.
        value: the value at that place, None for a missing key. Left out of the repr: it may be large or secret.
    """

    path: tuple[str | int, ...]
    kind: str
    message: str
    value: Any = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"{'.'.join(map(str, self.path)) or 'the payload'}: {self.message}"


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """The broken places within one object.

    Attributes:
        found: the listed violations, with paths from the payload on. Objects around a place share them, without copies.
        depth: how many keys of these paths lead to this object.
        count: how many places are broken, listed or not.
    """

    found: tuple[Violation, ...]
    depth: int
    count: int

    def listed(self) -> tuple[Violation, ...]:
        """Return the violations with paths from this object on; the last says how many are not listed, if any."""
        found = self.found
        if self.depth:
            found = tuple(Violation(one.path[self.depth :], one.kind, one.message, one.value) for one in found)
        if more := self.count - len(found):
            found += (Violation((), "too_many", f"{more} more broken places, which are counted but not listed"),)
        return found

    def __eq__(self, other: object) -> bool:
        # Equal objects are equal wherever in a payload they stand, so paths count from the object.
        return isinstance(other, Findings) and self.count == other.count and self.listed() == other.listed()

    __hash__ = None  # type: ignore[assignment]  # values may be dicts and lists


findings_slot: Any = vars(BaseModel)["__pydantic_private__"]
"""The slot in which each object keeps its findings; None in a sound object.

It is pydantic's slot for private attributes, which our models do not have. So findings cost a sound object nothing, and
copies, pickles and comparisons include them. No other module names the slot.
"""

_KEY = "findings"  # the slot takes a dict, which holds the private attributes of a user's subclass


def findings_of(model: BaseModel) -> Findings | None:
    """Return the findings of an object, None if it is sound."""
    kept: dict[str, Any] | None = model.__pydantic_private__
    return None if kept is None else kept.get(_KEY)


def keep_findings(model: BaseModel, findings: Findings | None) -> None:
    """Store the findings of a new object."""
    object.__setattr__(model, "__pydantic_private__", None if findings is None else {_KEY: findings})
