"""One bad field never costs an event that is asked for as a struct: what is broken is absent, and listed."""

from __future__ import annotations

import copy
import json
import pickle
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewaysdk import Event, decode_event, event_class, structs
from gatewaysdk.bases.any_event import AnyEvent
from gatewaysdk.codec import get_codec
from gatewaysdk.decoding.known import could_be
from gatewaysdk.decoding.lenient_structs import salvage_struct
from gatewaysdk.decoding.structs import Decoder, decode_received, struct_class
from gatewaysdk.errors import FieldAbsent
from gatewaysdk.frame import Frame
from gatewaysdk.simulator.payloads import EVENT_NAMES, sample

from ..mutations import Path, broken_payloads, json_values, replaced, without
from .payloads import message

NAMES = st.sampled_from(EVENT_NAMES) | st.text(max_size=20)


def decode(name: str, data: Any) -> structs.Event:
    return decode_event(Frame(0, data, 1, name), structs.Event)


def message_event(**changes: Any) -> structs.MessageCreate:
    event = decode("MESSAGE_CREATE", message(**changes))
    assert isinstance(event, structs.MessageCreate)
    return event


def listed(event: AnyEvent | structs.Struct) -> list[tuple[Path, str]]:
    return [(one.path, one.kind) for one in event.violations]


def test_a_missing_field_is_absent_and_the_rest_is_there() -> None:
    event = decode("MESSAGE_CREATE", without(message(), ("content",)))
    assert type(event) is structs.MessageCreate
    assert listed(event) == [(("content",), "missing")]
    assert event.author.username == "nelly"
    with pytest.raises(FieldAbsent, match=r"^MessageCreate\.content is absent: Field required$"):
        event.content  # noqa: B018


def test_a_broken_field_says_what_was_expected() -> None:
    event = message_event(content=5)
    assert listed(event) == [(("content",), "string_type")]
    assert event.violations[0].value == 5
    assert event.violation_count == 1
    assert not hasattr(event, "content")
    assert "content" not in event.to_dict()
    assert "content=" not in repr(event)


def test_a_broken_optional_field_is_absent_not_none() -> None:
    event = message_event(webhook_id={}, flags="x", referenced_message=5)
    assert [path for path, _ in listed(event)] == [("webhook_id",), ("flags",), ("referenced_message",)]
    for name in ("webhook_id", "flags", "referenced_message"):
        with pytest.raises(FieldAbsent):
            getattr(event, name)


def test_a_nested_object_lists_its_own_violations_from_itself() -> None:
    event = message_event(referenced_message=without(message(), ("author", "username")))
    reply = event.referenced_message
    assert isinstance(reply, structs.Message)
    assert [one.path for one in event.violations] == [("referenced_message", "author", "username")]
    assert [one.path for one in reply.violations] == [("author", "username")]
    assert [one.path for one in reply.author.violations] == [("username",)]
    assert event.author.violations == ()


def test_lists_and_maps_lack_just_their_broken_items() -> None:
    assert message_event(mention_roles=["1", None, "3", True]).mention_roles == [1, 3]
    users = {"2": message()["author"], "x": message()["author"], "4": {"id": "4"}, "5": None}
    data = sample("INTERACTION_CREATE", seed=0, full=True) | {"type": 2}
    data["data"] = {"id": "1", "name": "poke", "type": 2, "resolved": {"users": users}}
    event = decode("INTERACTION_CREATE", data)
    assert isinstance(event, structs.InteractionCreate)
    assert isinstance(event.data, structs.ApplicationCommandData)
    assert event.data.resolved is not None
    assert event.data.resolved.users is not None
    assert list(event.data.resolved.users) == [2, 4]
    at_users = ("data", "resolved", "users")
    missing = [(*at_users, "4", name) for name in ("username", "discriminator", "global_name", "avatar")]
    assert [path for path, _ in listed(event)] == [(*at_users, "x"), *missing, (*at_users, "5")]


def test_a_union_is_salvaged_as_the_kind_that_it_says() -> None:
    row = {"type": 1, "components": [{"type": 2, "style": 1, "label": 7, "custom_id": "b"}, {"type": 99, "x": 1}]}
    event = message_event(components=[row, {"style": 1}])
    assert listed(event) == [
        (("components", 0, "components", 0, "label"), "string_type"),
        (("components", 1), "union_tag_not_found"),
    ]
    assert event.components is not None
    (found,) = event.components
    assert isinstance(found, structs.ActionRow)
    button, unknown = found.components
    assert isinstance(button, structs.Button)
    assert button.custom_id == "b"
    assert unknown == structs.UnknownObject({"type": 99, "x": 1})


