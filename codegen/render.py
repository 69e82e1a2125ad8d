"""Renders what datamodel-code-generator cannot: unions, commands, tables and the lists of exports."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .commands import command_fields, command_overloads
from .load import Node, Schema, docstring
from .names import Names, package
from .structs import render_structs

_PACKAGES = {
    "enums": "Enums and flags, all open to values that this release does not know.",
    "models": "Structures that events hold.",
    "events": "The events of the gateway, one class each.",
    "commands": "What a bot can send, one class each.",
}


def render(schema: Schema, names: Names) -> dict[str, str]:
    """Return the text of every file made by our own templates, by its path within the package."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # what is rendered is Python, not HTML
    )  # fmt: skip
    env.filters["quoted"] = lambda text: json.dumps(text, ensure_ascii=False)
    files = {}
    for node in schema.folder("unions"):
        files[f"models/{node.module}.py"] = _union(env, schema, names, node)
    for node in schema.folder("types"):
        if node.get("x-flags-string"):
            files[f"enums/{node.module}.py"] = _alias(env, schema, names, node)
    for node in schema.folder("commands"):
        files[f"commands/{node.module}.py"] = _command(env, schema, names, node)
    events = sorted((node.title, node.module) for node in schema.folder("events"))
    files["events/gateway_event.py"] = env.get_template("event_union.py.jinja2").render(events=events, bases="event")
    for folder, text in _PACKAGES.items():
        modules = sorted((node.title, node.module) for node in schema.nodes.values() if _placed(node) == folder)
        if folder == "events":
            modules = sorted([*modules, ("GatewayEvent", "gateway_event")])
        automatic = {node.title for node in schema.folder(folder) if node.get("x-automatic")}
        files[f"{folder}/__init__.py"] = env.get_template("package.py.jinja2").render(
            docstring=text, modules=modules, automatic=automatic
        )
    return files | render_structs(env, schema) | _tables(env, schema)


def _placed(node: Node) -> str | None:
    """Return the folder of the package that holds a node's class, None if it has no class of its own."""
    if node.folder in ("control", "gateway") or (node.folder == "types" and not node.get("x-flags-string")):
        return None
    return package(node)


def _render(env: Environment, names: Names, node: Node, template: str, **context: Any) -> str:
    """Return a rendered module. It is rendered twice, as the first time shows which names it uses."""
    source = env.get_template(template)
    shared = {"node": node, "header": "", "imports": "", "docstring": docstring(node.description)}
    tree = ast.parse(source.render(**shared, **context))
    used = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name)}
    shared |= {"header": names.header(node.key), "imports": names.imports(node, used, runtime=used)}
    return source.render(**shared, **context)


def _union(env: Environment, schema: Schema, names: Names, node: Node) -> str:
    rule = node.get("x-discriminator")
    mapping = [(value, schema.resolve(node, ref).title) for value, ref in rule["mapping"].items()]
    return _render(
        env, names, node, "union.py.jinja2",
        marker={"object": "OpenUnion", "parent": "ParentUnion"}[rule["in"]],
        key=rule["property"],
        mapping=mapping,
        members=list(dict.fromkeys(title for _, title in mapping)),
    )  # fmt: skip


def _alias(env: Environment, schema: Schema, names: Names, node: Node) -> str:
    flags = schema.resolve(node, node.get("x-flags-string")).title
    return _render(env, names, node, "alias.py.jinja2", flags=flags)


def _command(env: Environment, schema: Schema, names: Names, node: Node) -> str:
    lines = []
    if "x-opcode" in node.raw:
        lines.append(f"opcode: ClassVar[int] = {node.get('x-opcode')}")
    if rule := node.get("x-one-of-required"):
        lines.append(f"one_of: ClassVar[tuple[str, ...]] = {tuple(rule)!r}")
    if rule := node.get("x-requires"):
        lines.append(
            f"needs: ClassVar[dict[str, tuple[str, ...]]] = { {key: tuple(value) for key, value in rule.items()}!r}"
        )
    limits = {name: prop["x-max-bytes"] for name, prop in node.get("properties", {}).items() if "x-max-bytes" in prop}
    if limits:
        lines.append(f"max_bytes: ClassVar[dict[str, int]] = {limits!r}")
    nullable = [
        name for name, prop in node.get("properties", {}).items()
        if name not in node.get("required", []) and _admits_null(prop)
    ]  # fmt: skip
    if nullable:
        lines.append(f"nullable: ClassVar[frozenset[str]] = frozenset({nullable!r})")
    secrets = [name for name, prop in node.get("properties", {}).items() if prop.get("x-secret")]
    if secrets:
        lines.append(f"secrets: ClassVar[frozenset[str]] = frozenset({secrets!r})")
    if rules := node.get("x-intents-when"):
        rows = "".join(f"({rule['when']!r}, Intents.{rule['intent']})," for rule in rules)
        lines.append(f"needs_intents: ClassVar[tuple[tuple[dict[str, object], IntFlag], ...]] = ({rows})")
    fields = command_fields(schema, node)
    return _render(
        env, names, node, "command.py.jinja2",
        base=_base(node),
        class_lines=lines,
        fields=fields,
        overloads=command_overloads(schema, node, fields),
        is_value=node.get("x-payload") == "value",
    )  # fmt: skip


def _base(node: Node) -> str:
    if "x-opcode" not in node.raw:
        return "Outbound"
    return "ProtocolMessage" if node.get("x-automatic") else "Command"


def _admits_null(prop: dict[str, Any]) -> bool:
    kinds = [prop.get("type"), *(one.get("type") for one in prop.get("anyOf", []))]
    return any(kind == "null" or (isinstance(kind, list) and "null" in kind) for kind in kinds)


def _tables(env: Environment, schema: Schema) -> dict[str, str]:
    events = [node for node in schema.folder("events") if "x-variant-of" not in node.raw]
    intents = schema.node("enums/intents").get("x-values")
    order = [value["name"] for value in intents]
    codes = schema.node("gateway/close_codes")
    variants = [
        (
            node.get("x-event"),
            [row | {"title": schema.resolve(node, row["$ref"]).title} for row in node.get("x-variants")],
        )
        for node in events
        if node.get("x-variants")
    ]
    return {
        "tables/__init__.py": (
            '# Generated by `make generate` from schema/. Do not edit.\n\n"""Facts of the protocol as tables."""\n'
        ),
        "tables/events.py": env.get_template("table_events.py.jinja2").render(
            classes=[(node.get("x-event"), node.title) for node in events],
            variants=variants,
            first_shard=[node.get("x-event") for node in events if node.get("x-first-shard-only")],
        ),
        "tables/intents.py": env.get_template("table_intents.py.jinja2").render(
            privileged=[f"Intents.{value['name']}" for value in intents if value.get("privileged")],
            events=[(node.get("x-event"), _mask(node.get("x-intents", []))) for node in events],
            partly=[
                node.get("x-event")
                for node in events
                if node.get("x-intents") and set(node.get("x-intents")) <= set(node.get("x-without-intent", {}))
            ],
            intents=[
                (name, [node.get("x-event") for node in events if name in node.get("x-intents", [])]) for name in order
            ],
        ),
        "tables/close_codes.py": env.get_template("table_close_codes.py.jinja2").render(
            docstring=docstring(codes.description), rows=codes.get("x-values")
        ),
    }


def _mask(intents: list[str]) -> str:
    return " | ".join(f"Intents.{name}" for name in intents) or "Intents(0)"
