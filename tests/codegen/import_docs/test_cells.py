"""Single cells, in all the forms in which the documentation writes names, types and values."""

from __future__ import annotations

import pytest

from codegen.import_docs import cells
from codegen.import_docs.pages import DocsError

PARADE = "(/developers/resources/parade#parade-object)"


@pytest.mark.parametrize(
    ("cell", "name", "optional"),
    [
        ("id", "id", False),
        ("id?", "id", True),
        ("`id`", "id", False),
        (r"id\*", "id", False),
        (r"id? \*\*", "id", True),
        (r"id? \* \*\*", "id", True),
        ("id ***", "id", False),
        (r"id  \[1\]", "id", False),
        (r"id? \[12\]", "id", True),
        ("id? (deprecated)", "id", True),
    ],
)
def test_the_name_of_a_field(cell: str, name: str, optional: bool) -> None:
    assert cells.name(cell, "page:1") == (name, optional)


@pytest.mark.parametrize(
    ("cell", "text", "nullable"),
    [
        ("snowflake", "snowflake", False),
        ("?snowflake", "snowflake", True),
        ("int", "integer", False),
        ("float", "number", False),
        ("?ISO8601 timestamp", "timestamp", True),
        ("?IS08601 timestamp", "timestamp", True),
        ("mixed (matches another field)", "any", False),
        ("array", "array<any>", False),
        ("array of snowflakes", "array<snowflake>", False),
        (r"array of strings \*\*", "array<string>", False),
        ("?array of int", "array<integer>", True),
        ("array of two integers (first, last)", "pair<integer>", False),
        ("integer or string", "integer | string", False),
        ("string, integer, double, or boolean", "string | integer | number | boolean", False),
        ("snowflake or array of snowflakes", "snowflake | array<snowflake>", False),
        ("?string (can be null only in the rain)", "string", True),
        (f"[parade]{PARADE} object", "@resources/parade#parade-object", False),
        (f"a [parade]{PARADE} object", "@resources/parade#parade-object", False),
        (f"?[parade]{PARADE}", "@resources/parade#parade-object", True),
        (f"[parade]{PARADE} data", "@resources/parade#parade-object", False),
        (f"partial [parade]{PARADE} object", "partial @resources/parade#parade-object", False),
        (f"a partial [parade]{PARADE} object", "partial @resources/parade#parade-object", False),
        (f"[partial parade]{PARADE} object", "partial @resources/parade#parade-object", False),
        (f"array of partial [parade]{PARADE} objects", "array<partial @resources/parade#parade-object>", False),
        (f"List of [parades]{PARADE}", "array<@resources/parade#parade-object>", False),
        (f"array of [parade]{PARADE} object ids", "array<snowflake>", False),
        (f"array of [mood]{PARADE} strings", "array<string>", False),
        (f"Map of Snowflakes to [parade]{PARADE} objects", "map<@resources/parade#parade-object>", False),
        (f"dictionary with keys of [kinds]{PARADE}", "map<any>", False),
        (
            f"array of [parade]{PARADE} objects, optionally with an additional partial [band]{PARADE} field",
            "array<@resources/parade#parade-object>",
            False,
        ),
        (
            f"[parade]{PARADE} or [band](/developers/resources/band) object",
            "@resources/parade#parade-object | @resources/band",
            False,
        ),
    ],
)
def test_a_type_that_stands_as_prose(cell: str, text: str, nullable: bool) -> None:
    assert cells.kind(cell, "page:1") == cells.Type(text, nullable)


@pytest.mark.parametrize("cell", ["", "something", "array of things", "string and more", "[parade](elsewhere) of old"])
def test_a_type_of_no_known_form_is_an_error_with_its_line(cell: str) -> None:
    with pytest.raises(DocsError, match=r"^page:7: .* is not a known type"):
        cells.kind(cell, "page:7")


@pytest.mark.parametrize("cell", ["", "Two words", "id??", "id, name"])
def test_a_name_of_no_known_form_is_an_error_with_its_line(cell: str) -> None:
    with pytest.raises(DocsError, match=r"^page:7: .* is not the name of a field"):
        cells.name(cell, "page:7")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("4", 4),
        ("`4`", 4),
        ("`1 << 6`", 64),
        ("`0x0000000000000400` `(1 << 10)`", 1024),
        (r"4 \[1\]", 4),
        ("0x10", 16),
        ("merry", None),
        ("", None),
    ],
)
def test_a_value(cell: str, value: int | None) -> None:
    assert cells.value(cell) == value


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("GUILD_TEXT", "GUILD_TEXT"),
        ("`GUILD_TEXT`", "GUILD_TEXT"),
        (r"UNSET \[1\]", "UNSET"),
        ("Remove role", "REMOVE_ROLE"),
        ("Invalid `seq`", "INVALID_SEQ"),
        ("Invalid intent(s)", "INVALID_INTENTS"),
        ("en-US", "EN_US"),
        (f"[Action Row]{PARADE}", "ACTION_ROW"),
        ("PUBLIC (deprecated)", "PUBLIC"),
    ],
)
def test_the_name_of_a_value(cell: str, name: str) -> None:
    assert cells.constant(cell) == name


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        ("**Deprecated** the old ones", True),
        ("**Deprecated in favor of `mood`**; how it went", True),
        ("how it went (deprecated)", True),
        ("replaces what is deprecated", False),
        ("how it goes", False),
    ],
)
def test_what_is_deprecated(described: str, expected: bool) -> None:
    assert cells.is_deprecated("mood?", described) is expected
