"""What else a report says: a canary's findings and a second opinion; and what the repository's own files say."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from codegen.import_docs import overrides
from codegen.import_docs.__main__ import main
from codegen.import_docs.compare import Lock, compare
from codegen.import_docs.facts import Facts
from codegen.import_docs.pages import Docs, Section
from codegen.load import Schema

from .conftest import ROOT, Checkout

LINKED = ("type", "base", "members")
"""Aspects that take the documentation itself to compare, as links lead to its sections."""


def seen(checkout: Checkout, **found: Any) -> tuple[int, list[str]]:
    path = checkout.root / "seen.json"
    path.write_text(json.dumps({"format": 1, **found}), encoding="utf-8")
    code, report = checkout.run("--seen", str(path))
    return code, report.get("seen", [])


def test_what_a_canary_saw_is_told_by_place_and_count(imported: Checkout) -> None:
    code, lines = seen(
        imported,
        events=[{"at": "events/parade_rest", "count": 2}],
        keys=[{"at": "events/guild_parade#parade.weather", "count": 7, "example_type": "string"}],
        values=[{"at": "enums/parade_kind", "count": 1, "value": 9}],
        bits=[{"at": "enums/parade_flags", "count": 3, "value": 6}],
        violations=[{"at": "events/guild_parade#rows", "count": 1, "example_type": "null"}],
    )
    assert code == 1
    assert lines == [
        "event `events/parade_rest` 2 times",
        "key `events/guild_parade#parade.weather` of type string 7 times",
        "value `enums/parade_kind` `9` 1 times",
        "bit `enums/parade_flags` `6` 3 times",
        "violation `events/guild_parade#rows` of type null 1 times",
    ]
    assert "## Seen in live traffic (5)" in imported.markdown


def test_what_the_schema_has_by_now_is_not_told(imported: Checkout) -> None:
    known: dict[str, Any] = {
        "events": [{"at": "events/parade_end", "count": 2}],
        "keys": [{"at": "events/guild_parade#parade.flags", "count": 7, "example_type": "integer"}],
        "values": [{"at": "enums/parade_kind", "count": 1, "value": 1}],
        "bits": [{"at": "enums/parade_flags", "count": 3, "value": 1}],
    }
    assert seen(imported, **known) == (0, [])


def test_a_text_that_the_enum_has_by_now_is_not_told(imported: Checkout) -> None:
    mood = imported.raw("enums/parade_mood")["x-values"][0]["value"]
    values = [{"at": f"enums/parade_mood#{text}", "count": 1, "example_type": "string"} for text in (mood, "surly")]
    assert seen(imported, values=values) == (1, ["value `enums/parade_mood#surly` of type string 1 times"])


def test_what_is_documented_but_not_in_the_schema_is_told_as_such(imported: Checkout) -> None:
    imported.change(
        "resources/parade", "| mood?     | [mood]", "| length? | integer | How long | false |\n| mood?     | [mood]"
    )
    lines = seen(imported, keys=[{"at": "events/guild_parade#parade.length", "count": 1}])[1]
    assert lines == ["key `events/guild_parade#parade.length` 1 times (documented)"]


def test_a_key_that_is_left_to_its_raw_form_is_ignored_by_an_override(imported: Checkout) -> None:
    entry = '\n[[override]]\nat = "models/parade#weather"\nset = { ignored = true }\nexpects = { absent = true }\n'
    path = imported.schema / "overrides.toml"
    more = entry + 'reason = "It changes."\nevidence = "https://example.com"\n'
    path.write_text(path.read_text(encoding="utf-8") + more, encoding="utf-8")
    assert seen(imported, keys=[{"at": "models/parade#weather", "count": 1}]) == (0, [])


def test_a_canarys_report_is_read_without_a_checkout(imported: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    path = imported.root / "seen.json"
    path.write_text('{"format": 1, "keys": [{"at": "models/parade#weather", "count": 1}]}', encoding="utf-8")
    options = ["--schema", str(imported.schema)]
    assert main(["--seen", str(path), *options]) == 1
    assert "- key `models/parade#weather` 1 times" in capsys.readouterr().out
    path.write_text('{"format": 1}', encoding="utf-8")
    assert main(["--seen", str(path), *options]) == 0
    assert "The schema has all that was seen." in capsys.readouterr().out
    for wrong in ([], ["--seen", str(path), "--write"], ["--seen", str(path), "--types", str(path)]):
        with pytest.raises(SystemExit, match=r"^2$"):
            main([*wrong, *options])
        assert "only --seen works without one" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "seen.json is not JSON"),
        ("[]", 'seen.json has no "format": 1; schema/README.md describes the report that is read'),
        ('{"format": 2}', 'seen.json has no "format": 1'),
        ('{"format": 1, "keys": [{"at": "a"}]}', "seen.json: keys[0] may have only at, count, example_type, value"),
        ('{"format": 1, "keys": [{"at": "a", "count": 1, "content": "secret"}]}', "keys[0] may have only"),
        ('{"format": 1, "values": [{"at": "a", "count": 1, "value": "secret"}]}', "values[0] may have only"),
    ],
)
def test_a_report_of_another_form_is_not_read_and_never_quoted(
    imported: Checkout, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    path = imported.root / "seen.json"
    path.write_text(text, encoding="utf-8")
    assert imported.run("--seen", str(path)) == (2, {})
    error = capsys.readouterr().err
    assert message in error
    assert "secret" not in error


TYPES = """
/**
 * interface Old {
 */
