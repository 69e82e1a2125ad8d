"""A second opinion from discord-api-types: where its interfaces and enums differ from the schema, for information."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from codegen.load import Node, Schema

from .ours import aspects
from .pages import DocsError

_START = re.compile(r"export (?:declare )?(?:const )?(interface|enum) (\w+)")
_FIELD = re.compile(r"(?:readonly )?['\"]?(\w+)['\"]?(\?)?: (.*?);?")
_VALUE = re.compile(r"\w+(?: = (.*?))?,?")
_SHIFT = re.compile(r"(\d+) << (\d+)")


def second_opinion(folder: Path, schema: Schema) -> list[str]:
    """Return a line for each field and value that differs. Those that only the schema has are left out."""
    files = [path for path in sorted(folder.rglob("*.ts")) if "v10" in path.as_posix() and "deno" not in path.parts]
    if not files:
        raise DocsError(f"{folder} holds no v10 of discord-api-types; unpack the package, or name a checkout of it")
    by_name = {name: node for node in schema.folder("models", "events", "enums", "commands") for name in _names(node)}
    found = []
    for path in files:
        for kind, name, lines in _declarations(path.read_text(encoding="utf-8")):
            node = by_name.get(name)
            if node is not None and (kind == "enum") == (node.folder == "enums"):
                found_here = _values(node, lines) if kind == "enum" else _fields(schema, node, lines)
                found += [f"`{node.key}` {line} ({name})" for line in found_here]
    return sorted(set(found))


def _names(node: Node) -> list[str]:
    title = node.title
    if node.folder == "enums":
        return [title, title.removesuffix("Flags") + "Flags", f"Gateway{title}"]
    if node.folder == "models":
        return [f"API{title}", f"API{title}Base", f"Gateway{title}", f"Gateway{title}Data"]
    return [f"Gateway{title}DispatchData", f"Gateway{title}Data"]


def _declarations(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """Yield the kind and name of each interface and enum, with the lines at its first level."""
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    current: list[str] | None = None
    kind = name = ""
    depth = 0
    for line in plain.splitlines():
        bare = line.strip()
        if depth == 0 and (start := _START.match(bare)):
            kind, name, current = start[1], start[2], []
        elif current is not None and depth == 1 and bare and bare != "}":
            current.append(bare)
        depth += bare.count("{") - bare.count("}")
        if current is not None and depth == 0 and bare.endswith("}"):
            yield kind, name, current
            current = None


def _fields(schema: Schema, node: Node, lines: list[str]) -> Iterator[str]:
    for line in lines:
        found = _FIELD.fullmatch(line)
        if not found:
            continue
        mine = aspects(schema, f"{node.key}#{found[1]}")
        if mine is None:
            yield f"has no {found[1]}"
        elif "undocumented" not in mine and not found[3].endswith("{"):
            if mine.get("required", False) == bool(found[2]):
                yield f"{found[1]} is {'optional' if found[2] else 'required'} there"
            if mine.get("nullable", False) != (found[3].endswith("null") or "null |" in found[3]):
                yield f"{found[1]} is {'not ' if mine.get('nullable') else ''}nullable there"


def _values(node: Node, lines: list[str]) -> Iterator[str]:
    known = {row["value"] for row in node.get("x-values")}
    following = 0
    for line in lines:
        found = _VALUE.fullmatch(line)
        if not found:
            continue
        value = _literal(found[1]) if found[1] else following
        if value is None:
            continue
        following = value + 1 if isinstance(value, int) else 0
        if value not in known:
            yield f"has no value {value!r}"


def _literal(text: str) -> int | str | None:
    if shift := _SHIFT.fullmatch(text):
        return int(shift[1]) << int(shift[2])
    if re.fullmatch(r"[\d_]+", text):
        return int(text)
    return text[1:-1] if re.fullmatch(r"'[^']*'|\"[^\"]*\"", text) else None
