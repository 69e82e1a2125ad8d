"""The fields of commands, as the command template needs them."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

from .load import Node, Schema, described, docstring

_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
_BOUNDS = {
    "minLength": "min_length", "maxLength": "max_length", "minimum": "ge", "maximum": "le",
    "minItems": "min_length", "maxItems": "max_length",
}  # fmt: skip


@dataclass(frozen=True)
class CommandField:
    """A field, as the class declares it and as callers pass it."""

    name: str
    annotation: str
    taken: str
    arguments: list[str]
    doc: str
    optional: bool

    @property
    def declaration(self) -> str:
        """The field in the body of the class; what only says that it may be left out needs no ``Field``."""
        if not self.arguments:
            return f"{self.name}: {self.annotation}"
        value = "None" if self.arguments == ["default=None"] else f"Field({', '.join(self.arguments)})"
        return f"{self.name}: {self.annotation} = {value}"

    @property
    def parameter(self) -> str:
        """The parameter in the signature of the constructor itself."""
        return f"{self.name}: {self.taken} | Unset = UNSET" if self.optional else f"{self.name}: {self.taken}"

    @property
    def overloaded(self) -> str:
        """The parameter in an overload, where ``...`` stands for the default."""
        return f"{self.name}: {self.taken} | Unset = ..." if self.optional else f"{self.name}: {self.taken}"


def command_fields(schema: Schema, node: Node) -> list[CommandField]:
    """Return the fields of a command in the order of the schema."""
    if node.get("x-payload") == "value":
        prop = {"type": node.get("type"), "description": node.get("x-value-description")}
        return [_field(schema, node, str(node.get("x-value-name")), prop, optional=False)]
    required = schema.required(node)
    return [
        _field(schema, node, name, prop, optional=name not in required) for name, prop in node.raw["properties"].items()
    ]


def command_overloads(schema: Schema, node: Node, fields: list[CommandField]) -> list[list[CommandField]]:
    """Return the fields of each overload: one for each combination that Discord takes; empty if it takes all of them.

    A combination has exactly one of the fields in ``x-one-of-required``. A field that ``x-requires`` ties to another
    one goes only with that one.
    """
    rivals, needs = node.get("x-one-of-required", []), node.get("x-requires", {})
    required = schema.required(node)
    free = [name for name in needs if name not in rivals]
    choices = [[{name} for name in rivals] or [set()], *([{name}, set()] for name in free)]
    combinations: list[set[str]] = []
    for chosen in product(*choices):
        there = required.union(*chosen)
        while more := {other for name in there for other in needs.get(name, [])} - there:
            there |= more
        if there not in combinations:
            combinations.append(there)
    ruled = {*rivals, *free, *(other for others in needs.values() for other in others)}
    if len(combinations) < 2:
        return []
    return [
        [
            replace(field, optional=field.name not in there)
            for field in fields
            if field.name in there or field.name not in ruled
        ]
        for there in combinations
    ]


def _field(schema: Schema, node: Node, name: str, prop: dict[str, Any], *, optional: bool) -> CommandField:
    kept, taken = _types(schema, node, prop)
    arguments = [f"{_BOUNDS[key]}={prop[key]}" for key in _BOUNDS if key in prop and "prefixItems" not in prop]
    if optional:
        arguments.insert(0, "default=None")
        kept += "" if "None" in kept.split(" | ") else " | None"
    if prop.get("x-secret"):
        arguments.append("repr=False")
    return CommandField(name, kept, taken, arguments, docstring(described(prop)), optional)


def _types(schema: Schema, node: Node, prop: dict[str, Any]) -> tuple[str, str]:
    """Return the type of a field, and the wider type of its parameter."""
    if "prefixItems" in prop:
        return "IntegerPair", "tuple[int, int]"
    if "anyOf" in prop:
        # Lists first: pydantic writes a value as the first type that takes it, and ids take anything as text.
        parts = sorted(prop["anyOf"], key=lambda part: part.get("type") != "array")
        both = [_types(schema, node, part) for part in parts]
        # A bound within an alternative applies to that alternative only.
        bounded = [_bounded(one, part) for (one, _), part in zip(both, parts, strict=True)]
        return " | ".join(bounded), " | ".join(dict.fromkeys(taken for _, taken in both))
    if "$ref" in prop:
        return _referred(schema.resolve(node, prop["$ref"]))
    kind = prop["type"]
    if isinstance(kind, list):
        both = [_types(schema, node, prop | {"type": one}) for one in kind]
        return " | ".join(kept for kept, _ in both), " | ".join(taken for _, taken in both)
    if kind == "array":
        item, taken = _types(schema, node, prop["items"])
        return f"list[{item}]", f"Sequence[{taken}]"
    return _SCALARS[kind], _SCALARS[kind]


def _bounded(kept: str, part: dict[str, Any]) -> str:
    bounds = [f"{_BOUNDS[key]}={part[key]}" for key in _BOUNDS if key in part]
    return f"Annotated[{kept}, Field({', '.join(bounds)})]" if bounds else kept


def _referred(target: Node) -> tuple[str, str]:
    if target.title == "Snowflake":
        return "Snowflake", "SnowflakeLike"
    if target.folder == "enums":
        if target.get("type") != "string":
            return target.title, f"{target.title} | int"
        values = ", ".join(json.dumps(row["value"]) for row in target.get("x-values"))
        return target.title, f"{target.title} | Literal[{values}]"
    return target.title, target.title
