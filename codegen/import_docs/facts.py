"""Reads what the documentation's tables say of each place of the schema. The ``x-doc`` of a file leads to its table.

A place is ``events/ready#user`` or ``enums/intents#GUILDS``, or a file alone. What is said of it is a dict of aspects,
without those that are false or empty. ``ours.py`` makes the same dict from the schema.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from codegen.load import Node, Schema

from . import cells
from .pages import Docs, DocsError, Row, Section, Table

_BASE = re.compile(r"inner payload is (?:an?|the|a subset of the) \[[^\]]*\]\(/developers/([^)]*)\)", re.IGNORECASE)
_INTENT = re.compile(r"([A-Z_]+) \(1 << (\d+)\)[ *]*")
_INTENT_EVENT = re.compile(r"- ([A-Z_]+)[ *]*")
_CONST = re.compile(r"`(\d+)` for ")
_KINDS = ("event types", "associated trigger types", "associated action types")
_TEXT = ("description", "explanation", "note", "example", "format")
RECEIVED = "events/gateway-events#receive-events"


@dataclass
class Facts:
    """What the documentation says, by place.

    ``where`` is the line of each place, ``words`` the other cells of that line: description, default, constraints.
    """

    places: dict[str, dict[str, Any]] = field(default_factory=dict)
    where: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)

    def add(self, place: str, where: str, **aspects: Any) -> None:
        known = self.places.setdefault(place, {})
        known.update({key: value for key, value in aspects.items() if value not in (None, False, [])})
        self.where.setdefault(place, where)


def collect(docs: Docs, schema: Schema) -> Facts:
    """Return the facts of every file of the schema that the documentation has a section for.

    Raises ``DocsError`` with a line for each table that cannot be read.
    """
    facts = Facts()
    owned = {node.get("x-doc") for node in schema.nodes.values() if _owns(node)}
    unread = []
    for node in schema.nodes.values():
        section = docs.sections.get(node.get("x-doc"))
        if section is not None and "x-variant-of" not in node.raw:
            try:
                _file(facts, docs, node, section, owned)
            except DocsError as error:
                unread.append(str(error))
    if unread:
        raise DocsError("\n".join(unread))
    _events(facts, docs, schema)
    _intents(facts, docs, schema)
    return facts


def _file(facts: Facts, docs: Docs, node: Node, section: Section, owned: set[str]) -> None:
    facts.add(node.key, section.where, documented=True)
    if node.folder == "unions":
        _members(facts, node, section)
    elif node.folder in ("enums", "gateway"):
        _values(facts, node, section)
    elif node.folder != "types":
        if table := _structure(docs, node, owned):
            for row in table.rows:
                name, aspects = field_row(row)
                facts.add(f"{node.key}#{name}", row.where, **aspects)
                facts.words[f"{node.key}#{name}"] = _rest(row, {"field", "type", "required", *_KINDS})
        if node.folder == "events":
            facts.add(node.key, section.where, base=base(section))


def is_structure(table: Table) -> bool:
    """Whether a table lists fields."""
    return table.headers[:2] == ["field", "type"]


def _owns(node: Node) -> bool:
    """Whether a file has the table in its section, rather than the event that the section is about."""
    if node.folder == "models":
        return "x-copy-of" not in node.raw and ("allOf" not in node.raw or not node.get("x-doc").startswith("events/"))
    return node.folder in ("events", "control", "commands")


def _structure(docs: Docs, node: Node, owned: set[str]) -> Table | None:
    """Return the table of a structure: that of its section, or the first one below that belongs to no other file."""
    if not _owns(node):
        return None
    for section in docs.below(node.get("x-doc")):
        if section.at == node.get("x-doc") or section.at not in owned:
            for table in section.tables:
                if is_structure(table):
                    return table
    return None


def field_row(row: Row) -> tuple[str, dict[str, Any]]:
    """Return a field's name and what its row says of it."""
    marked, described = row.cells["field"], row.cells.get("description", "")
    name, optional = cells.name(marked, row.where)
    kind = cells.kind(row.cells["type"], row.where)
    required = row.cells.get("required", "false" if optional else "true") == "true"
    const = _CONST.match(described)
    only = [row.cells[key] for key in _KINDS if key in row.cells]
    return name, {
        "type": kind.text,
        "required": required and not optional and not only,
        "nullable": kind.nullable,
        "deprecated": cells.is_deprecated(marked, described),
        "const": int(const[1]) if const else None,
        "only_for": sorted(re.findall(r"[A-Z_]+", only[0])) if only else None,
    }


