"""docs/reference is what the schema says."""

from __future__ import annotations

from pathlib import Path

import pytest

from codegen.docs import main, reference
from codegen.load import Schema

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return reference(Schema.load(ROOT / "schema"))


def test_the_pages_are_current() -> None:
    assert main(["--check"]) == 0


def test_what_was_edited_removed_or_added_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--output", str(tmp_path), "--check"]) == 0
    with (tmp_path / "events.md").open("a", encoding="utf-8") as page:
        page.write("by hand\n")
    (tmp_path / "intents.md").unlink()
    (tmp_path / "more.md").write_text("by hand\n", encoding="utf-8")
    assert main(["--output", str(tmp_path), "--check"]) == 1
    assert [line.split()[1].split("/")[-1] for line in capsys.readouterr().err.splitlines()] == [
        "events.md", "intents.md", "more.md",
    ]  # fmt: skip
    assert main(["--output", str(tmp_path)]) == 0
    assert main(["--output", str(tmp_path), "--check"]) == 0


def test_an_unusable_schema_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--schema", str(tmp_path), "--check"]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_tables_have_as_many_cells_in_each_row(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        width = 0
        for line in text.splitlines():
            cells = line.replace("\\|", "").count("|") if line.startswith("|") else 0
            assert not width or cells in (0, width), f"{name}: {line}"
            width = cells


def test_what_matters_about_an_event_stands_in_its_row(pages: dict[str, str]) -> None:
    rows = {line.split("]")[0][3:]: line for line in pages["events.md"].splitlines() if line.startswith("| [")}
    assert "GUILD_MESSAGES or DIRECT_MESSAGES" in rows["MESSAGE_CREATE"]
    assert "always comes" in rows["INTERACTION_CREATE"]
    assert "First shard only." in rows["ENTITLEMENT_CREATE"]
    assert "May be a `GuildCreateUnavailable`." in rows["GUILD_CREATE"]
    assert "Answers RESUME." in rows["RESUMED"]
