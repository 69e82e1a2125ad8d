"""MDX into sections, from a work tree and from a bare git folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from codegen.import_docs.pages import DocsError, parse, read

from .conftest import PARADE, Checkout


def test_only_pages_of_the_gateway_and_of_what_it_brings_are_read() -> None:
    pages = {at.partition("#")[0] for at in read(PARADE / "docs").sections}
    assert pages == {
        "events/gateway",
        "events/gateway-events",
        "resources/parade",
        "topics/opcodes-and-status-codes",
    }


def test_a_section_has_the_anchor_that_was_given_or_that_of_its_heading() -> None:
    sections = parse("developers/page.mdx", '## Two  `Words` & (more)\n<ManualAnchor id="given" />\n###### Other')
    assert [(section.at, section.parents) for section in sections[1:]] == [
        ("page#two--words--more", ("page",)),
        ("page#given", ("page", "page#two--words--more")),
    ]


def test_anchors_that_stand_twice_are_told_apart() -> None:
    sections = parse("developers/page.mdx", "## Params\n## Params\n## Params")
    assert [section.at for section in sections[1:]] == ["page#params", "page#params-2", "page#params-3"]


def test_a_section_is_under_the_headings_of_lower_levels_before_it() -> None:
    text = "## A\n###### A1\n### B\n###### B1\n## C"
    assert [section.parents[1:] for section in parse("developers/page.mdx", text)[1:]] == [
        (),
        ("page#a",),
        ("page#a",),
        ("page#a", "page#b"),
        (),
    ]


def test_code_is_no_text_and_no_table() -> None:
    [_, section] = parse("developers/page.mdx", "# A\nwords\n  ```json\n# no\n| no |\n  ```\nmore")
    assert (section.text, section.tables, section.code) == (["words", "more"], [], ["# no\n| no |"])


def test_a_pipe_may_be_escaped() -> None:
    [_, section] = parse("developers/page.mdx", "# A\n| Field | Type |\n|--|:-:|\n| a \\| b | c |\n")
    assert section.tables[0].rows[0].cells == {"field": "a | b", "type": "c"}
    assert section.tables[0].rows[0].where == "developers/page.mdx:4"


def test_a_broken_table_is_an_error_with_its_line_once_it_is_read() -> None:
    [_, section] = parse("developers/page.mdx", "# A\n| Field | Type |\n|--|--|\n| a |\n| b |")
    with pytest.raises(DocsError, match=r"^developers/page.mdx:4: 1 cells in a table of 2 columns$"):
        assert section.tables[0].rows


def test_a_row_without_a_table_is_text() -> None:
    assert parse("developers/page.mdx", "| a | b |")[0].text == ["| a | b |"]


def test_a_broken_table_that_no_file_is_about_does_not_matter(imported: Checkout) -> None:
    imported.change(
        "resources/parade", "### Banner Object", "### Rain\n\n| Field | Type |\n|--|--|\n| a |\n\n### Banner Object"
    )
    assert imported.run()[0] == 0


def test_all_that_cannot_be_read_is_told_at_once(imported: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    imported.change("resources/parade", "| bool ", "| boole ")
    imported.change("events/gateway-events", "| int ", "| inte ")
    assert imported.run() == (2, {})
    first, second = capsys.readouterr().err.splitlines()
    assert "developers/resources/parade.mdx:54: 'boole' is not a known type" in first
    assert "developers/events/gateway-events.mdx:22: 'inte' is not a known type" in second


def test_a_bare_git_folder_is_read_at_its_head(imported: Checkout) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
        command = ["git", *identity, "-C", str(imported.docs), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    git("add", "-A")
    git("commit", "-q", "-m", "One")
    bare = imported.root / "bare"
    git("clone", "-q", "--bare", ".", str(bare))
    imported.change("resources/parade", "Everyone", "uncommitted")
    assert read(bare).commit == git("rev-parse", "HEAD") == read(imported.docs).commit
    code, report = imported.run(docs=bare)
    assert (code, report["differences"], report["prose"]) == (0, [], [])
    assert imported.run()[1]["prose"] == ["enums/parade_mood#MERRY (described otherwise)"]


def test_a_folder_without_documentation_is_an_error(checkout: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    empty = checkout.root / "empty"
    empty.mkdir()
    assert checkout.run(docs=empty) == (2, {})
    assert "has no pages in developers/; name a checkout of discord/discord-api-docs" in capsys.readouterr().err


def test_a_git_folder_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "objects").mkdir()
    (tmp_path / "HEAD").write_text("nothing", encoding="utf-8")
    with pytest.raises(DocsError, match=r"^git rev-parse failed in "):
        read(tmp_path)
