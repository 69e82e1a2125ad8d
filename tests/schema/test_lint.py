"""One mistake at a time in a copy of the schema: the lint names the file and what is wrong."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from codegen.lint import lint
from codegen.load import Schema, SchemaError

from .conftest import ROOT

Edit = Callable[[dict[str, Any]], object]


def remove(*path: str) -> Edit:
    def edit(raw: dict[str, Any]) -> None:
        for key in path[:-1]:
            raw = raw[key]
        del raw[path[-1]]

    return edit


def put(*path: Any) -> Edit:
    """Return an edit that sets what the path but for its last part leads to, to that last part."""

    def edit(raw: Any) -> None:
        for key in path[:-2]:
            raw = raw[key]
        raw[path[-2]] = path[-1]

    return edit


SNOWFLAKE = {"$ref": "../types/snowflake.json", "description": "An id."}

MISTAKES = [
    # What one file tells: the meta-schema.
    ("models/user", remove("title"), "models/user.json: at $: 'title' is a required property"),
    ("models/user", remove("description"), "'description' is a required property"),
    ("models/user", remove("x-doc"), "'x-doc' is a required property"),
    ("models/user", remove("properties", "id", "description"), "$.properties.id: 'description' is a required property"),
    ("events/ready", remove("properties", "v", "description"), "$.properties.v: 'description' is a required property"),
    ("commands/resume", remove("properties", "seq", "description"), "$.properties.seq: 'description' is a required"),
    ("models/user", put("properties", "id", "description", "a word"), "$.properties.id.description: 'a word'"),
    ("models/user", put("properties", "id", "description", "Two\nlines."), "$.properties.id.description: 'Two"),
    ("models/user", put("properties", "Id", SNOWFLAKE), "'Id' does not match"),
    ("models/user", put("required", ["id", "id"]), "$.required: ['id', 'id'] has non-unique elements"),
    ("models/user", put("x-invented", True), "'x-invented' was unexpected"),
    ("models/user", put("properties", "id", "format", "hex"), "'format' was unexpected"),
    ("models/user", put("properties", "id", "$ref", "#/$defs/User"), "'#/$defs/User' does not match"),
    ("models/user", put("x-doc", "https://discord.com/developers"), "$['x-doc']: 'https://discord.com/developers'"),
    ("models/user", put("properties", "bot", "type", "bool"), "$.properties.bot.type: 'bool' is not valid"),
    ("enums/opcode", put("x-values", []), "$['x-values']: [] should be non-empty"),
    ("enums/opcode", put("x-values", 0, "name", "dispatch"), "$['x-values'][0].name: 'dispatch' does not match"),
    ("enums/opcode", remove("x-kind"), "'x-kind' is a required property"),
    ("events/ready", remove("x-event"), "'x-event' is a required property"),
    ("events/ready", put("x-intents", []), "$['x-intents']: [] should be non-empty"),
    ("commands/identify", put("x-opcode", "2"), "$['x-opcode']: '2' is not of type 'integer'"),
    ("control/hello", remove("x-payload"), "'x-payload' is a required property"),
    ("unions/component", remove("x-discriminator", "mapping"), "'mapping' is a required property"),
    ("unions/component", put("x-discriminator", "mapping", "x", "../models/button.json"), "'x' does not match"),
    ("types/snowflake", remove("x-python-import"), "is not valid under any of the given schemas"),
    ("gateway/close_codes", put("x-values", 0, "action", "retry"), "'retry' is not one of"),
    # What a file tells only beside the others.
    ("models/user", put("title", "Usr"), "models/user.json: title Usr belongs in usr.json"),
    ("models/user", put("properties", "id", "$ref", "../types/id.json"), "models/user.json refers to ../types/id.json"),
    ("unions/component", put("x-discriminator", "mapping", "2", "../models/knob.json"), "to ../models/knob.json"),
    ("models/user", put("allOf", [{"$ref": "person.json"}]), "models/user.json refers to person.json, which is no"),
    ("models/user", put("allOf", [{"$ref": "user.json"}]), "models/user.json is made from itself"),
    ("models/user", put("x-copy-of", {"$ref": "partial_user.json"}), "models/partial_user.json is made from itself"),
    ("models/user", put("required", ["id", "surname"]), "models/user.json: required names surname"),
    ("models/partial_user", put("x-copy-of", "omit", ["surname"]), "x-copy-of.omit names surname"),
    ("models/presence_user", put("x-copy-of", "guaranteed", ["surname"]), "x-copy-of.guaranteed names surname"),
    ("models/invite_role", put("x-copy-of", "include", ["surname"]), "x-copy-of.include names surname"),
    (
        "models/message",
        put("properties", "author", "x-guaranteed-when", {"webhook": ["id"]}),
        "author.x-guaranteed-when names webhook, which is no property beside it",
    ),
    (
        "models/message",
        put("properties", "author", "x-guaranteed-when", {"webhook_id": ["surname"]}),
        "author.x-guaranteed-when names surname, which its structure does not have",
    ),
    (
        "models/audit_log_entry",
        put("properties", "target_id", {"type": ["string", "null"], "description": "What was changed."}),
        "models/audit_log_entry.json: target_id is an id typed as a string; refer to ../types/text_id.json",
    ),
    (
        "events/ready",
        put("properties", "role_ids", {"type": "array", "items": {"type": "string"}, "description": "Some roles."}),
        "events/ready.json: role_ids is an id typed as a string",
    ),
    (
        "models/activity",
        put("required", ["name", "sync_id"]),
        "models/activity.json: sync_id is required, and Discord does not document it; take it out of required",
    ),
    ("enums/opcode", put("x-values", 1, "value", 0), "enums/opcode.json: x-values has the value 0 2 times"),
    ("enums/opcode", put("x-values", 1, "name", "DISPATCH"), "x-values has the name 'DISPATCH' 2 times"),
    ("enums/intents", put("x-values", 0, "value", 3), "enums/intents.json: GUILDS is 3, which is not one bit"),
    ("events/guild_create", put("x-intents", ["GILDS"]), "events/guild_create.json: intent GILDS is not in"),
    (
        "commands/request_guild_members",
        put("x-intents-when", 0, "intent", "MEMBERS"),
        "commands/request_guild_members.json: intent MEMBERS is not in",
    ),
    (
        "commands/request_guild_members",
        put("x-intents-when", 0, "when", {"members": True}),
        "x-intents-when names members, which is no property",
    ),
    (
        "commands/request_guild_members",
        put("x-one-of-required", ["query", "members"]),
        "commands/request_guild_members.json: x-one-of-required names members, which is no property",
    ),
    (
        "commands/request_guild_members",
        put("x-one-of-required", ["query", "guild_id"]),
        "x-one-of-required names guild_id, which is required in any case",
    ),
    ("commands/request_guild_members", put("x-requires", {"size": ["limit"]}), "x-requires names size, which is no"),
    ("commands/request_guild_members", put("x-requires", {"query": ["size"]}), "x-requires names size, which is no"),
    ("commands/resume", put("x-opcode", 5), "commands/resume.json: opcode 5 is not in enums/opcode.json"),
    ("control/hello", put("x-opcode", 12), "control/hello.json: opcode 12 is not in enums/opcode.json"),
    ("events/user_update", put("x-event", "READY"), "2 files are the event READY"),
]  # fmt: skip


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT, tmp_path / "schema")


@pytest.mark.parametrize(("file", "edit", "message"), MISTAKES, ids=[message for _, _, message in MISTAKES])
def test_a_mistake_is_named(copy: Path, file: str, edit: Edit, message: str) -> None:
    path = copy / f"{file}.json"
    raw = json.loads(path.read_text(encoding="utf-8"))
    edit(raw)
    path.write_text(json.dumps(raw), encoding="utf-8")
    problems = lint(Schema.load(copy), copy)
    assert any(message in problem for problem in problems), problems


def test_class_names_differ_across_folders(copy: Path) -> None:
    shutil.copy(copy / "models/user.json", copy / "events/user.json")
    raw = json.loads((copy / "events/user.json").read_text(encoding="utf-8"))
    (copy / "events/user.json").write_text(json.dumps(raw | {"x-event": "USER"}), encoding="utf-8")
    assert "2 files have the title User; class names must differ" in lint(Schema.load(copy), copy)


@pytest.mark.parametrize("text", ["[]", '"User"', "null"])
def test_a_file_holds_an_object(copy: Path, text: str) -> None:
    (copy / "models/user.json").write_text(text, encoding="utf-8")
    (problem,) = lint(Schema.load(copy), copy)
    assert problem.startswith("models/user.json: at $: ")


def test_a_file_that_is_no_json_is_named(copy: Path) -> None:
    (copy / "models/user.json").write_text('{"title": ', encoding="utf-8")
    with pytest.raises(SchemaError, match=r"^models/user\.json is not JSON: Expecting value"):
        Schema.load(copy)


def test_an_empty_folder_is_no_schema(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match="holds no schema"):
        Schema.load(tmp_path)


@pytest.mark.parametrize("key", ["enums/intents", "enums/opcode"])
def test_the_files_that_tables_are_made_from_are_missed(copy: Path, key: str) -> None:
    (copy / f"{key}.json").unlink()
    for path in [*(copy / "commands").glob("*.json"), *(copy / "events").glob("rate_limited.json")]:
        path.unlink()
    with pytest.raises(SchemaError, match=rf"^{key}\.json is missing"):
        lint(Schema.load(copy), copy)
