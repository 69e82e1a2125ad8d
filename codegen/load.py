"""Loads the schema into typed objects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

FOLDERS = ("types", "enums", "models", "unions", "events", "control", "commands", "gateway")


class SchemaError(Exception):
    """The schema has faults, so that nothing can be generated. The message names the file and the rule."""


@dataclass(frozen=True)
class Node:
    """One file of the schema.

    ``key`` is its path without ``.json``, such as ``models/user``; ``raw`` is its content.
    """

    key: str
    raw: dict[str, Any]

    @property
    def folder(self) -> str:
        return self.key.split("/")[0]

    @property
    def module(self) -> str:
        return self.key.split("/")[1]

    @property
    def title(self) -> str:
        return str(self.raw["title"])

    @property
    def description(self) -> str:
        return described(self.raw)

    def get(self, keyword: str, default: Any = None) -> Any:
        return self.raw.get(keyword, default)

    def target(self, ref: str) -> str:
        """Return the key of the file to which a relative reference in this file leads."""
        parts: list[str] = []
        for part in (PurePosixPath(self.folder) / ref).parts:
            if part == "..":
                parts.pop()
            else:
                parts.append(part)
        return "/".join(parts).removesuffix(".json")


@dataclass(frozen=True)
class Schema:
    """All files of the schema by key."""

    nodes: dict[str, Node]

    @classmethod
    def load(cls, root: Path) -> Schema:
        nodes = {}
        for folder in FOLDERS:
            for path in sorted((root / folder).glob("*.json")):
                key = f"{folder}/{path.stem}"
                try:
                    nodes[key] = Node(key, json.loads(path.read_text(encoding="utf-8")))
                except json.JSONDecodeError as error:
                    raise SchemaError(f"{key}.json is not JSON: {error}") from error
        if not nodes:
            raise SchemaError(f"{root} holds no schema")
        return cls(nodes)

    def folder(self, *names: str) -> list[Node]:
        return [node for node in self.nodes.values() if node.folder in names]

    def resolve(self, node: Node, ref: str) -> Node:
        key = node.target(ref)
        if key not in self.nodes:
            raise SchemaError(f"{node.key}.json refers to {ref}, which is no file of the schema")
        return self.nodes[key]

    def node(self, key: str) -> Node:
        if key not in self.nodes:
            raise SchemaError(f"{key}.json is missing; the tables are made from it")
        return self.nodes[key]

    def parents(self, node: Node) -> list[Node]:
        """Return the structures that a structure extends: those in its ``allOf``."""
        return [self.resolve(node, part["$ref"]) for part in node.get("allOf", [])]

    def properties(self, node: Node) -> dict[str, tuple[Node, dict[str, Any]]]:
        """Return every property of a structure by name, inherited ones first, each with the file that defines it."""
        found: dict[str, tuple[Node, dict[str, Any]]] = {}
        for parent in self.parents(node):
            found |= self.properties(parent)
        if copy := node.get("x-copy-of"):
            inherited = self.properties(self.resolve(node, copy["$ref"]))
            keep = copy.get("include", inherited)
            found |= {name: inherited[name] for name in inherited if name in keep and name not in copy.get("omit", ())}
        found |= {name: (node, prop) for name, prop in node.get("properties", {}).items()}
        return found

    def required(self, node: Node) -> set[str]:
        """Return the names of the properties that are always present."""
        names = set(node.get("required", ()))
        for parent in self.parents(node):
            names |= self.required(parent)
        if copy := node.get("x-copy-of"):
            if copy.get("partial"):
                names |= set(copy.get("guaranteed", ()))
            else:
                names |= self.required(self.resolve(node, copy["$ref"])) & set(self.properties(node))
        return names


def described(part: dict[str, Any]) -> str:
    """Return the description of a property, a value or a file. It says so if Discord does not document that."""
    return str(part["description"]) + (" Discord does not document it." if "x-undocumented" in part else "")


def docstring(text: str) -> str:
    """Return text that is safe between triple quotes: templates get it raw."""
    return text.replace("\\", "\\\\").replace('"""', "'''").removesuffix('"')


def snake(title: str) -> str:
    """Return the name of a class's module: ``OAuth2Scope`` -> ``oauth2_scope``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", title.replace("OAuth", "Oauth")).lower()
