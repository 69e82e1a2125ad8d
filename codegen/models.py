"""Runs datamodel-code-generator on the bundle, and gives each module our header and imports."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from .bundle import REF, bundle
from .load import Node, Schema, SchemaError, described, docstring
from .names import Names

TEMPLATES = Path(__file__).parent / "templates"
_OPTIONS = [
    "--input-file-type", "jsonschema",
    "--output-model-type", "pydantic_v2.BaseModel",
    "--target-python-version", "3.11",
    "--base-class", "gatewaysdk.bases.model.Model",
    "--formatters", "builtin",
    "--strict-nullable", "--use-exact-imports", "--disable-timestamp", "--strict-refs", "--skip-root-model",
    "--capitalise-enum-members", "--treat-dot-as-module", "--use-schema-description", "--use-single-line-docstring",
    "--use-default-kwarg", "--field-constraints", "--use-double-quotes",
]  # fmt: skip


def generate_models(schema: Schema, names: Names) -> dict[str, str]:
    """Return the text of every enum, model and event module, by its path within the package."""
    with tempfile.TemporaryDirectory() as scratch:
        output = _run_generator(schema, Path(scratch))
        files = {}
        for node in schema.folder("enums", "models", "events"):
            path = f"{node.folder}/{node.module}.py"
            source = output / path
            if not source.exists():
                raise SchemaError(f"datamodel-code-generator wrote no {path} for {node.key}.json")
            files[path] = _module(node, source.read_text(encoding="utf-8"), names)
        return files


def _run_generator(schema: Schema, scratch: Path) -> Path:
    templates = scratch / "templates"
    shutil.copytree(TEMPLATES / "dmcg", templates)
    enums = {node.title: _enum_data(node) for node in schema.folder("enums")}
    literal = json.dumps(enums, ensure_ascii=False)
    (templates / "enum_data.jinja2").write_text("{% set ENUMS = " + literal + " %}", encoding="utf-8")
    (scratch / "bundle.json").write_text(json.dumps(bundle(schema)), encoding="utf-8")
    data = {
        f"{node.folder}.{node.module}.{node.title}": _class_data(schema, node)
        for node in schema.folder("models", "events")
    }
    (scratch / "data.json").write_text(json.dumps(data), encoding="utf-8")
    output = scratch / "out"
    command = [sys.executable, "-m", "datamodel_code_generator", "--input", str(scratch / "bundle.json")]
    command += ["--output", str(output), "--custom-template-dir", str(templates)]
    command += ["--extra-template-data", str(scratch / "data.json"), *_OPTIONS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SchemaError(f"datamodel-code-generator failed: {done.stderr.strip()[-2000:]}")
    return output


def _enum_data(node: Node) -> dict[str, Any]:
    base = {"integer": "OpenIntEnum", "string": "OpenStrEnum"}[node.get("type")]
    if node.get("x-kind") == "flags":
        base = "Flags"
    elif node.get("x-key"):
        base = "KeyEnum"
    return {
        "base": base,
        "description": docstring(node.description),
        "members": [docstring(described(value)) for value in node.get("x-values")],
        "privileged": [value["name"] for value in node.get("x-values") if value.get("privileged")],
    }


def _class_data(schema: Schema, node: Node) -> dict[str, Any]:
    properties = schema.properties(node)
    lines = [f'event_name: ClassVar[str] = "{node.get("x-event")}"'] if node.folder == "events" else []
    certain = {
        name: {key: tuple(names) for key, names in prop["x-guaranteed-when"].items()}
        for name, (source, prop) in properties.items()
        if "x-guaranteed-when" in prop and source in (node, _copied(schema, node))
    }
    if certain:
        lines.append(f"_guaranteed_when: ClassVar[dict[str, dict[str, tuple[str, ...]]]] = {certain!r}")
    return {
        "summary": docstring(node.description),
        "field_docs": {name: docstring(described(prop)) for name, (_, prop) in properties.items()},
        "secrets": [name for name, (_, prop) in properties.items() if prop.get("x-secret")],
        "class_lines": lines,
    }


def _copied(schema: Schema, node: Node) -> Node | None:
    """Return the structure whose fields a class repeats, or None. A parent's class variables are inherited anyway."""
    copy = node.get("x-copy-of")
    return schema.resolve(node, copy["$ref"]) if copy else None


def _module(node: Node, text: str, names: Names) -> str:
    """Return a generated module with our header and only the imports that its classes use."""
    body = re.split(r"^(?=class )", text, maxsplit=1, flags=re.MULTILINE)[-1]
    body = body.replace(REF, "").replace("gatewaysdk.bases.model.Model", "Model")
    tree = ast.parse(body)
    classes = [item for item in tree.body if isinstance(item, ast.ClassDef)]
    if [item.name for item in classes] != [node.title]:
        raise SchemaError(f"{node.key}.json became {[item.name for item in classes]}, not one class {node.title}")
    bases = {name.id for base in classes[0].bases for name in ast.walk(base) if isinstance(name, ast.Name)}
    used = {name.id for name in ast.walk(tree) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)}
    return names.header(node.key) + names.imports(node, used, runtime=bases) + "\n\n" + body
