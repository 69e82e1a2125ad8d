"""Reads schema/overrides.toml: deviations on purpose, and what the documentation says only in prose."""

from __future__ import annotations

import ast
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen.load import Schema

from . import cells
from .facts import Facts
from .ours import agrees, aspects, find
from .pages import Docs, DocsError

_KEYS: dict[str, tuple[type, ...]] = {
    "at": (str, list), "set": (dict,), "expects": (str, dict), "reason": (str,), "evidence": (str,), "section": (str,),
}  # fmt: skip
_NEEDED = set(_KEYS) - {"section"}


@dataclass(frozen=True)
class Override:
    """An entry for one place: the schema says ``set``, the documentation ``expects``."""

    at: str
    set: dict[str, Any]
    expects: dict[str, Any]
    section: str | None
    reason: str


def load(path: Path) -> list[Override]:
    """Return the entries of a file; one with several places becomes several."""
    try:
        whole = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise DocsError(f"{path.name} is not TOML: {error}") from error
    if set(whole) - {"override"}:
        raise DocsError(f"{path.name} has {', '.join(sorted(whole))}; it is made of [[override]] alone")
    found = []
    for number, entry in enumerate(whole.get("override", []), 1):
        if problem := _form(entry):
            raise DocsError(f"{path.name}: entry {number} {problem}")
        expects = {"phrase": entry["expects"]} if isinstance(entry["expects"], str) else entry["expects"]
        ats = [entry["at"]] if isinstance(entry["at"], str) else entry["at"]
        found += [Override(at, entry["set"], expects, entry.get("section"), entry["reason"]) for at in ats]
    places = [(one.at, key) for one in found for key in one.set]
    for at, key in places:
        if places.count((at, key)) > 1:
            raise DocsError(f"{path.name}: {at} has {key} in two entries; make them one")
    return found


def _form(entry: dict[str, Any]) -> str | None:
    """Return what is wrong with the form of an entry."""
    if not _NEEDED <= set(entry) <= set(_KEYS):
        return f"needs {', '.join(sorted(_NEEDED))}, and may have section"
    for key, kinds in _KEYS.items():
        if not isinstance(entry.get(key, ""), kinds):
            return f"has the {key} {entry[key]!r}, which is of another type"
    if not entry["evidence"].startswith("https://"):
        return f"has the evidence {entry['evidence']!r}, which is not a link"
    return None


def apply(entries: list[Override], facts: Facts, docs: Docs, schema: Schema, root: Path) -> list[str]:
    """Apply the entries to the facts; return a line for each entry that is stale or unused."""
    problems = []
    raw = dict(facts.places)
    for entry in entries:
        try:
            said = _said(entry, raw, schema)
            problem = _expected(entry, said, docs, schema) or _set(entry, said, facts, docs, schema, root)
        except DocsError as error:
            problem = str(error)
        if problem:
            problems.append(f"{entry.at}: {problem}")
    return problems


def _said(entry: Override, raw: dict[str, dict[str, Any]], schema: Schema) -> dict[str, Any] | None:
    """Return what the tables say of a place. For ``a[].b`` that is what they say of b where it is declared."""
    if "." in entry.at.partition("#")[2]:
        node, member = find(schema, entry.at)
        source = schema.properties(node).get(member or "", (node,))[0]
        return raw.get(f"{source.key}#{member}")
    return raw.get(entry.at)


def _expected(entry: Override, said: dict[str, Any] | None, docs: Docs, schema: Schema) -> str | None:
    for key, expected in entry.expects.items():
        if key == "phrase":
            key_of_file = entry.at.partition("#")[0]
            at = entry.section or (schema.nodes[key_of_file].get("x-doc") if key_of_file in schema.nodes else "")
            words = " ".join(section.words for section in docs.below(at))
            if not words:
                return f"the section {at!r} is gone; the docs changed, look again"
            if " ".join(expected.split()) not in words:
                return f"{expected!r} is no longer in {at}; the docs changed, look again"
        elif key == "absent":
            if (said is None) != expected:
                return "the documentation has it now; look again"
        elif (said or {}).get(key, False) != expected:
            return f"{key} is {(said or {}).get(key, False)!r}, not {expected!r}; the docs changed, look again"
    return None


def _set(
    entry: Override, said: dict[str, Any] | None, facts: Facts, docs: Docs, schema: Schema, root: Path
) -> str | None:
    if entry.at.startswith("src/"):
        return _constants(root / entry.at, entry.set)
    key = entry.at.partition("#")[0]
    if entry.set == {"absent": True}:
        return (
            None if facts.places.pop(entry.at, None) else "the documentation does not have it either; remove the entry"
        )
    if entry.set == {"ignored": True}:
        return None  # seen.py leaves these keys out
    if "fields" in entry.set:
        return _only(facts, key, entry.set["fields"])
    if "values" in entry.set:
        names = {row["value"]: row["name"] for row in schema.nodes[key].get("x-values")}
        for value in entry.set["values"]:
            name = names.get(value, cells.constant(str(value)))
            facts.add(f"{key}#{name}", entry.at, value=value, name=name)
        return None
    find(schema, entry.at)
    if aspects(schema, entry.at) is None and "type" not in entry.set and "value" not in entry.set:
        return "is not in the schema; correct it"
    same = [_same(docs, schema, (said or {}).get(name, False), value) for name, value in entry.set.items()]
    if "phrase" not in entry.expects and all(same):
        return "the documentation says so itself by now; remove the entry"
    merged = {**(facts.places.get(entry.at) or said or {}), **entry.set}
    facts.places[entry.at] = {name: value for name, value in merged.items() if value not in (False, "")}
    return None


def _only(facts: Facts, key: str, fields: list[str]) -> str | None:
    """Remove the facts of all fields of a structure but those that an entry names."""
    listed = [place for place in facts.places if place.startswith(f"{key}#")]
    for place in listed:
        if place.partition("#")[2] not in fields:
            del facts.places[place]
    return None if listed else "the documentation has no table of it; remove the entry"


def _same(docs: Docs, schema: Schema, theirs: Any, mine: Any) -> bool:
    return bool(theirs == mine or (isinstance(theirs, str) and agrees(docs, schema, theirs, str(mine))))


def _constants(path: Path, expected: dict[str, Any]) -> str | None:
    """Compare with the constants of a module of the package, which is parsed and not imported."""
    if not path.is_file():
        return "the file is gone; name the one that has the fact now"
    found: dict[str, Any] = {}
    for line in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Assign) and isinstance(line.value, ast.Constant):
            found |= {target.id: line.value.value for target in line.targets if isinstance(target, ast.Name)}
    for name, value in expected.items():
        if found.get(name) != value:
            return f"{name} is {found.get(name)!r}, not {value!r}; change one of them"
    return None
