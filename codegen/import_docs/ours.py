"""Reads what the schema says of a place, in the aspects of ``facts.py``; compares types of the two."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from codegen.load import Node, Schema

from .pages import Docs, DocsError

PROSE = (
    "x-copy-of", "x-permissions-any", "x-first-shard-only", "x-without-intent", "x-variants", "x-one-of-required",
    "x-requires", "x-intents-when", "x-guaranteed-when", "x-requires-intent", "x-max-bytes", "readOnly", "writeOnly",
)  # fmt: skip
"""Keywords for what is not in a table of the documentation. Each use needs an entry in overrides.toml."""

_TYPES = {
    "types/snowflake": ("snowflake",),
    "types/text_id": ("string",),
    "types/timestamp": ("timestamp",),
    "types/permissions_string": ("string",),
    "types/application_flags_string": ("string",),
    "types/presence_boolean": ("null",),
    "types/option_value": ("string | integer | number | boolean",),
}
_FORM = re.compile(r"(array|map|pair)<(.*)>")


def places(schema: Schema) -> Iterator[str]:
    """Yield every place of the schema that may be documented."""
    for node in schema.folder("enums", "models", "unions", "events", "control", "commands", "gateway"):
        if "x-variant-of" in node.raw:
            continue
        yield node.key
        yield from (f"{node.key}#{name}" for name in node.get("properties", {}))
        yield from (f"{node.key}#{row['name']}" for row in node.get("x-values", []))


def find(schema: Schema, place: str) -> tuple[Node, str | None]:
    """Return the file and the member that a place names, following ``a[].b`` through references.

    Raises ``DocsError`` if the schema does not have the file. Whether the member exists is not checked.
    """
    key, _, path = place.partition("#")
    if key not in schema.nodes:
        raise DocsError(f"{place} names a file that the schema does not have")
    node = schema.nodes[key]
    steps = path.replace("[]", "").split(".")
    for step in steps[:-1]:
        _, prop = schema.properties(node).get(step, (node, {}))
        refs = [ref for ref in _refs(prop) if schema.resolve(node, ref).folder == "models"]
        if not refs:
            raise DocsError(f"{place}: {step} in {node.key} does not refer to a model")
        node = schema.resolve(schema.properties(node)[step][0], refs[0])
    return node, steps[-1] or None


def aspects(schema: Schema, place: str) -> dict[str, Any] | None:
    """Return what the schema says of a place; None if it does not have the place."""
    if place.partition("#")[0] not in schema.nodes:
        return None
    node, member = find(schema, place)
    if member is None:
        return _kept(_whole(schema, node))
    for row in node.get("x-values", []):
        if row["name"] == member:
            return _kept(_value(node, row))
    if member not in schema.properties(node):
        return None
    source, prop = schema.properties(node)[member]
    return _kept({
        "type": render(source, prop),
        "required": member in schema.required(node),
        "nullable": "null" in _kinds(prop),
        "deprecated": prop.get("deprecated"),
        "const": prop.get("const"),
        "only_for": sorted(prop.get("x-only-for", [])),
        "undocumented": prop.get("x-undocumented"),
        **{key: prop.get(key) for key in PROSE},
    })  # fmt: skip


def _kept(found: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in found.items() if value not in (None, False, [])}


def _whole(schema: Schema, node: Node) -> dict[str, Any]:
    copy = node.get("x-copy-of", {})
    found = {key: node.get(key) for key in PROSE} | {
        "documented": "x-undocumented" not in node.raw,
        "undocumented": node.get("x-undocumented"),
        "x-copy-of": _kept_of(copy),
    }
    if node.folder == "events":
        bases = [*node.get("allOf", []), *([copy] if copy else [])]
        found |= {"event": node.get("x-event"), "intents": sorted(node.get("x-intents", []))}
        found["base"] = node.target(bases[0]["$ref"]) if bases else None
    if rule := node.get("x-discriminator"):
        found["members"] = sorted({node.target(ref) for ref in rule["mapping"].values()})
    return found


def _kept_of(copy: dict[str, Any]) -> dict[str, Any] | None:
    """Return which fields a copy has, None if all of them: whether they may be missing is compared where it is used."""
    rule = {key: value for key, value in copy.items() if key != "$ref"}
    return rule if set(rule) - {"partial"} else None


def _value(node: Node, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "value": row["value"] or None,
        "name": row["name"],
        "undocumented": row.get("x-undocumented", node.get("x-undocumented")),
        **{key: row.get(key) for key in ("deprecated", "privileged", "send", "receive", "action")},
    }


def _kinds(prop: dict[str, Any]) -> list[str]:
    kinds = prop.get("type", [])
    return [*([kinds] if isinstance(kinds, str) else kinds), *(k for one in prop.get("anyOf", []) for k in _kinds(one))]


def _refs(prop: dict[str, Any]) -> list[str]:
    own = [prop["$ref"]] if "$ref" in prop else []
    inner = [*prop.get("anyOf", []), *(prop[key] for key in ("items", "additionalProperties") if key in prop)]
    return own + [ref for one in inner for ref in _refs(one)]


def render(node: Node, prop: dict[str, Any]) -> str:
    """Return a type in one line, as ``cells.kind`` does, with the keys of files in place of links."""
    if "anyOf" in prop:
        parts = [render(node, part) for part in prop["anyOf"] if part.get("type") != "null"]
    elif "$ref" in prop:
        return node.target(prop["$ref"])
    elif "prefixItems" in prop:
        return f"pair<{render(node, prop['prefixItems'][0])}>"
    else:
        kinds = [kind for kind in _kinds(prop) if kind != "null"]
        inner = {"array": "items", "object": "additionalProperties"}
        forms = {"array": "array", "object": "map"}
        parts = [
            f"{forms[kind]}<{render(node, prop[inner[kind]])}>" if inner.get(kind) in prop else kind for kind in kinds
        ]
    return " | ".join(parts) or "any"


def agrees(docs: Docs, schema: Schema, theirs: str, mine: str) -> bool:
    """Whether two types mean the same. That of the schema may be narrower: an enum in place of an integer."""
    if theirs == mine or (theirs, mine) in {("map<any>", "object"), ("array<any>", "array")}:
        return True
    outer, inner = _FORM.fullmatch(theirs), _FORM.fullmatch(mine)
    if outer and inner:
        return outer[1] == inner[1] and (outer[2] == "any" or agrees(docs, schema, outer[2], inner[2]))
    if " | " in mine and mine not in schema.nodes:
        split = theirs.split(" | "), mine.split(" | ")
        return len(split[0]) == len(split[1]) and all(agrees(docs, schema, *pair) for pair in zip(*split, strict=True))
    if mine in _TYPES:
        return theirs in _TYPES[mine]
    node = schema.nodes.get(mine)
    if node is None or (theirs == "object" and node.folder in ("models", "commands")):
        return node is not None
    if node.folder == "enums" and theirs == node.get("type"):
        return True
    is_part = bool(node.get("x-copy-of", {}).get("partial"))
    links = [part.removeprefix("partial ") for part in theirs.split(" | ")]
    return is_part == ("partial " in theirs) and all(
        link.startswith("@") and _covers(docs, schema, node, link[1:]) for link in links
    )


def _covers(docs: Docs, schema: Schema, node: Node, link: str) -> bool:
    """Whether a link leads to the section of a file, to one around it, or to one within it."""
    ats = [node.get("x-doc")]
    if copy := node.get("x-copy-of"):
        ats.append(schema.resolve(node, copy["$ref"]).get("x-doc"))
    return any(docs.is_within(at, link) or docs.is_within(link, at) for at in ats)
