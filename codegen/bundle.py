"""Combines the schema into one document, which datamodel-code-generator splits into modules."""

from __future__ import annotations

from typing import Any

from .load import Node, Schema

REF = "Ref_"
"""Prefix of imported names in the generator's output. Without it, a class that refers to itself would be renamed."""

# Bounds on what arrives are Discord's to keep, so models do not check them, and what a missing key stands for
# is for its description to say: in Python it is None. Descriptions reach the template through models.py.
_DROPPED = {
    "$schema", "minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern", "default",
    "deprecated", "readOnly", "writeOnly", "description",
}  # fmt: skip


def bundle(schema: Schema) -> dict[str, Any]:
    """Return a JSON Schema whose ``$defs`` keys are ``folder.module.Class``.

    Each reference names a stub that is imported, so that every class is generated alone: circular structures need not
    share one module.
    """
    defs: dict[str, Any] = {}
    names = [node.title for node in schema.folder("types", "enums", "models", "unions", "events", "commands")]
    for name in [*names, "Event", "IntegerPair"]:
        defs[f"ref.{name}"] = {"type": "object", "x-python-import": {"module": "refs", "name": REF + name}}
    for node in schema.folder("enums"):
        defs[f"enums.{node.module}.{node.title}"] = _enum(node)
    for node in schema.folder("models", "events"):
        defs[f"{node.folder}.{node.module}.{node.title}"] = _structure(schema, node)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$defs": defs}


def _stub(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/ref.{name}"}


def _enum(node: Node) -> dict[str, Any]:
    values = node.get("x-values")
    return {
        "title": node.title,
        "type": node.get("type"),
        "enum": [value["value"] for value in values],
        "x-enum-varnames": [value["name"] for value in values],
    }


def _structure(schema: Schema, node: Node) -> dict[str, Any]:
    parents = schema.parents(node)
    inherited = {name for parent in parents for name in schema.properties(parent)}
    own = {
        name: found for name, found in schema.properties(node).items()
        if name not in inherited or name in node.get("properties", {})
    }  # fmt: skip
    required = schema.required(node)
    result: dict[str, Any] = {
        "title": node.title,
        "description": node.description,
        "type": "object",
        "properties": {name: _plain(schema, source, prop) for name, (source, prop) in own.items()},
        "required": [name for name in own if name in required],
    }
    bases = ["Event"] if node.folder == "events" else []
    bases += [parent.title for parent in parents]
    if bases:
        result["allOf"] = [_stub(base) for base in bases]
    return result


def _plain(schema: Schema, node: Node, part: Any) -> Any:
    """Return a part of a schema with stubs in place of references, and without keywords that models do not check."""
    if isinstance(part, list):
        return [_plain(schema, node, item) for item in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key == "default"}
    if "prefixItems" in part:
        kept.pop("default", None)
        return _stub("IntegerPair") | kept
    if "$ref" in part:
        target = schema.resolve(node, part["$ref"])
        if target.title != "PresenceBoolean":
            kept.pop("default", None)
        return _stub(target.title) | kept
    return {
        key: _plain(schema, node, value)
        for key, value in part.items()
        if key == "properties" or (key not in _DROPPED and not key.startswith("x-"))
    }
