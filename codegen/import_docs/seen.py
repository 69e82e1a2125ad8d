"""Reads a canary's report of what the live gateway sent that is not in the schema: places and counts, no content."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.load import Schema

from .facts import Facts
from .ours import find
from .overrides import Override
from .pages import DocsError

KINDS = ("events", "keys", "values", "bits", "violations")
_ENTRY = {"at": str, "count": int, "example_type": str, "value": int}
_NEEDED = ("at", "count")


def read(path: Path, schema: Schema, facts: Facts, entries: list[Override]) -> list[str]:
    """Return a line for each thing that was seen and is not in the schema, without those that an override ignores."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise DocsError(f"{path.name} is not JSON: {error}") from error
    if not isinstance(report, dict) or report.get("format") != 1:
        raise DocsError(f'{path.name} has no "format": 1; schema/README.md describes the report that is read')
    ignored = {entry.at for entry in entries if entry.set == {"ignored": True}}
    lines = []
    for kind in KINDS:
        for number, entry in enumerate(report.get(kind, [])):
            _check(path.name, f"{kind}[{number}]", entry)
            if entry["at"] not in ignored and not _is_known(schema, kind, entry):
                lines.append(_line(schema, facts, kind, entry))
    return lines


def _check(name: str, where: str, entry: Any) -> None:
    wrong = not isinstance(entry, dict) or any(key not in entry for key in _NEEDED)
    if wrong or any(not isinstance(value, _ENTRY.get(key, ())) for key, value in entry.items()):
        raise DocsError(f"{name}: {where} may have only {', '.join(_ENTRY)}; at and count are required")


def _is_known(schema: Schema, kind: str, entry: dict[str, Any]) -> bool:
    """Whether the schema has it by now: the canary may be of an older release."""
    key, _, path = entry["at"].partition("#")
    if key not in schema.nodes:
        return False
    if kind == "events":
        return True
    if kind in ("values", "bits"):
        sought = entry.get("value", path)  # the text of an unknown string is the end of its place
        if kind == "bits" and isinstance(sought, int):
            sought = 1 << sought
        return any(row["value"] == sought for row in schema.nodes[key].get("x-values", []))
    if kind == "keys" and path:
        node, member = find(schema, entry["at"])
        return member in schema.properties(node)
    return False


def _line(schema: Schema, facts: Facts, kind: str, entry: dict[str, Any]) -> str:
    what = {"events": "event", "keys": "key", "values": "value", "bits": "bit", "violations": "violation"}[kind]
    parts = [f"{what} `{entry['at']}`"]
    if "value" in entry:
        parts.append(f"`{entry['value']}`")
    if "example_type" in entry:
        parts.append(f"of type {entry['example_type']}")
    parts.append(f"{entry['count']} times")
    if _documented(schema, facts, kind, entry["at"]):
        parts.append("(documented)")
    return " ".join(parts)


def _documented(schema: Schema, facts: Facts, kind: str, at: str) -> bool:
    if kind == "keys" and at.partition("#")[0] in schema.nodes:
        node, member = find(schema, at)
        return f"{node.key}#{member}" in facts.places
    return kind == "events" and at in facts.places
