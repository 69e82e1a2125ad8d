"""Formats the generated files, checks that each one parses, and writes or compares them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from .load import SchemaError

FOLDERS = ("enums", "models", "structs", "events", "commands", "tables")
"""Folders of the package that hold generated files and nothing else."""


def formatted(files: dict[str, str], config: Path) -> dict[str, str]:
    """Return the files, formatted by ruff, after checking that each one parses."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        for name, text in files.items():
            try:
                ast.parse(text)
            except SyntaxError as error:
                raise SchemaError(f"{name} would not be Python: line {error.lineno}: {error.msg}") from error
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        _ruff(root, config, "check", "--fix", "--quiet", "--select", "I,UP037")
        _ruff(root, config, "format", "--quiet")
        return {name: (root / name).read_text(encoding="utf-8") for name in files}


def _ruff(root: Path, config: Path, *arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--no-cache", "--config", str(config), str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SchemaError(f"ruff {arguments[0]} failed: {done.stdout}{done.stderr}")


def differences(files: dict[str, str], package: Path) -> list[str]:
    """Return the differences between the generated files and those in the package, a line each."""
    found = []
    for name, text in sorted(files.items()):
        path = package / name
        if not path.exists():
            found.append(f"missing: {name}")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"differs: {name}")
    for folder in FOLDERS:
        names = sorted(path.relative_to(package).as_posix() for path in (package / folder).rglob("*.py"))
        found += [f"not generated: {name}" for name in names if name not in files]
    return found


def write(files: dict[str, str], package: Path) -> None:
    """Replace the generated folders of the package."""
    for folder in FOLDERS:
        shutil.rmtree(package / folder, ignore_errors=True)
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