export interface APIParade {
	/** Its id: { never mind } */
	id?: Snowflake;
	kind: ParadeKind | null;
	'mood'?: ParadeMood;
	nested: {
		id: string;
	};
	route: string;
}

export declare enum ParadeKind {
	OnFoot,
	OnWheels,
	Swimming,
	Flying = 7,
}

export enum ParadeFlags {
	Wet = 1 << 0,
	Loud = 1 << 1,
	Late = 1 << 40,
	Computed = Wet | Loud,
}

export interface GatewayGuildParadeDispatchData {
	readonly started_at: string;
}

export interface APIUnheardOf {
	x: string;
}
"""


def types(root: Path, where: str, text: str = TYPES) -> Path:
    folder = root / "types"
    path = folder / where
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder


def test_a_second_opinion_is_for_information(imported: Checkout) -> None:
    code, report = imported.run("--types", str(types(imported.root, "payloads/v10/parade.ts")))
    assert code == 0
    assert report["opinion"] == [
        f"`enums/parade_flags` has no value {1 << 40} (ParadeFlags)",
        "`enums/parade_kind` has no value 2 (ParadeKind)",
        "`enums/parade_kind` has no value 7 (ParadeKind)",
        "`events/guild_parade` started_at is not nullable there (GatewayGuildParadeDispatchData)",
        "`models/parade` has no nested (APIParade)",
        "`models/parade` has no route (APIParade)",
        "`models/parade` id is optional there (APIParade)",
        "`models/parade` kind is nullable there (APIParade)",
    ]
    assert "## Second opinion (8)" in imported.markdown


def test_a_folder_of_something_else_gives_no_opinion(imported: Checkout, capsys: pytest.CaptureFixture[str]) -> None:
    assert imported.run("--types", str(types(imported.root, "payloads/v9/parade.ts"))) == (2, {})
    assert "holds no v10 of discord-api-types" in capsys.readouterr().err


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Schema.load(ROOT / "schema")


def test_the_schema_says_what_the_last_import_and_the_overrides_say(schema: Schema) -> None:
    lock = Lock.load(ROOT / "schema" / "import.lock")
    entries = overrides.load(ROOT / "schema" / "overrides.toml")
    # The phrases are looked for at an import; here, each section is taken to have its own.
    sections: dict[str, Section] = {}
    for entry in entries:
        node = schema.nodes.get(entry.at.partition("#")[0])
        at = entry.section or (node.get("x-doc") if node else "")
        section = sections.setdefault(at, Section(at, 1, at))
        section.text.append(entry.expects.get("phrase", ""))
    docs = Docs(lock.commit, sections)
    facts = Facts({place: dict(said) for place, said in lock.facts.items()})
    assert overrides.apply(entries, facts, docs, schema, ROOT) == []
    found = compare(docs, schema, facts, lock, lock.facts)
    assert [one for one in found if one.aspect not in LINKED] == []


def test_the_lock_is_written_as_it_is_read() -> None:
    path = ROOT / "schema" / "import.lock"
    lock = Lock.load(path)
    assert lock.text() == path.read_text(encoding="utf-8")
    assert len(lock.commit) == 40
    assert all(len(mark) == 12 for mark in (*lock.prose.values(), *lock.words.values()))


def test_every_file_of_the_schema_is_covered_by_the_last_import(schema: Schema) -> None:
    lock = Lock.load(ROOT / "schema" / "import.lock")
    folders = ("enums", "models", "unions", "events", "control", "commands", "gateway")
    missing = [
        node.key
        for node in schema.folder(*folders)
        if node.key not in lock.facts and "x-variant-of" not in node.raw and "x-undocumented" not in node.raw
    ]
    assert missing == ["enums/capabilities"]  # the documentation has it since, see overrides.toml


def test_the_workflow_asks_for_options_that_there_are(imported: Checkout) -> None:
    text = (ROOT / ".github" / "workflows" / "import-docs.yml").read_text(encoding="utf-8")
    [command] = re.findall(r"-m codegen\.import_docs (.*?) \|\|", text.replace("\\\n", ""))
    folder = types(imported.root, "docs/developers/nothing", "")
    types_of = types(imported.root / "other", "payloads/v10/parade.ts")
    given = command.replace('"$RUNNER_TEMP/docs"', str(imported.docs)).replace('"$RUNNER_TEMP/types"', str(types_of))
    arguments = given.replace('"$RUNNER_TEMP/report.md"', str(folder / "report.md")).split()
    assert main([*arguments, "--schema", str(imported.schema)]) == 0
    assert "The schema is what the documentation says." in (folder / "report.md").read_text(encoding="utf-8")