def _values(facts: Facts, node: Node, section: Section) -> None:
    if not section.tables or is_structure(section.tables[0]):
        return  # the values are in prose
    names = {row["value"]: row["name"] for row in node.get("x-values")}
    for value, row, aspects in value_rows(section.tables[0], node.get("type") == "string"):
        place = f"{node.key}#{names.get(value, aspects['name'])}"
        facts.add(place, row.where, value=value, **aspects)
        facts.words[place] = _rest(row, set(section.tables[0].headers) - {*_TEXT, "action"})


def _rest(row: Row, read: set[str]) -> str:
    """Return the cells of a row that are not read as facts."""
    return " ".join(cell for header, cell in row.cells.items() if header not in read)


def value_rows(table: Table, is_text: bool) -> list[tuple[int | str, Row, dict[str, Any]]]:
    """Return the values of a table, from the first column with a number in every row, or from a column of texts."""
    rest = [header for header in table.headers if header not in _TEXT] or table.headers
    if is_text:
        column = "value" if "value" in rest else rest[0]
        read: Callable[[str], int | str | None] = lambda cell: cells.unmarked(cell).strip("`") or None  # noqa: E731
    else:
        column, read = _numbers(table, rest), cells.value
    named = "name" if "name" in table.headers else next((one for one in table.headers if one != column), column)
    found = []
    for row in table.rows:
        value = read(row.cells[column])
        if value is None:
            continue  # such as the owner of a team, a role that has no value
        name = cells.constant(str(value) if is_text else row.cells[named])
        aspects = {"name": name, "deprecated": cells.is_deprecated(*row.cells.values())}
        if "client action" in row.cells:
            aspects |= {word: word in row.cells["client action"].lower() for word in ("send", "receive")}
        if "reconnect" in row.cells:
            aspects["action"] = "resume" if row.cells["reconnect"].lower() == "true" else "stop"
        found.append((value, row, aspects))
    return found


def _numbers(table: Table, headers: list[str]) -> str:
    """Return the first column that has a number in every row."""
    rows = {header: [row for row in table.rows if cells.value(row.cells[header]) is None] for header in headers}
    best = min(headers, key=lambda header: len(rows[header]))
    if rows[best]:
        row = rows[best][0]
        raise DocsError(f"{row.where}: {row.cells[best]!r} is not a number, and no column has one in every row")
    return best


def _members(facts: Facts, node: Node, section: Section) -> None:
    if section.tables:
        first = [
            (row, next((cell for cell in row.cells.values() if cell.startswith("[")), ""))
            for row in section.tables[0].rows
        ]
        members = sorted(_link(row, cell) for row, cell in first if cell)
        facts.add(node.key, section.where, members=members)


def _link(row: Row, cell: str) -> str:
    links = cells.links(cell)
    if not links:
        raise DocsError(f"{row.where}: {cell!r} has no link")
    return f"@{links[0]}"


def base(section: Section) -> str | None:
    """Return the link in the sentence that says of which structure an event consists, None without such a sentence."""
    found = _BASE.search(" ".join(section.text))
    return f"@{found[1]}" if found else None


def _received(docs: Docs) -> list[Row]:
    if RECEIVED not in docs.sections or not docs.sections[RECEIVED].tables:
        raise DocsError(f"{RECEIVED} has no table; all events are read from it")
    return docs.sections[RECEIVED].tables[0].rows


def _events(facts: Facts, docs: Docs, schema: Schema) -> None:
    control = {node.get("x-doc") for node in schema.folder("control")}
    files = {node.get("x-event"): node.key for node in schema.folder("events") if "x-variant-of" not in node.raw}
    for row in _received(docs):
        linked = row.cells.get("name", "")
        if _link(row, linked)[1:] not in control:
            name = cells.constant(linked)
            facts.add(files.get(name, f"events/{name.lower()}"), row.where, event=name)


def _intents(facts: Facts, docs: Docs, schema: Schema) -> None:
    """Read the list of intents, a code block: below each intent are its events."""
    node = schema.node("enums/intents")
    section = docs.sections.get(node.get("x-doc"))
    if section is None or not section.code:
        return
    files = {one.get("x-event"): one.key for one in schema.folder("events") if "x-variant-of" not in one.raw}
    names = {row["value"]: row["name"] for row in node.get("x-values")}
    events: dict[str, list[str]] = {}
    intent = ""
    for line in section.code[0].splitlines():
        if found := _INTENT.fullmatch(line.strip()):
            intent, value = found[1], 1 << int(found[2])
            facts.add(f"{node.key}#{names.get(value, intent)}", section.where, value=value, name=intent)
        elif found := _INTENT_EVENT.fullmatch(line.strip()):
            events.setdefault(found[1], []).append(intent)
        elif line.strip():
            raise DocsError(
                f"{section.where}: {line.strip()!r} in the list of intents is neither an intent nor an event"
            )
    for event, intents in events.items():
        facts.add(files.get(event, f"events/{event.lower()}"), section.where, intents=sorted(intents))
