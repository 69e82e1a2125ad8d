"""What ``--write`` does by itself: it adds and loosens, and leaves the words to a person."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Checkout

KINDS = "resources/parade"
EVENTS = "events/gateway-events"


def write(checkout: Checkout) -> list[str]:
    """Run an import that edits, and one more, which finds nothing left to edit; return the files that were edited."""
    code, report = checkout.run("--write")
    assert code == 1
    before = checkout.files()
    assert checkout.run("--write")[1]["edited"] == []
    assert checkout.files() == before
    edited: list[str] = report["edited"]
    return edited


def test_a_value_is_added_in_the_order_of_the_file(imported: Checkout) -> None:
    imported.change(KINDS, "| 1     | On wheels", "| 5 | It swims | Swimming (deprecated) |\n| 1     | On wheels")
    assert write(imported) == ["enums/parade_kind.json"]
    assert imported.raw("enums/parade_kind")["x-values"][2:] == [
        {"name": "SWIMMING", "value": 5, "description": "TODO", "deprecated": True}
    ]
    assert imported.lint() == ["enums/parade_kind.json: at $.x-values[2].description: 'TODO'; word it"]
    assert imported.run()[0] == 0


def test_a_value_between_others_goes_between_them(imported: Checkout) -> None:
    imported.change("events/gateway", "PARADES (1 << 1) **", "BANDS (1 << 4)\n\nPARADES (1 << 9) **")
    imported.change("schema/enums/intents.json", '"value": 2,', '"value": 512,')
    write(imported)
    assert [row["value"] for row in imported.raw("enums/intents")["x-values"]] == [1, 16, 512]


def test_a_text_is_added_at_the_end(imported: Checkout) -> None:
    imported.change(KINDS, "| Nobody      | `grave` |", "| Nobody | `grave` |\n| Some | so-so |")
    write(imported)
    [*_, last] = imported.raw("enums/parade_mood")["x-values"]
    assert last == {"name": "SO_SO", "value": "so-so", "description": "TODO"}


def test_an_opcode_and_a_close_code_have_what_they_need(imported: Checkout) -> None:
    page = "topics/opcodes-and-status-codes"
    imported.change(page, "| 10   | Hello ", "| 3 | March | Send | Go |\n| 10   | Hello ")
    imported.change(page, "| 4007 ", "| 4006 | Too loud | Be silent. | true |\n| 4007 ")
    write(imported)
    assert imported.raw("enums/opcode")["x-values"][1] == {
        "name": "MARCH", "value": 3, "description": "TODO", "send": True, "receive": False,
    }  # fmt: skip
    assert imported.raw("gateway/close_codes")["x-values"][1] == {
        "name": "TOO_LOUD", "value": 4006, "action": "resume", "description": "TODO", "remedy": "TODO",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("string", {"type": "string"}),
        ("?string", {"type": ["string", "null"]}),
        ("snowflake", {"$ref": "../types/snowflake.json"}),
        ("?snowflake", {"anyOf": [{"$ref": "../types/snowflake.json"}, {"type": "null"}]}),
        ("ISO8601 timestamp", {"$ref": "../types/timestamp.json"}),
        ("array of integers", {"type": "array", "items": {"type": "integer"}}),
        ("?array of int", {"anyOf": [{"type": "array", "items": {"type": "integer"}}, {"type": "null"}]}),
        ("integer or string", {"anyOf": [{"type": "integer"}, {"type": "string"}]}),
        ("?int or string", {"anyOf": [{"type": "integer"}, {"type": "string"}, {"type": "null"}]}),
        ("mixed (any)", {}),
        ("object", {"type": "object"}),
        ("dictionary with keys of [kinds](/developers/x)", {"type": "object"}),
        ("[moods](/developers/resources/parade#parade-object-moods)", {"$ref": "../enums/parade_mood.json"}),
        ("[parade](/developers/resources/parade#parade-object-parade-structure)", {"$ref": "../models/parade.json"}),
        (
            "partial [parade](/developers/resources/parade#parade-object-parade-structure)",
            {"$ref": "../models/partial_parade.json"},
        ),
        ("null", {"$ref": "../types/presence_boolean.json"}),
        (
            "array of two integers",
            {
                "type": "array",
                "prefixItems": [{"type": "integer"}, {"type": "integer"}],
                "minItems": 2,
                "maxItems": 2,
            },
        ),
        (
            "Map of Snowflakes to [banner](/developers/resources/parade#banner-object) objects",
            {"type": "object", "additionalProperties": {"$ref": "../models/banner.json"}},
        ),
    ],
)
def test_an_optional_field_is_added_where_discord_lists_it(
    imported: Checkout, cell: str, expected: dict[str, Any]
) -> None:
    imported.change(KINDS, "| mood?     | [mood]", f"| length? | {cell} | How long | false |\n| mood?     | [mood]")
    assert write(imported) == ["models/parade.json"]
    raw = imported.raw("models/parade")
    assert list(raw["properties"]) == ["id", "kind", "length", "mood", "flags", "bands"]
    assert raw["properties"]["length"] == expected | {"description": "TODO"}
    assert raw["required"] == ["id", "kind", "bands"]
    assert imported.lint() == ["models/parade.json: at $.properties.length.description: 'TODO'; word it"]
    assert imported.run()[0] == 0


def test_what_is_loosened_keeps_its_words_for_the_person_who_adds_to_them(imported: Checkout) -> None:
    imported.change("schema/overrides.toml", 'at = "events/guild_parade#previous.kind"\nset = { required = false }\n'
                    "expects = { required = true }", 'at = "events/guild_parade#previous.id"\n'
                    "set = { required = false }\nexpects = { required = true }")  # fmt: skip
    imported.change(KINDS, "| kind      | integer", "| kind?     | ?integer")
    imported.change(KINDS, "| Bits     ", "| **Deprecated** Bits ")
    assert write(imported) == ["models/parade.json"]
    raw = imported.raw("models/parade")
    assert raw["required"] == ["id", "bands"]
    assert raw["properties"]["kind"] == {
        "anyOf": [{"$ref": "../enums/parade_kind.json"}, {"type": "null"}],
        "description": "TODO say what its absence means. TODO say what null means. What it is.",
    }
    assert raw["properties"]["flags"] == {
        "$ref": "../enums/parade_flags.json",
        "deprecated": True,
        "description": "TODO say what to use instead. Bits of it; absent for none.",
    }
    assert len(imported.lint()) == 2
    assert imported.run()[0] == 0


def test_a_bound_stays_with_what_it_bounds(imported: Checkout) -> None:
    imported.change("schema/events/guild_parade.json", '"type": "string",', '"type": "string", "maxLength": 7,')
    imported.change(EVENTS, "| string (can be empty)", "| ?string (can be empty)")
    write(imported)
    assert imported.raw("events/guild_parade")["properties"]["note"]["anyOf"] == [
        {"type": "string", "maxLength": 7},
        {"type": "null"},
    ]


def test_the_last_required_field_takes_required_along(imported: Checkout) -> None:
    imported.change(EVENTS, "| heartbeat_interval |", "| heartbeat_interval? |")
    write(imported)
    assert "required" not in imported.raw("control/hello")


def test_a_deprecated_value_is_marked(imported: Checkout) -> None:
    imported.change(KINDS, "| It rains ", "| It rains (deprecated) ")
    write(imported)
    assert imported.raw("enums/parade_flags")["x-values"][0] == {
        "name": "WET",
        "value": 1,
        "description": "TODO say what to use instead. A value of the fixture.",
        "deprecated": True,
    }


@pytest.mark.parametrize(
    ("page", "old", "new"),
    [
        (KINDS, "| mood?     | [mood]", "| length | integer | How long | true |\n| mood?     | [mood]"),
        (KINDS, "| flags?    | integer", "| flags?    | string"),
        (KINDS, "| 1     | On wheels      | `ON_WHEELS` \\[1\\]    |\n", ""),
        (KINDS, "`ON_WHEELS` \\[1\\]", "ROLLING"),
        (KINDS, "| `1 << 0` |", "| `1 << 5` |"),
        (EVENTS, "?IS08601", "IS08601"),
        (EVENTS, "| banners?\\*\\*     |", "| banners |"),
        (EVENTS, "| note? (deprecated)", "| note?"),
        (EVENTS, "| [Parade End](/developers/events/gateway-events#parade-end)   | A parade is over |\n", ""),
        ("events/gateway", "  - PARADE_END\n", ""),
    ],
)  # fmt: skip
def test_nothing_is_tightened_removed_retyped_or_renamed(imported: Checkout, page: str, old: str, new: str) -> None:
    imported.change(page, old, new)
    before = imported.files()
    assert write(imported) == []
    after = imported.files()
    del before["import.lock"], after["import.lock"]
    assert after == before


def test_a_new_event_gets_a_stub_and_so_does_what_it_holds(imported: Checkout) -> None:
    row = "| [Band Join](/developers/events/gateway-events#band-join) | One more |\n"
    imported.change(EVENTS, "| [Parade End](", row + "| [Parade End](")
    imported.change("events/gateway", "  - PARADE_END", "  - PARADE_END\n  - BAND_JOIN")
    imported.change(
        EVENTS,
        "#### Parade End",
        """#### Band Join

