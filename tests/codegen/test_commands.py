"""The overloads of a command: the combinations of fields that make sense, as the schema says."""

from __future__ import annotations

from typing import Any

import pytest

from codegen.commands import command_fields, command_overloads
from codegen.load import Node, Schema


def overloads(required: list[str], **rules: Any) -> list[dict[str, bool]]:
    """Return the fields of each overload of a command with the fields a to e, and whether they may be left out."""
    properties = {name: {"type": "integer", "description": "A field."} for name in "abcde"}
    raw = {"title": "Any", "type": "object", "properties": properties, "required": required}
    node = Node("commands/any", raw | {f"x-{key.replace('_', '-')}": value for key, value in rules.items()})
    schema = Schema({node.key: node})
    found = command_overloads(schema, node, command_fields(schema, node))
    return [{field.name: field.optional for field in fields} for fields in found]


def test_a_command_without_rules_has_one_constructor() -> None:
    assert overloads(["a"]) == []


def test_rivals_have_an_overload_each() -> None:
    assert overloads(["a"], one_of_required=["b", "c"]) == [
        {"a": False, "b": False, "d": True, "e": True},
        {"a": False, "c": False, "d": True, "e": True},
    ]


def test_what_a_rival_calls_for_comes_with_it_and_not_without() -> None:
    assert overloads([], one_of_required=["a", "b"], requires={"a": ["c"]}) == [
        {"a": False, "c": False, "d": True, "e": True},
        {"b": False, "d": True, "e": True},
    ]


def test_what_both_rivals_call_for_comes_with_both() -> None:
    assert overloads([], one_of_required=["a", "b"], requires={"a": ["c"], "b": ["c", "d"]}) == [
        {"a": False, "c": False, "e": True},
        {"b": False, "c": False, "d": False, "e": True},
    ]


def test_a_field_that_may_be_left_out_takes_what_it_calls_for_along() -> None:
    assert overloads(["a"], requires={"b": ["c", "d"]}) == [
        {"a": False, "b": False, "c": False, "d": False, "e": True},
        {"a": False, "e": True},
    ]


def test_a_chain_of_needs_is_followed_to_its_end() -> None:
    assert overloads([], requires={"a": ["b"], "b": ["c"]}) == [
        {"a": False, "b": False, "c": False, "d": True, "e": True},
        {"b": False, "c": False, "d": True, "e": True},
        {"d": True, "e": True},
    ]


@pytest.mark.parametrize("field", "abc")
def test_no_overload_is_there_twice(field: str) -> None:
    found = overloads([], one_of_required=["a", "b", "c"], requires={field: ["d"], "d": ["e"]})
    assert all(found.count(one) == 1 for one in found)
    assert len(found) == 5  # d and e may come with the two that do not call for them, or stay away
