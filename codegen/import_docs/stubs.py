"""Writes what is new in the documentation as JSON Schema: properties, rows of values, and stubs of whole files."""

from __future__ import annotations

import re
from typing import Any

from codegen.load import Schema, snake

from . import cells
from .facts import base, field_row, is_structure, value_rows
from .ours import agrees
from .pages import Docs, DocsError, Section

_BOUNDS = {"minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "items", "additionalProperties"}
_SCALARS = {"string", "integer", "number", "boolean", "object"}


class Stubs:
    """Makes properties, and the files that they refer to; ``files`` are those that the schema does not have."""

    def __init__(self, docs: Docs, schema: Schema) -> None:
        self.docs, self.schema = docs, schema
        self.files: dict[str, dict[str, Any]] = {}

    def property_of(self, said: dict[str, Any]) -> dict[str, Any]:
        """Return the property for what a row says. Raises ``DocsError`` if its type has neither a file nor a table."""
        prop: dict[str, Any] = {**self._type(said["type"]), "description": "TODO"}
        if said.get("nullable"):
            prop = nullable(prop)
        return prop | ({"deprecated": True} if said.get("deprecated") else {})

    def _type(self, text: str) -> dict[str, Any]:
        if found := re.fullmatch(r"(array|map|pair)<(.*)>", text):
            inner = self._type(found[2])
            if found[1] == "pair":
                return {"type": "array", "prefixItems": [inner, inner], "minItems": 2, "maxItems": 2}
            name, kind = ("items", "array") if found[1] == "array" else ("additionalProperties", "object")
            return {"type": kind, **({name: inner} if inner else {})}
        if " | " in text:
            return {"anyOf": [self._type(part) for part in text.split(" | ")]}
        if text in ("snowflake", "timestamp"):
            return {"$ref": f"../types/{text}.json"}
        if text in _SCALARS:
            return {"type": text}
        if text == "null":
            return {"$ref": "../types/presence_boolean.json"}
        return {} if text == "any" else {"$ref": f"../{self._file(text)}.json"}

    def _file(self, link: str) -> str:
        """Return the file for what a type links to: one that there is, or a stub."""
        at = link.removeprefix("partial ")[1:]
        # A structure with only some fields of another one was made for one place.
        nodes = [
            node
            for node in self.schema.folder("unions", "models", "enums")
            if set(node.get("x-copy-of", {})) <= {"$ref", "partial"}
        ]
        fitting = {node.get("x-doc"): node.key for node in nodes if agrees(self.docs, self.schema, link, node.key)}
        # A link may lead to a section with several structures: its own file is meant, else the first one below.
        for one in self.docs.below(at):
            if one.at in fitting:
                return fitting[one.at]
        if fitting:
            return next(iter(fitting.values()))
        if link.startswith("partial "):
            return self._partial(self._file(f"@{at}"))
        for one in self.docs.below(at):
            for table in one.tables:
                title = _title(one.title)
                key = f"{'models' if is_structure(table) else 'enums'}/{snake(title)}"
                if key not in self.files:
                    self.files[key] = {}  # ends the recursion for a structure that contains itself
                    self.files[key] = self._model(title, one) if is_structure(table) else _enum(title, one)
                return key
        raise DocsError(f"{link} is the type of a new field, and has no table; write its file by hand")

    def _partial(self, key: str) -> str:
        """Return the stub of a structure of which any field may be missing."""
        base = self.files.get(key) or self.schema.nodes[key].raw
        title = f"Partial{base['title']}"
        stub = f"models/{snake(title)}"
        copy = {"$ref": f"../{key}.json", "partial": True}
        self.files[stub] = _file(title, base["x-doc"]) | {"x-copy-of": copy, "type": "object", "properties": {}}
        return stub

    def _model(self, title: str, section: Section) -> dict[str, Any]:
        rows = [field_row(row) for table in section.tables[:1] for row in table.rows]
        return _file(title, section.at) | {
            "type": "object",
            "properties": {name: self.property_of(said) for name, said in rows},
            "required": [name for name, said in rows if said["required"]],
        }

    def event(self, key: str, said: dict[str, Any]) -> None:
        """Add the file of an event."""
        at = "events/gateway-events#" + said["event"].lower().replace("_", "-")
        raw = _file("".join(word.title() for word in said["event"].split("_")), at) | {"x-event": said["event"]}
        if said.get("intents"):
            raw["x-intents"] = said["intents"]
        if link := at in self.docs.sections and base(self.docs.sections[at]):
            raw["allOf"] = [{"$ref": f"../{self._file(link)}.json"}]
        raw |= {"type": "object", "properties": {}}
        for section in self.docs.below(at):
            if tables := [table for table in section.tables if is_structure(table)]:
                rows = [field_row(row) for row in tables[0].rows]
                raw["properties"] = {name: self.property_of(found) for name, found in rows}
                raw["required"] = [name for name, found in rows if found["required"]]
                break
        self.files[key] = raw


def _file(title: str, at: str) -> dict[str, Any]:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        "description": "TODO",
        "x-doc": at,
    }


def _enum(title: str, section: Section) -> dict[str, Any]:
    table = section.tables[0]
    is_text = all(cells.value(cell) is None for row in table.rows for cell in row.cells.values())
    rows = [row_of(said | {"value": value}, {}) for value, _, said in value_rows(table, is_text)]
    is_flags = any("<<" in cell for row in table.rows for cell in row.cells.values())
    return _file(title, section.at) | {
        "type": "string" if is_text else "integer",
        "x-kind": "flags" if is_flags else "enum",
        "x-values": rows,
    }


def _title(heading: str) -> str:
    return "".join(word.capitalize() for word in re.findall(r"\w+", heading) if word not in ("Structure", "Object"))


def row_of(said: dict[str, Any], like: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a value, with the keys that rows of its file need, such as ``like``."""
    row = {"name": said["name"], "value": said.get("value", 0)}
    row |= {"action": said.get("action", "stop")} if "action" in like else {}
    row["description"] = "TODO"
    row |= {"remedy": "TODO"} if "remedy" in like else {}
    row |= {"deprecated": True} if said.get("deprecated") else {}
    return row | {key: said.get(key, False) for key in ("send", "receive") if key in like}


def nullable(prop: dict[str, Any]) -> dict[str, Any]:
    """Return a property with null added; bounds stay with the type that they bound."""
    if "anyOf" in prop:
        return prop | {"anyOf": [*prop["anyOf"], {"type": "null"}]}
    if "$ref" in prop or _BOUNDS & set(prop):
        inner = {key: value for key, value in prop.items() if key in _BOUNDS | {"$ref", "type", "prefixItems"}}
        rest = {key: value for key, value in prop.items() if key not in inner}
        return {"anyOf": [inner, {"type": "null"}], **rest}
    kinds = prop.get("type")
    return prop | ({"type": [*([kinds] if isinstance(kinds, str) else kinds), "null"]} if kinds else {})