| Field | Type                                                      | Description |
|-------|-----------------------------------------------------------|-------------|
| band  | [band](/developers/resources/parade#band-object) object   | Who joins   |
| late? | boolean                                                   | Whether it is late |

#### Parade End""",
    )
    imported.change(
        KINDS,
        "### Banner Object",
        """### Band Object

###### Band Structure

| Field   | Type                                                               | Description |
|---------|--------------------------------------------------------------------|-------------|
| name    | string                                                             | Its name    |
| within? | [band](/developers/resources/parade#band-object)                   | A larger one |
| tune    | [tune](/developers/resources/parade#band-object-tunes)             | What it plays |
| skills  | [skills](/developers/resources/parade#band-object-skills)          | What it can |

<ManualAnchor id="band-object-tunes" />
###### Tunes

| Value | Description |
|-------|-------------|
| march | One, two    |

<ManualAnchor id="band-object-skills" />
###### Skills

| Flag | Value    |
|------|----------|
| LOUD | `1 << 0` |

### Banner Object""",
    )
    assert write(imported) == ["enums/skills.json", "enums/tunes.json", "events/band_join.json", "models/band.json"]
    event = imported.raw("events/band_join")
    assert event["title"] == "BandJoin"
    assert (event["x-event"], event["x-intents"]) == ("BAND_JOIN", ["GUILDS"])
    assert event["properties"]["band"] == {"$ref": "../models/band.json", "description": "TODO"}
    assert event["required"] == ["band"]
    band = imported.raw("models/band")
    assert band["x-doc"] == "resources/parade#band-structure"
    assert band["properties"]["within"] == {"$ref": "../models/band.json", "description": "TODO"}
    assert imported.raw("enums/tunes")["x-values"] == [{"name": "MARCH", "value": "march", "description": "TODO"}]
    skills = imported.raw("enums/skills")
    assert (skills["type"], skills["x-kind"], skills["x-values"][0]["value"]) == ("integer", "flags", 1)
    assert {line.partition(":")[0] for line in imported.lint()} == {
        "enums/skills.json", "enums/tunes.json", "events/band_join.json", "models/band.json",
    }  # fmt: skip


