"""The reference of what is generated from the schema: a page for each event, command, structure and enum."""

from __future__ import annotations

from collections.abc import Iterator

from ..docs import DISCORD
from ..load import Node, Schema
from ..names import package

__all__ = ["generated_pages"]

FOLDERS = {"events": "Events", "commands": "Commands", "models": "Structures", "enums": "Enums"}
"""The folders of the package, each with its title."""


def generated_pages(schema: Schema) -> Iterator[tuple[str, str]]:
    """Yield the path and the text of each page, first the list of a folder, then what is in it."""
    for folder, title in FOLDERS.items():
        nodes = [node for node in schema.nodes.values() if node.get("x-doc") and package(node) == folder]
        nodes = sorted((node for node in nodes if node.folder != "types"), key=lambda node: node.title)
        rows = "".join(f"| [{node.title}]({folder}/{node.module}.md) | {node.description} |\n" for node in nodes)
        yield f"{folder}.md", f"# {title}\n\n| Class | What it is |\n|---|---|\n{rows}"
        for node in nodes:
            yield f"{folder}/{node.module}.md", _page(schema, node, folder)


def _page(schema: Schema, node: Node, folder: str) -> str:
    fields = list(schema.properties(node)) if folder in ("events", "models") else []
    # Named, as else the methods that all classes have would be on each page.
    members = "".join(f"        - {name}\n" for name in fields)
    options = f"    options:\n      inherited_members: true\n      members:\n{members}" if fields else ""
    return f"# {node.title}\n\n{_facts(node, folder)}\n\n::: gatewaysdk.{folder}.{node.title}\n{options}"


def _facts(node: Node, folder: str) -> str:
    facts = [f"[Discord's documentation]({DISCORD}{node.get('x-doc')})"]
    if event := node.get("x-event"):
        intents = " or ".join(f"`{name}`" for name in node.get("x-intents", []))
        facts = [f"Dispatched as `{event}`", f"intents: {intents or 'none, it always comes'}", *facts]
    if node.get("x-undocumented"):
        facts.append("not documented by Discord")
    if folder in ("events", "models"):
        facts.append("the same fields as a [struct](../../topics/structs.md) of `gatewaysdk.structs`")
    return " · ".join(facts)
