"""Where the schema differs on purpose: an entry that is stale, unused or no entry fails."""

from __future__ import annotations

import json

import pytest

from .conftest import Checkout

KINDS = "resources/parade"


def problems(checkout: Checkout) -> list[str]:
    code, report = checkout.run()
    assert code == 1
    found: list[str] = report["problems"]
    return found


def add(checkout: Checkout, **entry: str) -> None:
    """Add an entry; the values are TOML."""
    whole = {"reason": '"So it is."', "evidence": '"https://example.com"'} | entry
    path = checkout.schema / "overrides.toml"
    text = path.read_text(encoding="utf-8") + "\n[[override]]\n"
    path.write_text(text + "".join(f"{key} = {value}\n" for key, value in whole.items()), encoding="utf-8")


def test_an_entry_whose_fact_changed_is_looked_at_again(imported: Checkout) -> None:
    imported.change(KINDS, "array of [bands](/developers/resources/parade#parade-object)", "array of integers")
    assert problems(imported) == [
        "models/parade#bands: type is 'array<integer>', not 'array<@resources/parade#parade-object>'; "
        "the docs changed, look again"
    ]
    assert "## Overrides that do not hold (1)" in imported.markdown


def test_an_entry_whose_phrase_is_gone_is_looked_at_again(imported: Checkout) -> None:
    imported.change("events/gateway", "before you use `PARADES`", "before you use them")
    assert problems(imported) == [
        "enums/intents#PARADES: 'before you use `PARADES`' is no longer in events/gateway#guarded-intents; "
        "the docs changed, look again"
    ]


def test_an_entry_whose_section_is_gone_is_looked_at_again(imported: Checkout) -> None:
    imported.change("events/gateway", "### Guarded Intents", "### Intents with a Guard")
    assert problems(imported) == [
        "enums/intents#PARADES: the section 'events/gateway#guarded-intents' is gone; the docs changed, look again"
    ]


def test_an_entry_that_discord_has_caught_up_with_is_looked_at_again(imported: Checkout) -> None:
    add(imported, at='"models/parade#flags"', set='{ type = "string" }', expects="{ absent = true }")
    assert problems(imported) == ["models/parade#flags: the documentation has it now; look again"]


@pytest.mark.parametrize(
    ("at", "to", "expects", "problem"),
    [
        ("models/parade#id", "{ required = true }", "{}", "the documentation says so itself by now; remove the entry"),
        ("models/parade#ids", "{ absent = true }", "{}", "the documentation does not have it either; remove the entry"),
        ("events/parade_end", '{ fields = ["id"] }', "{}", "the documentation has no table of it; remove the entry"),
        ("models/parade#ids", "{ required = true }", "{}", "is not in the schema; correct it"),
        ("models/march#id", "{ required = true }", "{}", "models/march#id names a file that the schema does not have"),
        (
            "models/parade#id.of",
            "{ required = true }",
            "{}",
            "models/parade#id.of: id in models/parade does not refer to a model",
        ),
        ("src/march.py", "{ MOST = 7 }", "{}", "MOST is None, not 7; change one of them"),
        ("src/marches.py", "{}", "{}", "the file is gone; name the one that has the fact now"),
    ],
)
def test_an_entry_that_does_nothing_is_told(imported: Checkout, at: str, to: str, expects: str, problem: str) -> None:
    add(imported, at=f'"{at}"', set=to, expects=expects)
    assert problems(imported) == [f"{at}: {problem}"]


def test_a_constant_of_the_code_is_compared(imported: Checkout) -> None:
    (imported.root / "src" / "march.py").write_text("MOST_PARADES = 8\n", encoding="utf-8")
    assert problems(imported) == ["src/march.py: MOST_PARADES is 8, not 7; change one of them"]


def test_an_entry_is_about_what_stands_in_a_place_and_not_where_it_is_declared(imported: Checkout) -> None:
    imported.change(KINDS, "| kind      | integer", "| kind?     | integer")
    assert problems(imported) == [
        "events/guild_parade#previous.kind: required is False, not True; the docs changed, look again"
    ]


def test_a_deviation_that_the_schema_no_longer_has_is_a_difference(imported: Checkout) -> None:
    imported.change("schema/enums/intents.json", '"privileged": true', '"deprecated": true')
    found = {(one["at"], one["aspect"], one["docs"]) for one in imported.run()[1]["differences"]}
    assert ("enums/intents#PARADES", "privileged", True) in found


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("x-permissions-any", ["BAND"]), ("x-first-shard-only", True), ("x-without-intent", {"GUILDS": "nothing"})],
)
def test_what_no_table_says_needs_an_entry(imported: Checkout, keyword: str, value: object) -> None:
    raw = imported.raw("events/parade_end")
    text = json.dumps(raw | {keyword: value})
    (imported.schema / "events" / "parade_end.json").write_text(text, encoding="utf-8")
    [found] = imported.run()[1]["differences"]
    assert (found["at"], found["aspect"], found["ours"]) == ("events/parade_end", keyword, value)


def test_values_and_fields_may_stand_in_prose(imported: Checkout) -> None:
    imported.change(KINDS, "| Nobody      | `grave` |\n", "")
    imported.change(KINDS, "| Everyone    | merry   |\n", "")
    imported.change(KINDS, "| Those who have none |  |", "\nEither merry or grave.")
    add(imported, at='"enums/parade_mood"', set='{ values = ["merry", "grave"] }', expects='"Either merry or grave."')
    add(imported, at='"control/hello"', set='{ fields = ["heartbeat_interval"] }', expects='"First of all"',
        section='"events/gateway-events#receive-events"')  # fmt: skip
    report = imported.run()[1]
    assert (report["differences"], report["problems"]) == ([], [])


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"at": '"models/parade#id"'}, "overrides.toml: entry 6 needs at, evidence, expects, reason, set"),
        ({"at": '"a"', "set": "{}", "expects": "{}", "other": "1"}, "overrides.toml: entry 6 needs at, evidence"),
        ({"at": '"a"', "set": "{}", "expects": "{}", "evidence": '"a book"'}, "'a book', which is not a link"),
        (
            {"at": '"src/march.py"', "set": "{ MOST_PARADES = 7 }", "expects": "{}"},
            "src/march.py has MOST_PARADES in two entries",
        ),
        ({"at": "models"}, "overrides.toml is not TOML"),
        ({"at": "7", "set": "{}", "expects": "{}"}, "entry 6 has the at 7, which is of another type"),
        ({"at": '"a"', "set": "[]", "expects": "{}"}, "entry 6 has the set [], which is of another type"),
    ],
)
def test_what_is_no_entry_cannot_be_read(
    imported: Checkout, capsys: pytest.CaptureFixture[str], entry: dict[str, str], message: str
) -> None:
    add(imported, **entry)
    assert imported.run() == (2, {})
    assert message in capsys.readouterr().err


def test_a_file_of_other_entries_cannot_be_read(imported: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    (imported.schema / "overrides.toml").write_text("[[overrides]]\nat = 1\n", encoding="utf-8")
    assert imported.run() == (2, {})
    assert "overrides.toml has overrides; it is made of [[override]] alone" in capsys.readouterr().err
    (imported.schema / "overrides.toml").unlink()
    assert imported.run() == (2, {})
    assert "No such file" in capsys.readouterr().err
