"""The documentation of a gateway of parades, with every irregularity of the real one, and a schema that fits."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from codegen.import_docs.__main__ import main
from codegen.lint import lint
from codegen.load import Schema

PARADE = Path(__file__).parent / "parade"
ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Checkout:
    """A copy of the fixture's documentation and schema, free to be changed."""

    root: Path

    @property
    def docs(self) -> Path:
        return self.root / "docs"

    @property
    def schema(self) -> Path:
        return self.root / "schema"

    def run(self, *options: str, docs: Path | None = None) -> tuple[int, dict[str, Any]]:
        """Run an import; return its exit code and its report, which is empty when it could not read something."""
        report = self.root / "report.json"
        report.unlink(missing_ok=True)
        where = ["--schema", str(self.schema), "--json", str(report), "--report", str(self.root / "report.md")]
        code = main([str(docs or self.docs), *where, *options])
        return code, json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}

    @property
    def markdown(self) -> str:
        """The report of the last import, for a pull request."""
        return (self.root / "report.md").read_text(encoding="utf-8")

    def change(self, page: str, old: str, new: str) -> None:
        """Change the one place of a page, or of a file of the schema, that has these words."""
        path = self.root / page if page.startswith("schema/") else self.docs / "developers" / f"{page}.mdx"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {page}"
        path.write_text(text.replace(old, new), encoding="utf-8")

    def raw(self, key: str) -> Any:
        """Return a file of the schema."""
        return json.loads((self.schema / f"{key}.json").read_text(encoding="utf-8"))

    def lint(self) -> list[str]:
        """Return what the linter says of the schema."""
        return lint(Schema.load(self.schema), self.schema)

    def files(self) -> dict[str, str]:
        """Return the text of every file of the schema."""
        return {path.name: path.read_text(encoding="utf-8") for path in sorted(self.schema.rglob("*.*"))}


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    shutil.copytree(PARADE, tmp_path, dirs_exist_ok=True)
    shutil.copy(ROOT / "schema" / "meta-schema.json", tmp_path / "schema")
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "march.py").write_text("MOST_PARADES = 7\n", encoding="utf-8")
    return Checkout(tmp_path)


@pytest.fixture
def imported(checkout: Checkout) -> Checkout:
    """The copy after a first import, so that what changes later is Discord's doing."""
    assert checkout.run("--write")[0] == 0
    return checkout
