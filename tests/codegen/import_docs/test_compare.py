"""The documentation, the last import and the schema: what a report says, and the exit code."""

from __future__ import annotations

import json
import re

import pytest

from codegen.import_docs.compare import Lock, compare
from codegen.import_docs.facts import collect
from codegen.import_docs.pages import Docs, DocsError, parse
from codegen.load import Schema

from .conftest import Checkout

KINDS = "resources/parade"
EVENTS = "events/gateway-events"
UNDOCUMENTED = ('"description": "Bits', '"x-undocumented": "some-types", "description": "Bits')


def test_a_schema_that_says_the_same_is_no_difference(checkout: Checkout) -> None:
    code, report = checkout.run()
    assert (code, report["differences"], report["problems"]) == (0, [], [])
    assert "The schema is what the documentation says." in checkout.markdown


def test_an_import_twice_writes_the_same(imported: Checkout) -> None:
    before = imported.files()
    assert "import.lock" in before
    assert imported.run("--write")[0] == 0
    assert imported.files() == before


def test_nothing_is_written_that_was_not_asked_for(checkout: Checkout) -> None:
    before = checkout.files()
    checkout.change(KINDS, "| WET    | `1 << 0` |", "| WET    | `1 << 5` |")
    assert checkout.run()[0] == 1
    assert checkout.files() == before


# What Discord changes, and what the report says of it: place, aspect, whether the edit is safe.
CHANGES = [
    (KINDS, "| Bits     ", "| **Deprecated** Bits ", "models/parade#flags", "deprecated", True),
    (KINDS, "| kind      | integer", "| kind?     | integer", "models/parade#kind", "required", True),
    (KINDS, "| kind      | integer", "| kind      | ?integer", "models/parade#kind", "nullable", True),
    (KINDS, "| flags?    | integer", "| flags?    | string", "models/parade#flags", "type", False),
    (KINDS, "| flags?    | integer", "| bits?     | integer", "models/parade#bits", "", True),
    (KINDS, "| text  | string", "| texts | string", "models/banner#text", "", False),
    (KINDS, "| ON_FOOT & ON_WHEELS", "| ON_FOOT", "models/banner#text", "only_for", False),
    (KINDS, "| On foot        | On foot ", "| On foot | By foot ", "enums/parade_kind#ON_FOOT", "name", False),
    (KINDS, "| LOUD\\* | `0x0000000000000002` `(1 << 1)`", "| LOUD | 8", "enums/parade_flags#LOUD", "value", False),
    (KINDS, "| Everyone    | merry   |", "| Everyone | MERRY |", "enums/parade_mood#MERRY", "value", False),
    (EVENTS, "| note? (deprecated)", "| note?", "events/guild_parade#note", "deprecated", False),
    (EVENTS, "| guild_id         | snowflake", "| guild_id | string", "events/guild_parade#guild_id", "type", False),
    (EVENTS, "| started_at       | ?IS", "| started_at | IS", "events/guild_parade#started_at", "nullable", False),
    (EVENTS, "?[partial parade](", "?[parade](", "events/guild_parade#previous", "type", False),
    (EVENTS, "object-parade-structure)", "object-lost)", "events/guild_parade#previous", "type", False),
    (EVENTS, "payload is a [parade](/developers/resources/parade#parade-object)", "payload is a [banner]"
     "(/developers/resources/parade#banner-object)", "events/parade_end", "base", False),
    (EVENTS, "[Guild Parade](/", "[Guild Pageant](/", "events/guild_pageant", "", True),
    ("events/gateway", "  - PARADE_END", "  - PARADE_REST", "events/parade_end", "intents", False),
    ("events/gateway", "PARADES (1 << 1)", "PARADES (1 << 2)", "enums/intents#PARADES", "value", False),
    ("topics/opcodes-and-status-codes", "| true      |\n| 4007", "| false     |\n| 4007",
     "gateway/close_codes#UNKNOWN_ERROR", "action", False),
    ("topics/opcodes-and-status-codes", "| 10   | Hello    | Receive", "| 10   | Hello    | Send/Receive",
     "enums/opcode#HELLO", "send", False),
]  # fmt: skip