def test_a_webhook_is_an_author_with_less() -> None:
    event = message_event(webhook_id="5", author={"id": "5", "username": "Hook", "avatar": None})
    assert event.violations == ()
    assert event.author.global_name is None
    assert not hasattr(event.author, "discriminator")


def test_what_only_the_lenient_pass_reads_is_sound() -> None:
    event = message_event(timestamp="2026-01-02T03:04:05")
    assert event.violations == ()
    assert event.timestamp == datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    button = {"type": 2, "style": 1, "custom_id": 12345}
    event = message_event(components=[{"type": 1, "components": [button]}])
    assert event.violations == ()
    assert event.to_dict()["components"][0]["components"][0]["custom_id"] == "12345"


def test_a_broken_event_is_compared_copied_and_pickled_with_its_findings() -> None:
    event = message_event(content=5, flags=4, author={"id": "1"})
    for again in (copy.copy(event), copy.deepcopy(event), pickle.loads(pickle.dumps(event))):
        assert again == event
        assert again.violations == event.violations
        assert not hasattr(again, "content")
        assert again.author.violations == event.author.violations
    assert event == message_event(content=5, flags=4, author={"id": "1"})
    assert event != message_event(content=6, flags=4, author={"id": "1"})
    assert event != message_event()


@pytest.mark.parametrize("data", [None, True, 5, 1.5, "text", [], [{"id": "1"}]])
def test_data_that_is_no_object_makes_an_invalid_event(data: Any) -> None:
    event = decode("MESSAGE_CREATE", data)
    assert isinstance(event, structs.InvalidEvent)
    assert (event.name, event.data) == ("MESSAGE_CREATE", data)
    assert listed(event) == [((), "dict_type")]


def test_bytes_that_cannot_be_decoded_make_an_invalid_event() -> None:
    codec = get_codec("json")
    envelope = codec.envelope(b'{"t":"MESSAGE_CREATE","s":1,"op":0,"d":{"id":}}')
    event = decode_received(codec, envelope)
    assert isinstance(event, structs.InvalidEvent)
    assert event.raw == envelope[3]
    assert listed(event) == [((), "undecodable")]


def test_resumed_comes_with_or_without_data() -> None:
    forms: list[Any] = [None, {}, {"_trace": []}]
    for data in forms:
        assert type(decode("RESUMED", data)) is structs.Resumed


def test_another_form_of_an_event_is_a_class_of_its_own() -> None:
    event = decode("GUILD_CREATE", {"id": "1", "unavailable": True})
    assert type(event) is structs.GuildCreateUnavailable
    assert event.violations == ()


def test_an_unknown_name_makes_an_unknown_event() -> None:
    assert decode("NEW_THING", {"a": 1}) == structs.UnknownEvent(name="NEW_THING", data={"a": 1})
    assert could_be(structs.UnknownEvent, "NEW_THING")
    assert not could_be(structs.UnknownEvent, "MESSAGE_CREATE")
    assert event_class("NEW_THING", structs.Event) is None
    assert event_class("MESSAGE_CREATE", structs.Event) is structs.MessageCreate


@pytest.mark.fuzz
@given(broken_payloads())
def test_one_broken_place_costs_that_place_alone(case: tuple[str, dict[str, Any], dict[str, Any], Path]) -> None:
    """As for models; only, numbers in text and the like are taken, so that fewer places are broken."""
    name, sound, data, path = case
    event, strict = decode(name, data), decode(name, sound)
    assert strict.violations == ()
    assert type(event) is type(strict) or path == ("name",)
    paths = [one.path for one in event.violations]
    for one in paths:
        related = one[: len(path)] == path[: len(one)]
        assert related or one[:-1] == path[:-1] or path[-1] in ("type", "component_type", "opcode")
    if paths == [path]:
        expected = strict.to_dict()
        if path[-1] in _parent(expected, path):
            assert event.to_dict() == without(expected, path)


def _parent(data: Any, path: Path) -> Any:
    for key in path[:-1]:
        data = data[key]
    return range(len(data)) if isinstance(data, list) else data


@pytest.mark.fuzz
@given(broken_payloads())
def test_a_struct_is_broken_nowhere_where_the_model_is_sound(
    case: tuple[str, dict[str, Any], dict[str, Any], Path],
) -> None:
    name, _, data, _ = case
    model = decode_event(Frame(0, data, 1, name), Event)
    assert {path for path, _ in listed(decode(name, data))} <= {path for path, _ in listed(model)}


