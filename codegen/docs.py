"""``python -m codegen.docs [--check]``: write the pages of docs/reference, or check that they are current."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from .load import Node, Schema, SchemaError

ROOT = Path(__file__).resolve().parent.parent
DISCORD = "https://discord.com/developers/docs/"


def reference(schema: Schema) -> dict[str, str]:
    """Return the pages of docs/reference by name."""
    env = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates" / "docs"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # what is rendered is Markdown, not HTML
    )
    env.filters["cell"] = _cell
    env.filters["doc"] = lambda node: DISCORD + node.get("x-doc")
    intents = schema.nodes["enums/intents"].get("x-values")
    events = [node for node in schema.folder("events") if "x-variant-of" not in node.raw]
    sent = [(node, _fields(schema, node)) for node in schema.folder("commands")]
    context = {
        "events": [(node, _notes(schema, node)) for node in events],
        "intents": [
            (row, [node for node in events if row["name"] in node.get("x-intents", [])])
            for row in sorted(intents, key=lambda row: int(row["value"]))
        ],
        "close_codes": schema.nodes["gateway/close_codes"].get("x-values"),
        "opcodes": [(row, _direction(row)) for row in schema.nodes["enums/opcode"].get("x-values")],
        "commands": [one for one in sent if "x-opcode" in one[0].raw and not one[0].get("x-automatic")],
        "automatic": [one for one in sent if one[0].get("x-automatic")],
        "parts": [one for one in sent if "x-opcode" not in one[0].raw],
    }
    return {
        name.removesuffix(".jinja2"): env.get_template(name).render(context)
        for name in sorted(env.list_templates(extensions=["jinja2"]))
    }


def _cell(text: str) -> str:
    """Return text escaped for a cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _notes(schema: Schema, node: Node) -> str:
    notes = []
    if node.get("x-first-shard-only"):
        notes.append("First shard only.")
    if answered := node.get("x-response-to"):
        notes.append(f"Answers {answered if isinstance(answered, str) else ' or '.join(answered)}.")
    notes += [f"May be a `{schema.resolve(node, row['$ref']).title}`." for row in node.get("x-variants", [])]
    return " ".join(notes)


def _direction(row: dict[str, Any]) -> str:
    return " and ".join(word for word, is_so in (("sent", row["send"]), ("received", row["receive"])) if is_so)


def _fields(schema: Schema, node: Node) -> list[tuple[str, str, str]]:
    """Return the name, presence and description of each field of a command."""
    if node.get("x-payload") == "value":
        return [(str(node.get("x-value-name")), "required", str(node.get("x-value-description")))]
    presence = dict.fromkeys(schema.required(node), "required")
    presence |= dict.fromkeys(node.get("x-one-of-required", []), "one of these")
    for name, others in node.get("x-requires", {}).items():
        presence |= dict.fromkeys(others, f"with `{name}`")
    return [
        (name, presence.get(name, "optional"), prop["description"]) for name, prop in node.raw["properties"].items()
    ]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m codegen.docs", description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 when a page is not current")
    parser.add_argument("--schema", type=Path, default=ROOT / "schema", help="the schema to read")
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "reference", help="the folder to write into")
    options = parser.parse_args(argv)
    try:
        pages = reference(Schema.load(options.schema))
    except SchemaError as error:
        print(f"codegen.docs: {error}", file=sys.stderr)
        return 1
    present = {path.name: path.read_text(encoding="utf-8") for path in options.output.glob("*.md")}
    if options.check:
        stale = sorted(name for name in present.keys() | pages.keys() if present.get(name) != pages.get(name))
        for name in stale:
            print(
                f"codegen.docs: {options.output.name}/{name} is not what schema/ says; run `make docs` and commit",
                file=sys.stderr,
            )
        if stale:
            return 1
    else:
        options.output.mkdir(parents=True, exist_ok=True)
        for name in present.keys() - pages.keys():
            (options.output / name).unlink()
        for name, text in pages.items():
            (options.output / name).write_text(text, encoding="utf-8")
    print(f"{len(pages)} pages {'checked' if options.check else 'written'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
