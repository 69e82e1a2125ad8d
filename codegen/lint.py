"""Checks the schema: each file against the meta-schema, then what takes several files to check."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from .load import Node, Schema, SchemaError, snake

_UNCLASSED = ("control", "gateway")
_ID = re.compile(r"(^|_)ids?$")


def lint(schema: Schema, root: Path) -> list[str]:
    """Return the faults of the schema, a line each with the file and the remedy; empty if there are none."""
    nodes = schema.nodes.values()
    # Each step relies on the one before: references are read from well-formed files, and properties by references.
    for step in (_worded, _form(root), _references, _ancestry):
        if problems := [problem for node in nodes for problem in step(schema, node)]:
            return problems
    problems = [f"{node.key}.json: {problem}" for node in nodes for problem in _problems(schema, node)]
    return problems + list(_across(schema))


def _worded(schema: Schema, node: Node) -> Iterator[str]:
    """Refuse what an import wrote in place of words that a person has to find."""
    for path, text in _texts(node.raw, "$"):
        if text.startswith("TODO"):
            yield f"{node.key}.json: at {path}: {text!r}; word it"


def _texts(part: Any, path: str) -> Iterator[tuple[str, str]]:
    """Yield every text of a file by its path."""
    if isinstance(part, str):
        yield path, part
    for key, value in part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ():
        yield from _texts(value, f"{path}[{key}]" if isinstance(key, int) else f"{path}.{key}")


def _form(root: Path) -> Callable[[Schema, Node], Iterator[str]]:
    meta = json.loads((root / "meta-schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(meta)

    def check(schema: Schema, node: Node) -> Iterator[str]:
        validator = Draft202012Validator({"$ref": f"#/$defs/{node.folder}", "$defs": meta["$defs"]})
        for error in sorted(validator.iter_errors(node.raw), key=lambda error: error.json_path):
            # The message begins with the value, which may be the whole file; the rule is at its end.
            said = error.message if len(error.message) < 250 else f"{error.message[:100]} ... {error.message[-100:]}"
            yield f"{node.key}.json: at {error.json_path}: {said}"

    return check


def _references(schema: Schema, node: Node) -> Iterator[str]:
    for ref in references(node.raw):
        try:
            schema.resolve(node, ref)
        except SchemaError as error:
            yield str(error)


def _ancestry(schema: Schema, node: Node) -> Iterator[str]:
    above = [node]
    for one in above:
        copy = one.get("x-copy-of")
        bases = schema.parents(one) + ([schema.resolve(one, copy["$ref"])] if copy else [])
        if any(base.key == node.key for base in bases):
            yield f"{node.key}.json is made from itself; take it out of its allOf or x-copy-of"
            return
        above += [base for base in bases if all(base.key != known.key for known in above)]


def _problems(schema: Schema, node: Node) -> Iterator[str]:
    if node.folder not in (*_UNCLASSED, "types") and snake(node.title) != node.module:
        yield f"title {node.title} belongs in {snake(node.title)}.json; rename one of them"
    properties = node.get("properties", {})
    for name, prop in properties.items():
        yield from _guarantees(schema, node, name, prop)
        yield from _text_ids(node, name, prop)
        yield from _undocumented(node, name, prop)
    for name in node.get("required", []):
        if name not in properties:
            yield f"required names {name}, which is no property"
    for rule in node.get("x-intents-when", []):
        for name in rule["when"]:
            if name not in properties:
                yield f"x-intents-when names {name}, which is no property"
    yield from _combinations(node)
    yield from _values(node)
    if copy := node.get("x-copy-of"):
        known = schema.properties(schema.resolve(node, copy["$ref"]))
        for keyword in ("include", "omit", "guaranteed"):
            for name in copy.get(keyword, []):
                if name not in known:
                    yield f"x-copy-of.{keyword} names {name}, which {copy['$ref']} does not have"


def _combinations(node: Node) -> Iterator[str]:
    needs = node.get("x-requires", {})
    named = [("x-one-of-required", name) for name in node.get("x-one-of-required", [])]
    named += [("x-requires", name) for one, others in needs.items() for name in (one, *others)]
    for keyword, name in named:
        if name not in node.get("properties", {}):
            yield f"{keyword} names {name}, which is no property"
        elif name in node.get("required", []):
            yield f"{keyword} names {name}, which is required in any case; take it out of one of them"


def _values(node: Node) -> Iterator[str]:
    values = node.get("x-values", [])
    for keyword in ("name", "value"):
        for value, count in Counter(row[keyword] for row in values).items():
            if count > 1:
                yield f"x-values has the {keyword} {value!r} {count} times"
    if node.get("x-kind") == "flags":
        for row in values:
            if row["value"].bit_count() != 1:
                yield f"{row['name']} is {row['value']}, which is not one bit"


def _guarantees(schema: Schema, node: Node, name: str, prop: dict[str, Any]) -> Iterator[str]:
    for sibling, certain in prop.get("x-guaranteed-when", {}).items():
        if sibling not in node.get("properties", {}):
            yield f"{name}.x-guaranteed-when names {sibling}, which is no property beside it"
        known = schema.properties(schema.resolve(node, prop["$ref"])) if "$ref" in prop else {}
        for one in certain:
            if one not in known:
                yield f"{name}.x-guaranteed-when names {one}, which its structure does not have"


def _undocumented(node: Node, name: str, prop: dict[str, Any]) -> Iterator[str]:
    if "x-undocumented" in prop and name in node.get("required", []):
        yield f"{name} is required, and Discord does not document it; take it out of required"


def _text_ids(node: Node, name: str, prop: dict[str, Any]) -> Iterator[str]:
    if node.folder in ("models", "events") and _ID.search(name) and _holds_text(prop):
        yield f"{name} is an id typed as a string; refer to ../types/text_id.json, as ETF may bring an integer"


def _holds_text(part: Any) -> bool:
    """Whether a property is, may be, or contains a plain string, rather than one of the types in ``types/``."""
    kinds = part.get("type", [])
    inner = [*part.get("anyOf", []), *(part[key] for key in ("items", "additionalProperties") if key in part)]
    return "string" in ([kinds] if isinstance(kinds, str) else kinds) or any(map(_holds_text, inner))


def _across(schema: Schema) -> Iterator[str]:
    classes = Counter(node.title for node in schema.nodes.values() if node.folder not in _UNCLASSED)
    for title, count in classes.items():
        if count > 1:
            yield f"{count} files have the title {title}; class names must differ"
    intents = {row["name"] for row in schema.node("enums/intents").get("x-values")}
    opcodes = {row["value"] for row in schema.node("enums/opcode").get("x-values")}
    events = Counter(node.get("x-event") for node in schema.folder("events") if "x-variant-of" not in node.raw)
    for event, count in events.items():
        if count > 1:
            yield f"{count} files are the event {event}; mark all but one with x-variant-of"
    for node in schema.folder("events", "commands"):
        for intent in _intents(node):
            if intent not in intents:
                yield f"{node.key}.json: intent {intent} is not in enums/intents.json"
    for node in schema.folder("control", "commands"):
        if node.get("x-opcode", 0) not in opcodes:
            yield f"{node.key}.json: opcode {node.get('x-opcode')} is not in enums/opcode.json"


def _intents(node: Node) -> list[str]:
    return [*node.get("x-intents", []), *(rule["intent"] for rule in node.get("x-intents-when", []))]


def references(part: Any) -> Iterator[str]:
    """Yield every reference to another file."""
    if isinstance(part, dict):
        for key, value in part.items():
            if key == "$ref" or (key == "x-flags-string"):
                yield value
            elif key == "mapping":
                yield from value.values()
            else:
                yield from references(value)
    elif isinstance(part, list):
        for item in part:
            yield from references(item)