@pytest.mark.fuzz
@given(broken_payloads())
def test_json_text_and_decoded_values_are_salvaged_alike(
    case: tuple[str, dict[str, Any], dict[str, Any], Path],
) -> None:
    name, _, data, _ = case
    text = json.dumps({"op": 0, "s": 1, "t": name, "d": data})
    from_json = decode_event(get_codec("json").peek(text), structs.Event)
    from_python = decode(name, data)
    assert listed(from_json) == listed(from_python)
    assert from_json.to_dict() == from_python.to_dict()


@pytest.mark.fuzz
@given(NAMES, json_values)
def test_no_data_makes_decoding_raise(name: str, data: Any) -> None:
    event = decode(name, data)
    assert isinstance(event, (struct_class(name) or structs.UnknownEvent, structs.InvalidEvent))


@pytest.mark.fuzz
@given(st.sampled_from(EVENT_NAMES), st.data())
def test_no_value_of_a_known_key_makes_decoding_raise(name: str, drawn: st.DataObject) -> None:
    kind = struct_class(name)
    assert kind is not None
    data = drawn.draw(st.fixed_dictionaries({}, optional=dict.fromkeys(kind.__struct_fields__, json_values)))
    event = decode(name, data)
    repr(event)
    event.to_json()


@pytest.mark.parametrize("kind", ["", "x", [], {}, True, 1.5, None])
def test_no_kind_beside_a_union_makes_decoding_raise_once_ids_were_integers(kind: Any) -> None:
    decoder = Decoder(structs.InteractionCreate)
    decoder.ids_as_text = True
    with pytest.raises(msgspec.ValidationError):
        decoder.validate_python({"type": kind, "data": {"custom_id": 5}})


def test_replies_to_replies_may_go_as_deep_as_anyone_likes() -> None:
    data = message()
    for _ in range(5000):
        data = message(referenced_message=data)
    event = decode("MESSAGE_CREATE", data)
    assert isinstance(event, structs.MessageCreate)
    # How deep msgspec goes is for the interpreter to say: from 3.12 on, it goes deeper.
    assert [one.kind for one in event.violations] in ([], ["recursion_loop"])
    assert isinstance(event.referenced_message, structs.Message)
    assert event.referenced_message.content == "hi"


def test_a_broken_place_deep_down_is_found() -> None:
    data = message(content=5)
    for _ in range(20):
        data = message(referenced_message=data)
    assert listed(decode("MESSAGE_CREATE", data)) == [(("referenced_message",) * 20 + ("content",), "string_type")]


def test_of_many_broken_places_the_first_are_listed_and_all_are_counted() -> None:
    event = message_event(mention_roles=["x"] * 250)
    assert event.violation_count == 250
    assert len(event.violations) == 101
    assert event.violations[-1].kind == "too_many"


def test_a_struct_of_a_users_own_is_salvaged_too() -> None:
    class Thing(structs.Struct, frozen=True, kw_only=True):
        a: int
        b: str | None = None

    thing = salvage_struct(Thing, {"a": "x", "b": "y"})
    assert thing.b == "y"
    assert listed(thing) == [(("a",), "int_type")]
    assert salvage_struct(Thing, replaced({"a": 1, "b": "y"}, ("a",), "2")).a == 2


def test_text_ids_that_came_as_integers_are_text_by_the_strict_pass() -> None:
    activity = {
        "name": "a",
        "type": 0,
        "created_at": 1,
        "party": {"id": 5, "size": [1, 2]},
        "assets": {"large_image": 7},
    }
    data = sample("PRESENCE_UPDATE", seed=0, full=True) | {"activities": [activity, activity | {"party": {"id": "x"}}]}
    before = copy.deepcopy(data)
    event = Decoder(structs.PresenceUpdate).validate_python(data)
    assert data == before
    first, second = event.activities
    assert (first.party.id, first.assets.large_image, second.party.id) == ("5", "7", "x")
    row = {"type": 1, "components": [{"type": 2, "style": 1, "custom_id": 12345}]}
    message_with = Decoder(structs.MessageCreate).validate_python(message(components=[row]))
    assert message_with.components[0].components[0].custom_id == "12345"
    with pytest.raises(ValueError, match="Expected"):
        Decoder(structs.MessageCreate).validate_python(message(content=5, components=[row]))