@pytest.mark.parametrize(("page", "old", "new", "at", "aspect", "safe"), CHANGES)
def test_what_discord_changes_is_told(
    imported: Checkout, page: str, old: str, new: str, at: str, aspect: str, safe: bool
) -> None:
    imported.change(page, old, new)
    code, report = imported.run()
    assert code == 1
    found = {(one["at"], one["aspect"]): one for one in report["differences"]}
    assert (at, aspect) in found
    assert found[at, aspect]["changed"]
    assert found[at, aspect]["safe"] is safe
    assert f"`{at}`" in imported.markdown
    assert "## Discord changed" in imported.markdown


def test_what_only_we_changed_is_not_laid_at_discords_door(imported: Checkout) -> None:
    imported.change("schema/models/parade.json", '"kind",\n', "")
    code, report = imported.run()
    [found] = report["differences"]
    assert (code, found["at"], found["aspect"], found["changed"]) == (1, "models/parade#kind", "required", False)
    assert "## We differ, and do not say why (1)" in imported.markdown
    assert "required: the documentation says `true`, the schema `no`" in imported.markdown
    assert "[developers/resources/parade.mdx:15]" in imported.markdown


def test_the_lock_keeps_what_was_said_of_a_place_that_differs_still(imported: Checkout) -> None:
    imported.change(KINDS, "| flags?    | integer", "| flags?    | string")
    assert imported.run("--write")[0] == 1
    locked = json.loads((imported.schema / "import.lock").read_text(encoding="utf-8"))
    assert locked["facts"]["models/parade#flags"] == {"type": "integer"}
    [found] = imported.run()[1]["differences"]
    assert (found["aspect"], found["changed"]) == ("type", True)


def test_a_field_that_we_had_first_is_told_when_discord_documents_it(imported: Checkout) -> None:
    imported.change("schema/models/parade.json", *UNDOCUMENTED)
    [found] = imported.run()[1]["differences"]
    assert (found["at"], found["aspect"]) == ("models/parade#flags", "undocumented")
    assert "is documented now: take x-undocumented out, and compare" in imported.markdown


def test_a_field_that_discord_does_not_document_is_no_difference(imported: Checkout) -> None:
    [row] = re.findall(r"\| flags\?.*\n", (imported.docs / "developers" / f"{KINDS}.mdx").read_text(encoding="utf-8"))
    imported.change(KINDS, row, "")
    assert [one["at"] for one in imported.run()[1]["differences"]] == ["models/parade#flags"]
    imported.change("schema/models/parade.json", *UNDOCUMENTED)
    assert imported.run()[1]["differences"] == []


def test_a_file_whose_section_is_gone_is_told_once(imported: Checkout) -> None:
    imported.change(KINDS, '"parade-object-flags"', '"parade-object-bits"')
    assert [one["at"] for one in imported.run()[1]["differences"]] == ["enums/parade_flags"]
    assert "has lost its section: correct its x-doc, or remove the file" in imported.markdown


