"""Makes the edits of the schema that are safe, as they break no code of users: additions, and looser fields.

New descriptions say TODO, which the linter refuses. Nothing is tightened, removed, retyped or renamed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from codegen.load import Schema

from .compare import Difference
from .facts import Facts
from .pages import Docs, DocsError
from .stubs import Stubs, nullable, row_of

_LOOSENED = "TODO say what its absence means. "
_NULLABLE = "TODO say what null means. "
_DEPRECATED = "TODO say what to use instead. "


class Editor:
    """Collects changes of the schema's files, and stubs of new ones, until they are written."""

    def __init__(self, docs: Docs, schema: Schema, facts: Facts) -> None:
        self.schema, self.facts = schema, facts
        self.stubs = Stubs(docs, schema)
        self.files: dict[str, dict[str, Any]] = {}

    def edit_all(self, differences: list[Difference]) -> list[str]:
        """Make the safe edits; return a line for each that a person has to make."""
        left = []
        for one in differences:
            if one.safe:
                begun = dict(self.stubs.files)
                try:
                    self._edit(one)
                except DocsError as error:
                    self.stubs.files = begun
                    left.append(f"`{one.at}`: {error}")
        return left

    def write(self, root: Path) -> list[str]:
        """Write the changed and new files; return their names."""
        files = self.files | self.stubs.files
        for key, raw in files.items():
            text = json.dumps(raw, indent=2, ensure_ascii=False) + "\n"
            (root / f"{key}.json").write_text(text, encoding="utf-8")
        return sorted(f"{key}.json" for key in files)

    def _edit(self, difference: Difference) -> None:
        key, _, member = difference.at.partition("#")
        if not member:
            self.stubs.event(key, difference.docs)
            return
        raw = self.files.get(key) or json.loads(json.dumps(self.schema.nodes[key].raw))
        if difference.aspect:
            _loosen(raw, member, difference.aspect)
        elif "x-values" in raw:
            _insert_value(raw["x-values"], row_of(difference.docs, raw["x-values"][0]))
        else:
            self._field(raw, key, member, difference.docs)
        self.files[key] = raw

    def _field(self, raw: dict[str, Any], key: str, name: str, said: dict[str, Any]) -> None:
        """Add a field at the place where Discord lists it."""
        listed = [place.partition("#")[2] for place in self.facts.places if place.startswith(f"{key}#")]
        before = [one for one in listed[: listed.index(name)] if one in raw["properties"]]
        rows = list(raw["properties"].items())
        index = 1 + [one for one, _ in rows].index(before[-1]) if before else 0
        rows.insert(index, (name, self.stubs.property_of(said)))
        raw["properties"] = dict(rows)


def _insert_value(rows: list[dict[str, Any]], row: dict[str, Any]) -> None:
    """Add a value in the order of the file, or at the end if the file is not sorted."""
    values = [one["value"] for one in rows]
    ordered = isinstance(row["value"], int) and values == sorted(values)
    index = sum(value < row["value"] for value in values) if ordered else len(rows)
    rows.insert(index, row)


def _loosen(raw: dict[str, Any], member: str, aspect: str) -> None:
    for row in raw.get("x-values", []):
        if row["name"] == member:
            row |= {"deprecated": True, "description": _DEPRECATED + row["description"]}
            return
    if member not in raw["properties"]:
        raise DocsError("the field is declared in another file; change it there")
    prop = raw["properties"][member]
    if aspect == "required":
        raw["required"] = [name for name in raw["required"] if name != member]
        if not raw["required"]:
            del raw["required"]
        prop["description"] = _LOOSENED + prop["description"]
    elif aspect == "deprecated":
        prop |= {"deprecated": True, "description": _DEPRECATED + prop["description"]}
    else:
        raw["properties"][member] = nullable(prop) | {"description": _NULLABLE + prop["description"]}