def test_a_new_event_that_is_a_structure_extends_it(imported: Checkout) -> None:
    row = "| [Parade Halt](/developers/events/gateway-events#parade-halt) | It stands |\n"
    imported.change(EVENTS, "| [Parade End](", row + "| [Parade End](")
    text = "The inner payload is a [parade](/developers/resources/parade#parade-object) object."
    imported.change(EVENTS, "#### Parade End", f"#### Parade Halt\n\n{text}\n\n#### Parade End")
    assert write(imported) == ["events/parade_halt.json"]
    assert imported.raw("events/parade_halt") == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ParadeHalt",
        "description": "TODO",
        "x-doc": "events/gateway-events#parade-halt",
        "x-event": "PARADE_HALT",
        "allOf": [{"$ref": "../models/parade.json"}],
        "type": "object",
        "properties": {},
    }
    assert imported.run()[0] == 0


def test_a_structure_that_is_new_as_a_part_gets_a_stub_of_the_part(imported: Checkout) -> None:
    row = "| front? | partial [banner](/developers/resources/parade#banner-object) object | First | false |\n"
    imported.change(KINDS, "| mood?     | [mood]", row + "| mood?     | [mood]")
    assert write(imported) == ["models/parade.json", "models/partial_banner.json"]
    assert imported.raw("models/parade")["properties"]["front"]["$ref"] == "../models/partial_banner.json"
    assert imported.raw("models/partial_banner")["x-copy-of"] == {"$ref": "../models/banner.json", "partial": True}
    assert imported.run()[0] == 0


def test_a_field_whose_type_has_no_table_is_left_to_a_person(imported: Checkout) -> None:
    row = "| guest? | [guest](/developers/resources/parade#guest-object) | Who | false |\n"
    imported.change(KINDS, "| mood?     | [mood]", row + "| mood?     | [mood]")
    imported.change(
        KINDS,
        "### Banner Object",
        """### Guest Object

###### Guest Structure

| Field | Type                                     | Description |
|-------|------------------------------------------|-------------|
| coach | [coach](/developers/resources/coach)     | What it is in |

### Banner Object""",
    )
    imported.change(KINDS, "| Nobody      | `grave` |", "| Nobody | `grave` |\n| Some | so-so |")
    code, report = imported.run("--write")
    assert (code, report["edited"]) == (1, ["enums/parade_mood.json"])
    assert report["left"] == [
        "`models/parade#guest`: @resources/coach is the type of a new field, and has no table; write its file by hand"
    ]
    assert "## Not edited (1)" in imported.markdown
    assert not (imported.schema / "models" / "guest.json").exists()


def test_a_field_that_is_declared_elsewhere_is_left_to_a_person(imported: Checkout) -> None:
    table = "\n\n| Field | Type | Description |\n|-------|------|-------------|\n| id | ?snowflake | Null here |"
    imported.change(EVENTS, "parade-object) object.", "parade-object) object." + table)
    code, report = imported.run("--write")
    assert (code, report["edited"]) == (1, [])
    assert report["left"] == ["`events/parade_end#id`: the field is declared in another file; change it there"]