@pytest.mark.parametrize(
    ("page", "old", "new", "message"),
    [
        (KINDS, "| snowflake    ", "| snow         ", "parade.mdx:14: 'snow' is not a known type"),
        (KINDS, "| id        | snow", "| Id of it  | snow", "parade.mdx:14: 'Id of it' is not the name of a field"),
        (
            KINDS,
            "| 0     | On foot ",
            "| none  | On foot ",
            "parade.mdx:27: 'none' is not a number, and no column has one in every row",
        ),
        (KINDS, "| 0     | On foot ", "| On foot ", "parade.mdx:27: 2 cells in a table of 3 columns"),
        (
            "events/gateway",
            "  - PARADE_END",
            "  - or so",
            "gateway.mdx:13: '- or so' in the list of intents is neither an intent",
        ),
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_a_guess(
    imported: Checkout, capsys: pytest.CaptureFixture[str], page: str, old: str, new: str, message: str
) -> None:
    imported.change(page, old, new)
    before = imported.files()
    assert imported.run("--write") == (2, {})
    assert message in capsys.readouterr().err
    assert imported.files() == before


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("| [Hello](/developers/events/gateway-events#hello)", "| Hello", "gateway-events.mdx:11: 'Hello' has no link"),
        ("## Receive Events", "## Events", "events/gateway-events#receive-events has no table"),
    ],
)
def test_the_list_of_events_has_to_be_there(
    imported: Checkout, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    imported.change(EVENTS, old, new)
    assert imported.run() == (2, {})
    assert message in capsys.readouterr().err


def test_a_lock_of_another_form_cannot_be_read(imported: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    for text in ("{", '{"other": 1}', "[]"):
        (imported.schema / "import.lock").write_text(text, encoding="utf-8")
        assert imported.run() == (2, {})
        assert "import.lock is not what an import writes" in capsys.readouterr().err


def test_whatever_line_is_broken_no_other_error_comes_of_it(checkout: Checkout) -> None:
    schema = Schema.load(checkout.schema)
    pages = {
        path.relative_to(checkout.docs).as_posix(): path.read_text(encoding="utf-8")
        for path in checkout.docs.rglob("*.mdx")
        if path.name != "rpc.mdx"
    }
    errors: list[str] = []
    differences = []
    for page, text in pages.items():
        lines = text.splitlines()
        for index, line in enumerate(lines):
            for instead in ([], [line, line], [line[: len(line) // 2]], [line.replace("|", "")]):
                changed = pages | {page: "\n".join([*lines[:index], *instead, *lines[index + 1 :]])}
                sections = {one.at: one for name, words in changed.items() for one in parse(name, words)}
                docs = Docs("", sections)
                try:
                    facts = collect(docs, schema)
                except DocsError as error:
                    errors += str(error).splitlines()
                else:
                    differences.append(len(compare(docs, schema, facts, Lock(), facts.places)))
    assert len(errors) > 40
    assert all(
        re.match(r"developers/.*\.mdx:\d+: |events/gateway-events#receive-events has ", error) for error in errors
    )
    assert len(set(differences)) > 5


# What the sections say in words, and whether that is watched.
PROSE = [
    ("events/gateway", "How parades reach an app.", "How a parade reaches an app.", "events/gateway"),
    (EVENTS, "A band may stop the parade.", "No band may.", "events/gateway-events#guild-parade"),
    (
        EVENTS,
        "Counted from the front.",
        "Counted from behind.",
        "events/gateway-events#guild-parade-guild-parade-fields",
    ),
    ("events/gateway", "Ask us before", "Ask somebody before", "events/gateway#guarded-intents"),
]


@pytest.mark.parametrize(("page", "old", "new", "at"), PROSE)
def test_words_that_changed_are_listed_until_they_are_taken_note_of(
    imported: Checkout, page: str, old: str, new: str, at: str
) -> None:
    imported.change(page, old, new)
    code, report = imported.run()
    assert (code, report["differences"], report["prose"]) == (1, [], [f"{at} (changed)"])
    assert f"[{at}](https://discord.com/developers/docs/{at}) (changed)" in imported.markdown
    assert imported.run("--write")[0] == 1
    assert imported.run()[0] == 0


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("| It rains ", "| It pours ", "enums/parade_flags#WET"),
        ("| Id of it ", "| Id of them ", "models/parade#id"),
        ("| Nobody ", "| Few ", "enums/parade_mood#GRAVE"),
    ],
)
def test_a_row_that_says_the_same_in_other_words_is_listed(imported: Checkout, old: str, new: str, place: str) -> None:
    imported.change(KINDS, old, new)
    code, report = imported.run()
    assert (code, report["differences"], report["prose"]) == (1, [], [f"{place} (described otherwise)"])
    assert f"- {place} (described otherwise)" in imported.markdown
    assert imported.run("--write")[0] == 1
    assert imported.run()[0] == 0


def test_a_row_that_is_new_is_a_difference_and_no_prose(imported: Checkout) -> None:
    imported.change(KINDS, "| Nobody      | `grave` |", "| Nobody | `grave` |\n| Some | so-so |")
    assert imported.run()[1]["prose"] == []


def test_sections_that_come_and_go_are_listed(imported: Checkout) -> None:
    imported.change("events/gateway", "### Guarded Intents", "### Rain\n\nIt may rain.\n\n### Guarded Intents")
    imported.change("events/gateway", "### Parade Limits\n\nAt most 7 parades march at a time.\n", "")
    report = imported.run()[1]
    assert report["prose"] == ["events/gateway#parade-limits (gone)", "events/gateway#rain (new)"]


def test_examples_and_the_widths_of_columns_are_not_watched(imported: Checkout) -> None:
    imported.change(EVENTS, '"# not": "a heading"', '"# not": "a title"')
    imported.change(KINDS, "| WET    | `1 << 0` | It rains            |", "| WET | `1 << 0` |   It rains |")
    assert imported.run()[0] == 0


def test_no_sentence_of_the_documentation_is_in_the_lock(imported: Checkout) -> None:
    text = (imported.schema / "import.lock").read_text(encoding="utf-8")
    for words in ("It rains", "A band may stop", "Counted from", "Id of it", "Everyone"):
        assert words not in text
