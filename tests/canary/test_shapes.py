"""What a payload has and its class has not is found, at any depth, and named without what users wrote."""

from __future__ import annotations

from typing import Any

import pytest

from gatewaysdk.bases.event import Event
from gatewaysdk.bases.model import Model
from gatewaysdk.canary import Ledger
from gatewaysdk.canary.ledger import DRIFT
from gatewaysdk.canary.places import SchemaPlace, event_place, safe_name
from gatewaysdk.canary.shapes import note_unknown, place_of
from gatewaysdk.decoding.registry import decode_event, event_class
from gatewaysdk.events import GuildCreate, GuildCreateUnavailable, InteractionCreate, MessageCreate
from gatewaysdk.frame import Frame
from gatewaysdk.models import Message, User
from gatewaysdk.simulator import sample
from gatewaysdk.tables.events import EVENT_CLASSES


def found(model: type[Model], data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    ledger = Ledger()
    note_unknown(model, data, ledger)
    return [(kind, one.entry()) for kind in DRIFT for one in ledger.of(kind)]


def key(at: str, kind: str) -> tuple[str, dict[str, Any]]:
    return ("keys", {"at": at, "count": 1, "example_type": kind})


@pytest.mark.parametrize("name", EVENT_CLASSES)
def test_a_payload_that_keeps_to_the_schema_has_nothing_unknown(name: str) -> None:
    for seed in range(3):
        model = event_class(name)
        assert model is not None
        assert found(model, sample(name, seed=seed, full=True)) == []


def test_the_guild_of_an_outage_is_of_its_own_class() -> None:
    event = decode_event(Frame(0, sample("GUILD_CREATE", unavailable=True, seed=0, full=True), 1, "GUILD_CREATE"))
    assert type(event) is GuildCreateUnavailable
    assert found(type(event), {"id": "1", "unavailable": True, "foo": 1}) == [
        key("events/guild_create_unavailable#foo", "integer")
    ]


NEW: list[tuple[type[Event], dict[str, Any], list[str]]] = [
    (MessageCreate, {"foo": "x"}, ["events/message_create#foo"]),
    (MessageCreate, {"author": {"foo": None}}, ["events/message_create#author.foo"]),
    (MessageCreate, {"mentions": [{}, {"member": {"foo": {}}}]}, ["events/message_create#mentions[].member.foo"]),
    # A union starts with the file of the kind, so that the place needs no number of a kind in it.
    (MessageCreate, {"components": [{"type": 1, "foo": 1, "components": [{"type": 2, "bar": 1}]}]},
     ["models/action_row#foo", "models/button#bar"]),
    # So does a map, whose keys are ids,
    (InteractionCreate, {"type": 2, "data": {"resolved": {"users": {"81384788765712384": {"foo": 1}}}}},
     ["models/user#foo"]),
    # and a structure within itself, so that a payload nested ever deeper has no more places.
    (MessageCreate, {"referenced_message": {"foo": 1}}, ["events/message_create#referenced_message.foo"]),
    (MessageCreate, {"referenced_message": {"referenced_message": {"author": {"foo": 1}}}},
     ["models/message#author.foo"]),
    (GuildCreate, {"roles": [{"tags": {"foo": []}}]}, ["events/guild_create#roles[].tags.foo"]),
]  # fmt: skip


@pytest.mark.parametrize(("model", "data", "places"), NEW)
def test_unknown_keys_at_several_depths(model: type[Model], data: dict[str, Any], places: list[str]) -> None:
    assert [entry["at"] for _, entry in found(model, data)] == places


@pytest.mark.parametrize(
    ("value", "kind"),
    [("x", "string"), (1, "integer"), (1.5, "number"), (True, "boolean"), (None, "null"), ([], "array"),
     ({"deep": {}}, "object")],
)  # fmt: skip
def test_of_the_value_of_an_unknown_key_only_the_type_is_kept(value: Any, kind: str) -> None:
    assert found(MessageCreate, {"foo": value}) == [key("events/message_create#foo", kind)]


@pytest.mark.parametrize("name", ["81384788765712384", "two words", "é", "", "a" * 65, "a.b", "a#b"])
def test_a_key_that_is_no_name_of_a_field_is_not_kept(name: str) -> None:
    assert safe_name(name) == "?"
    assert found(MessageCreate, {name: 1}) == [key("events/message_create#?", "integer")]


@pytest.mark.parametrize(
    ("model", "data", "entry"),
    [
        (MessageCreate, {"type": 9999}, {"at": "enums/message_type", "example_type": "integer", "value": 9999}),
        (MessageCreate, {"type": 2**40}, {"at": "enums/message_type", "example_type": "integer"}),
        (GuildCreate, {"features": ["COMMUNITY", "NEW_THING"]},
         {"at": "enums/guild_feature#NEW_THING", "example_type": "string"}),
        (GuildCreate, {"features": ["Some text"]}, {"at": "enums/guild_feature", "example_type": "string"}),
        (GuildCreate, {"features": ["A" * 41]}, {"at": "enums/guild_feature", "example_type": "string"}),
        (InteractionCreate, {"authorizing_integration_owners": {"0": "1", "77": "1"}},
         {"at": "enums/application_integration_type", "example_type": "integer", "value": 77}),
        (MessageCreate, {"components": [{"type": 99, "what": "ever"}]},
         {"at": "events/message_create#components[]", "example_type": "object", "value": 99}),
    ],
)  # fmt: skip
def test_unknown_values_of_enums(model: type[Model], data: dict[str, Any], entry: dict[str, Any]) -> None:
    assert found(model, data) == [("values", {"count": 1, **entry})]


def test_unknown_bits_are_numbered() -> None:
    bits = [(entry["at"], entry["example_type"], entry["value"]) for _, entry in
            found(MessageCreate, {"flags": 1 << 40 | 4 | 1 << 50})]  # fmt: skip
    assert bits == [("enums/message_flags", "integer", 40), ("enums/message_flags", "integer", 50)]
    assert found(GuildCreate, {"roles": [{"permissions": str(1 << 90 | 8)}]}) == [
        ("bits", {"at": "enums/permissions", "count": 1, "example_type": "string", "value": 90})
    ]


@pytest.mark.parametrize(
    "data",
    [{"author": 1}, {"mentions": {}}, {"type": "0"}, {"type": True}, {"flags": -1}, {"flags": "x"}, {"components": [1]},
     {"components": [{}]}, {"components": [{"type": "1"}]}],
)  # fmt: skip
def test_what_is_of_a_wrong_type_is_left_to_the_violations(data: dict[str, Any]) -> None:
    assert found(MessageCreate, data) == []


def test_payloads_nested_without_end_are_not_followed() -> None:
    data: dict[str, Any] = {"foo": 1}
    for _ in range(5000):
        data = {"referenced_message": data}
    assert found(MessageCreate, data) == []


@pytest.mark.parametrize(
    ("model", "data", "path", "place"),
    [
        (MessageCreate, {}, ("author", "id"), "events/message_create#author.id"),
        (MessageCreate, {}, ("mentions", 0, "member", "roles", 3), "events/message_create#mentions[].member.roles[]"),
        (MessageCreate, {}, (), "events/message_create"),
        (MessageCreate, {"components": [{"type": 1, "components": [{"type": 2}]}]},
         ("components", 0, "components", 0, "style"), "models/button#style"),
        (MessageCreate, {"components": [{"type": 99}]}, ("components", 0, "style"),
         "events/message_create#components[]"),
        (MessageCreate, None, ("components", 0, "style"), "events/message_create#components[]"),
        (InteractionCreate, {"type": 2, "data": {"resolved": {"users": {"813": {}}}}},
         ("data", "resolved", "users", "813", "username"), "models/user#username"),
        (MessageCreate, {"referenced_message": {"referenced_message": {}}},
         ("referenced_message", "referenced_message", "id"), "models/message#id"),
    ],
)  # fmt: skip
def test_the_place_of_a_violation(model: type[Model], data: Any, path: tuple[str | int, ...], place: str) -> None:
    assert place_of(model, data, path) == place


def test_places_of_events_and_of_structures() -> None:
    assert event_place("GUILD_PARADE") == "events/guild_parade"
    assert event_place("guild parade") == event_place("") == "events/?"
    assert str(SchemaPlace.of(User)) == "models/user"
    assert str(SchemaPlace.of(Message).enter(Message).key("author").enter(User).key("id")) == "models/message#author.id"
