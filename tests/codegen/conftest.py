"""Copies of the schema and the package, free to be broken."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codegen.__main__ import main

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Workspace:
    """A schema and a package of one's own."""

    root: Path

    @property
    def schema(self) -> Path:
        return self.root / "schema"

    @property
    def package(self) -> Path:
        return self.root / "src" / "gatewaysdk"

    def codegen(self, *options: str) -> int:
        """Run the generator in this process and return its exit code."""
        return main(["--schema", str(self.schema), "--package", str(self.package), *options])

    def edit(self, key: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change one file of the schema."""
        path = self.schema / f"{key}.json"
        raw = json.loads(path.read_text(encoding="utf-8"))
        change(raw)
        path.write_text(json.dumps(raw), encoding="utf-8")

    def add(self, key: str, raw: dict[str, Any]) -> None:
        """Add a file to the schema."""
        whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", **raw}
        (self.schema / f"{key}.json").write_text(json.dumps(whole), encoding="utf-8")

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run Python where ``gatewaysdk`` is the copy."""
        command = [sys.executable, *arguments]
        environment = {"PYTHONPATH": str(self.root / "src"), "PATH": ""}
        return subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, check=False)

    def bytes(self) -> dict[str, bytes]:
        """Return the content of every file of the package."""
        return {
            path.relative_to(self.package).as_posix(): path.read_bytes() for path in sorted(self.package.rglob("*.py"))
        }


def make_workspace(root: Path) -> Workspace:
    ignored = shutil.ignore_patterns("__pycache__", ".mypy_cache")
    shutil.copytree(ROOT / "schema", root / "schema")
    shutil.copytree(ROOT / "src" / "gatewaysdk", root / "src" / "gatewaysdk", ignore=ignored)
    return Workspace(root)


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path)
