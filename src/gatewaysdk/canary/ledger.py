"""What was found, counted by place, up to a bound."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

__all__ = ["DRIFT", "MAX_FINDINGS", "UNDOCUMENTED", "Finding", "Kind", "Ledger", "json_type"]

Kind: TypeAlias = Literal["events", "keys", "values", "bits", "violations", "connection"]

DRIFT: tuple[Kind, ...] = ("events", "keys", "values", "bits", "violations")
"""The kinds that say how the schema has aged."""

MAX_FINDINGS = 2000
"""Most findings that are kept apart; occurrences of further ones are only counted, all together."""

UNDOCUMENTED = frozenset(
    {
        "events/guild_create#application_command_counts",
        "events/guild_create#lazy",
        "events/guild_create#nsfw",
        "events/ready#guild_join_requests",
        "events/ready#presences",
        "events/ready#private_channels",
        "events/ready#relationships",
        "events/ready#session_type",
        "events/ready#user_settings",
    }
)
"""What Discord has sent for years and documents nowhere; the authors of other libraries describe it."""

_JSON_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "integer", float: "number"}


def json_type(value: Any) -> str:
    """Return the JSON type of a decoded value."""
    return _JSON_TYPES.get(type(value), "null")


@dataclass(slots=True)
class Finding:
    """Something that was not as it should be.

    Attributes:
        kind: what it is.
        at: its place in the schema; for the kind ``connection``, the name of what went wrong.
        count: how often it was seen.
        example_type: the JSON type of the value that was seen first; None where there is none.
        value: the unknown number of an enum, or the number of the unknown bit.
        detail: pydantic's word for a violation; it is shown, but is not in reports.
    """

    kind: Kind
    at: str
    count: int
    example_type: str | None = None
    value: int | None = None
    detail: str = ""

    def entry(self) -> dict[str, Any]:
        """Return the finding as an entry of the report."""
        entry: dict[str, Any] = {"at": self.at, "count": self.count}
        if self.example_type is not None:
            entry["example_type"] = self.example_type
        if self.value is not None:
            entry["value"] = self.value
        return entry


class Ledger:
    """Counts findings.

    Args:
        on_new: called with each finding when it is first seen.
        ignore: places that are not counted.

    Attributes:
        left_out: how many occurrences are not among the findings, because there were too many findings already.
    """

    def __init__(self, on_new: Callable[[Finding], object] | None = None, ignore: Collection[str] = ()) -> None:
        self._findings: dict[tuple[str, str, int | None], Finding] = {}
        self._on_new = on_new
        self._ignore = UNDOCUMENTED.union(ignore)
        self.left_out = 0

    def note(
        self, kind: Kind, at: str, example_type: str | None = None, value: int | None = None, detail: str = ""
    ) -> None:
        """Count one occurrence."""
        if at in self._ignore:
            return
        key = (kind, at, value)
        known = self._findings.get(key)
        if known is not None:
            known.count += 1
        elif len(self._findings) < MAX_FINDINGS:
            self._add(key, Finding(kind, at, 1, example_type, value, detail))
        else:
            self.left_out += 1

    def set_count(self, at: str, count: int) -> None:
        """Take over a counter that is kept elsewhere, of the kind ``connection``."""
        key = ("connection", at, None)
        if not count or at in self._ignore:
            return
        if key in self._findings:
            self._findings[key].count = count
        else:  # there are few of them, so the bound is not theirs
            self._add(key, Finding("connection", at, count))

    def _add(self, key: tuple[str, str, int | None], finding: Finding) -> None:
        self._findings[key] = finding
        if self._on_new is not None:
            self._on_new(finding)

    def of(self, kind: Kind) -> list[Finding]:
        """Return the findings of a kind, by place."""
        found = [one for one in self._findings.values() if one.kind == kind]
        return sorted(found, key=lambda one: (one.at, one.value or 0))

    def __len__(self) -> int:
        return len(self._findings)
