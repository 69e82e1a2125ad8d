"""Compares the last import, the documentation of today and the schema."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from codegen.load import Schema

from .facts import Facts
from .ours import agrees, aspects, places
from .overrides import Override
from .pages import Docs, DocsError

WATCHED = ("events/gateway", "topics/opcodes")
"""Pages of which every section is watched. Elsewhere: those that the schema or an override names, and parents."""


@dataclass(frozen=True)
class Difference:
    """A difference between documentation and schema; ``changed`` if the documentation said something else before."""

    at: str
    aspect: str
    docs: Any
    ours: Any
    changed: bool
    safe: bool
    where: str


@dataclass
class Lock:
    """What the documentation said at the last import, and hashes of the words in its sections and rows."""

    commit: str = ""
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    prose: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    @classmethod
    def load(cls, path: Path) -> Lock:
        """Return the content of import.lock, empty before the first import. Raises ``DocsError`` if it is broken."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else cls()
        except (json.JSONDecodeError, TypeError) as error:
            raise DocsError(f"{path.name} is not what an import writes: {error}; restore it from git") from error

    def text(self) -> str:
        """Return the file: one line for each place, so that a change of it is one line of a diff."""
        parts = [f'  "commit": {json.dumps(self.commit)}']
        for name, found in (("facts", self.facts), ("prose", self.prose), ("words", self.words)):
            rows = [f"    {json.dumps(key)}: {json.dumps(found[key], sort_keys=True)}" for key in sorted(found)]
            parts.append(f'  "{name}": {{\n' + ",\n".join(rows) + "\n  }")
        return "{\n" + ",\n".join(parts) + "\n}\n"


def compare(docs: Docs, schema: Schema, facts: Facts, lock: Lock, raw: dict[str, dict[str, Any]]) -> list[Difference]:
    """Return the differences between the schema and the facts; ``raw`` are the facts without overrides."""
    found: list[Difference] = []
    for place in dict.fromkeys([*places(schema), *facts.places]):
        theirs, mine = facts.places.get(place), aspects(schema, place)
        changed = bool(lock.facts) and lock.facts.get(place) != raw.get(place)
        where = facts.where.get(place, "")
        if mine and "undocumented" in mine:
            if theirs:
                found.append(Difference(place, "undocumented", None, mine["undocumented"], changed, False, where))
        elif theirs is None or mine is None:
            # A file whose section is gone is reported once, not once for each of its members.
            if (theirs or mine) and (theirs or "#" not in place or place.partition("#")[0] in facts.places):
                safe = mine is None and theirs is not None and _may_be_added(place, theirs)
                found.append(Difference(place, "", theirs, mine, changed, safe, where))
        else:
            for aspect in sorted({*theirs, *mine}):
                one, other = theirs.get(aspect), mine.get(aspect)
                if not _agree(docs, schema, aspect, one, other):
                    safe = (aspect, bool(one)) in {("required", False), ("nullable", True), ("deprecated", True)}
                    found.append(Difference(place, aspect, one, other, changed, safe, where))
    return found


def _may_be_added(place: str, theirs: dict[str, Any]) -> bool:
    return place.startswith(("enums/", "gateway/")) or "event" in theirs or not theirs.get("required")


def _agree(docs: Docs, schema: Schema, aspect: str, theirs: Any, mine: Any) -> bool:
    if theirs == mine:
        return True
    if not theirs or not mine:
        return False
    if aspect in ("type", "base"):
        return agrees(docs, schema, theirs, mine)
    if aspect == "members":
        pairs = [(link, file) for link in theirs for file in mine if agrees(docs, schema, link, file)]
        return {link for link, _ in pairs} == set(theirs) and {file for _, file in pairs} == set(mine)
    return False


def prose(docs: Docs, schema: Schema, entries: list[Override]) -> dict[str, str]:
    """Return a hash of the text of each watched section, without its tables and code."""
    wanted = {node.get("x-doc") for node in schema.nodes.values()} | {entry.section for entry in entries}
    for at in [*wanted]:
        if at in docs.sections:
            wanted |= {*docs.sections[at].parents}
    watched = [section for at, section in docs.sections.items() if at in wanted or at.startswith(WATCHED)]
    return {section.at: fingerprint(" ".join(section.text)) for section in watched if section.text}


def fingerprint(words: str) -> str:
    """Return a hash of words: it shows that they changed, but not the words."""
    return hashlib.sha256(" ".join(words.split()).encode()).hexdigest()[:12]


def reworded(lock: Lock, sections: dict[str, str], words: dict[str, str]) -> list[str]:
    """Return the sections that changed, appeared or went since the last import, and the rows whose words changed."""
    if not lock.commit:
        return []
    marks = [(at, "changed") for at in sections if at in lock.prose and sections[at] != lock.prose[at]]
    marks += [(at, "new") for at in sections if at not in lock.prose]
    marks += [(at, "gone") for at in lock.prose if at not in sections]
    rows = [f"{place} (described otherwise)" for place in words if lock.words.get(place, words[place]) != words[place]]
    return [f"{at} ({mark})" for at, mark in sorted(marks)] + sorted(rows)


def advanced(lock: Lock, new: Lock, left: set[str]) -> Lock:
    """Return the lock to write. A place that still differs keeps its old facts: the next report needs them."""
    kept = {place: lock.facts[place] for place in left if place in lock.facts}
    facts = {place: said for place, said in new.facts.items() if not (place in left and lock.facts)}
    return replace(new, facts=facts | kept)
